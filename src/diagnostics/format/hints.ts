/** Text that says what to do, in lines that fit a terminal: what is to be copied out of it stays in one piece. */
import { brokenAt } from './lines.ts';
import { columnsOf } from './width.ts';

/** What the commands begin with that are named without quotes. */
const programs: ReadonlySet<string> = new Set([
  ...['docker', 'firewall-cmd', 'ip', 'ip6tables', 'iptables', 'netcompose', 'networkctl', 'nft', 'nmcli', 'npm'],
  ...['sudo', 'sysctl', 'systemctl', 'udevadm'],
]);

/** Spaces within quotes are part of a word. */
const shellWord = /(?:\\.|'[^'\n]*'|"[^"\n]*"|[^\s'"\\])+/g;

/**
 * The lines of a hint, each after the same start. A line that is a command goes on below as a shell reads it, too; one
 * that is set in, such as a line of a file, stays as it is. Others are broken between words, but within neither quotes
 * nor commands.
 */
export function hintLines(start: string, text: string, columns = Infinity): readonly string[] {
  const [indent = ''] = /^ */.exec(text) ?? [];
  const [before, said, room] = [`${start}${indent}`, text.slice(indent.length), columns - start.length];
  const isWhole = indent !== '' || columnsOf(said) <= room;
  const lines = isWhole ? [said] : brokenAt(said, room, piecesOf(said.split(' '), room));
  return lines.flatMap((line) => (isCommand(line) ? commandLines(line, columns, before) : [`${before}${line}`]));
}

/** A displayed command; one that is too long goes on below, as a shell reads it, too. */
export function commandLines(command: string, columns = Infinity, indent = '  '): readonly string[] {
  const words = command.match(shellWord) ?? [];
  // What is not a command alone, such as one with a place to be filled in, stays as it is.
  if (command.length + indent.length <= columns || words.join(' ') !== command) return [`${indent}${command}`];
  const lines: string[] = [];
  for (const piece of withValues(words)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.length + 3 <= columns) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(`${indent}${lines.length === 0 ? '' : '    '}${piece}`);
  }
  return lines.map((line, at) => (at < lines.length - 1 ? `${line} \\` : line));
}

/** Each long option together with what follows it, which may be its value. */
function withValues(words: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  for (const [at, word] of words.entries()) {
    const isValue = /^--[\w-]+$/.test(words[at - 1] ?? '') && !word.startsWith('-');
    if (isValue) pieces[pieces.length - 1] += ` ${word}`;
    else pieces.push(word);
  }
  return pieces;
}

function piecesOf(words: readonly string[], room: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < words.length; ) {
    const end = endOfCommand(words, at) ?? endOfQuote(words, at, room) ?? at + 1;
    pieces.push(words.slice(at, end).join(' '));
    at = end;
  }
  return pieces;
}

function isCommand(line: string): boolean {
  const words = line.split(' ');
  return endOfCommand(words, 0) === words.length && !/^\(|[:;,)]$/.test(line);
}

/** Where a command ends that begins here: with the line, or before what separates it from what follows. */
function endOfCommand(words: readonly string[], at: number): number | undefined {
  const [, paren, program = ''] = /^(\(?)(.*)$/.exec(words[at]!) ?? [];
  const begins = at === 0 || paren !== '' || /[:;,]$|^(?:and|or|then)$/.test(words[at - 1]!);
  if (!begins || !programs.has(program)) return undefined;
  const end = words.findIndex((word, index) => index > at && /[:;,)]$/.test(word));
  return end < 0 ? words.length : end + 1;
}

/** Where a quote ends that begins here; one that holds no command and has no room on a line is none. */
function endOfQuote(words: readonly string[], at: number, room: number): number | undefined {
  const [, mark, first = ''] = /^\(?(["`])(.*)$/.exec(words[at]!) ?? [];
  if (mark === undefined) return undefined;
  const closing = new RegExp(`${mark}[.,;:!?)]*$`);
  // In a list of texts, quotes stand within quotes: so many brackets are open.
  const left = { square: 0, curly: 0 };
  let width = -1;
  for (let end = at + 1; end <= words.length; end += 1) {
    const word = words[end - 1]!;
    width += 1 + columnsOf(word);
    if (width > room && !programs.has(first)) return undefined;
    left.square += count(word, '[') - count(word, ']');
    left.curly += count(word, '{') - count(word, '}');
    const isClosed = closing.test(end === at + 1 ? first : word);
    if (isClosed && left.square <= 0 && left.curly <= 0) return end;
  }
  return undefined;
}

const count = (text: string, character: string): number => text.split(character).length - 1;
