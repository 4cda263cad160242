/** Where output goes: results to `out`, all else to `err`; handed in, so that the program also runs inside a test. */
import { type Questions, terminalQuestions } from './questions.ts';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether each stream takes colour. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Absent where nobody is there to answer: input or output is not a terminal, or it is a CI's. */
  readonly questions?: Questions;
}

/**
 * This process's own streams; colour only on a terminal, and never with `NO_COLOR` (no-color.org: set and not empty).
 */
export function realTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const allowed = !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const somebody = process.stdin.isTTY === true && process.stdout.isTTY === true && !env['CI'];
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: { out: allowed && process.stdout.isTTY === true, err: allowed && process.stderr.isTTY === true },
    ...(somebody && { questions: terminalQuestions }),
  };
}
