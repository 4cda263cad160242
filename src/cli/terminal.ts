/** Where output goes: results to `out`, all else to `err`; handed in, so that the program also runs inside a test. */
import { isatty } from 'node:tty';
import type { Screen } from './progress/progress.ts';
import { type Questions, terminalQuestions } from './questions.ts';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether each stream takes colour by itself: it is a terminal that knows colours. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Absent where nobody is there to answer: input or output is not a terminal, or it is a CI's. */
  readonly questions?: Questions;
  /** How many columns a line of results has; absent where they do not go to a terminal. */
  readonly columns?: number;
  /** Where progress is shown; absent where nobody wants to see any. */
  readonly screen?: Screen;
}

/** This process's own streams. Of its input only whether it is a terminal: Node's stream of it is slow to make. */
export function realTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const allowed = env['TERM'] !== 'dumb';
  const columns = process.stdout.isTTY === true ? process.stdout.columns : 0;
  const somebody = process.stdout.isTTY === true && !env['CI'] && isatty(0);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: { out: allowed && process.stdout.isTTY === true, err: allowed && process.stderr.isTTY === true },
    ...(somebody && { questions: terminalQuestions }),
    // A pseudo-terminal that nobody has sized has none.
    ...(columns > 0 && { columns }),
    screen,
  };
}

const screen: Screen = {
  get isTerminal() {
    return process.stderr.isTTY === true;
  },
  size() {
    const { isTTY, columns, rows } = process.stderr;
    return isTTY === true && columns > 0 && rows > 0 ? { columns, rows } : undefined;
  },
  write: (text) => void process.stderr.write(text),
  // `performance` takes longer to load than most of what is shown takes.
  now: () => process.uptime() * 1000,
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
