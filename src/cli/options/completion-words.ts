/**
 * What is asked for where a word is to be completed, and how the answer is written: the protocol of Cobra, which
 * Compose, and `docker` for its plugins, speak (github.com/spf13/cobra, completions.go). Pure.
 */
import type { Command, Option } from 'commander';

/** What the shell is to do with the candidates; the sum of these is the answer's last line. */
export const directives = { none: 0, failed: 1, noSpace: 2, noFiles: 4, endings: 8, folders: 16 } as const;

export interface Candidate {
  readonly word: string;
  readonly purpose?: string;
}

export interface Answer {
  readonly candidates: readonly Candidate[];
  /** A sum of `directives`. */
  readonly directive: number;
}

/** What a value is, as the options' own words say it: `--parent <interface>`. */
type ValueKind =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'named'; readonly name: string };

export type Asked =
  | { readonly kind: 'options'; readonly command: Command }
  | { readonly kind: 'subcommands'; readonly command: Command }
  | { readonly kind: 'value'; readonly of: ValueKind; readonly typed: string; readonly given: readonly string[] }
  | { readonly kind: 'nothing' };

/**
 * What of a command's own is asked for by its last word.
 *
 * @param words those after the command; the last one is being typed, and may be empty
 */
export function askedOf(command: Command, words: readonly string[]): Asked {
  const typed = words.at(-1) ?? '';
  const given: string[] = [];
  let pending: Option | undefined;
  let onlyWords = false;
  for (const [at, word] of words.slice(0, -1).entries()) {
    if (pending) pending = undefined;
    else if (onlyWords) given.push(word);
    else if (word === '--') onlyWords = true;
    else if (word.startsWith('-') && word !== '-') pending = word.includes('=') ? undefined : taking(command, word);
    else {
      const subcommand = command.commands.find((one) => one.name() === word);
      if (subcommand && given.length === 0) return askedOf(subcommand, words.slice(at + 1));
      given.push(word);
    }
  }
  if (pending) return { kind: 'value', of: kindOf(pending), typed, given };
  if (!onlyWords && typed.startsWith('--') && typed.includes('=')) {
    const option = taking(command, typed.slice(0, typed.indexOf('=')));
    return option
      ? { kind: 'value', of: kindOf(option), typed: typed.slice(typed.indexOf('=') + 1), given }
      : { kind: 'nothing' };
  }
  if (!onlyWords && typed.startsWith('-')) return { kind: 'options', command };
  if (command.commands.length > 0) return { kind: 'subcommands', command };
  const parameters = command.registeredArguments;
  const last = parameters.at(-1);
  const parameter = parameters[given.length] ?? (last?.variadic ? last : undefined);
  if (!parameter) return { kind: 'nothing' };
  const of: ValueKind = parameter.argChoices
    ? { kind: 'choices', choices: parameter.argChoices }
    : { kind: 'named', name: parameter.name() };
  return { kind: 'value', of, typed, given };
}

/** The option that a word begins, where it takes a value. */
const taking = ({ options }: Command, word: string): Option | undefined =>
  options.find(({ long, short, required }) => required && (long === word || short === word));

function kindOf({ argChoices, flags }: Option): ValueKind {
  if (argChoices) return { kind: 'choices', choices: argChoices };
  return { kind: 'named', name: /<([^>]+)>/.exec(flags)?.[1] ?? '' };
}

/** Long names; the short ones are shorter than what one would type to complete them. */
export const optionCandidates = ({ options }: Command): readonly Candidate[] => [
  ...options.flatMap(({ long, description, hidden }) => (long && !hidden ? { word: long, purpose: description } : [])),
  { word: '--help', purpose: 'show what the command does' },
];

/**
 * @param typed only candidates that begin so are written
 * @param described whether the shell shows what they are
 */
export function answerText({ candidates, directive }: Answer, typed: string, described: boolean): string {
  const isWord = (directive & directives.endings) === 0;
  const lines = candidates
    .filter(({ word }) => !isWord || word.startsWith(typed))
    .map(({ word, purpose }) => (described && purpose ? `${word}\t${oneLine(purpose)}` : word));
  return [...lines, `:${directive}`, ''].join('\n');
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/** What another program has answered; nothing where it has not. */
export function readAnswer(text: string): Answer | undefined {
  const lines = text.trimEnd().split('\n');
  const directive = /^:(\d+)$/.exec(lines.at(-1) ?? '')?.[1];
  if (directive === undefined) return undefined;
  return {
    candidates: lines.slice(0, -1).map((line) => {
      const [word = '', purpose] = line.split('\t');
      return { word, ...(purpose !== undefined && { purpose }) };
    }),
    directive: Number(directive),
  };
}
