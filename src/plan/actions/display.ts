/** Commands as people read them, and as a shell reads them. */
import { safeLine } from '../../diagnostics/format/safe.ts';

/**
 * Words that mean something else to a shell where a command begins (POSIX, Shell Command Language, 2.4), bash's and
 * zsh's too.
 */
const reserved: ReadonlySet<string> = new Set([
  ...['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'case', 'esac', 'while', 'until', 'for', 'in', 'function'],
  ...['select', 'time', 'coproc', 'repeat', 'foreach', 'end', 'nocorrect', 'noglob'],
]);

/**
 * An argument vector as a person would type it: pasted into a POSIX shell, it is the same command again, and printed,
 * it does nothing to a terminal. netcompose itself gives no command to a shell.
 */
export function displayCommand(argv: readonly string[]): string {
  return argv.map((word, at) => (isPlain(word, at === 0) ? word : quoted(word))).join(' ');
}

function isPlain(word: string, first: boolean): boolean {
  // A first word with "=" would set a variable.
  return first ? /^[\w@%+:,./-]+$/.test(word) && !reserved.has(word) : /^[\w@%+=:,./-]+$/.test(word);
}

function quoted(word: string): string {
  return safeLine(word) === word ? `'${word.replaceAll("'", `'\\''`)}'` : escaped(word);
}

/**
 * What a terminal would obey is spelt out by `printf`: `"$(printf '\033[2K')"`. A shell drops line breaks at the end of
 * such a substitution, so those follow by themselves.
 */
function escaped(word: string): string {
  const [, text = '', breaks = ''] = /^([\s\S]*?)(\n*)$/.exec(word) ?? [];
  const format = [...text].map((character) => (isLiteral(character) ? character : octal(character))).join('');
  return (text === '' ? '' : `"$(printf '${format}')"`) + (breaks === '' ? '' : `'${breaks}'`);
}

/** Whether a character stands for itself in a format of `printf` between single quotes. */
const isLiteral = (character: string) => safeLine(character) === character && !/['\\%]/.test(character);

const octal = (character: string) =>
  [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
