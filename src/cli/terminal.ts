/** Where output goes: results to `out`, all else to `err`; handed in, so that the program also runs inside a test. */
import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { noticeText } from '../diagnostics/format/notice.ts';
import { exitCodes } from './exit-codes.ts';
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

/** How many columns a line of standard error has; absent where it does not go to a terminal. */
export const errColumns = ({ screen }: Pick<Terminal, 'screen'>): number | undefined => screen?.size()?.columns;

/** Says something of netcompose's own accord, on standard error. */
export const notify = (terminal: Pick<Terminal, 'err' | 'screen'>, message: string, help?: string): void =>
  terminal.err(noticeText(message, help, errColumns(terminal)));

type Stream = 'stdout' | 'stderr';

const begun = new Set<Stream>();

/** A stream of this process's own; Node makes each when it is first asked for, which takes a millisecond. */
function stream(name: Stream): NodeJS.WriteStream {
  if (!begun.has(name)) {
    begun.add(name);
    process[name].on('error', unwritable);
  }
  return process[name];
}

/** How much of what was said has not been written yet, in bytes. */
export const unwritten = (): number => [...begun].reduce((sum, name) => sum + process[name].writableLength, 0);

/**
 * Nobody reads any more (`| head`, a terminal that has gone): what is left to say goes unsaid, and whatever was begun
 * is still brought to its end. A device that is full is a fault of the host's.
 */
function unwritable({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || code === 'EIO') return;
  process.exitCode = exitCodes.hostAction;
  process.on('exit', () => (process.exitCode = exitCodes.hostAction));
  try {
    writeSync(2, `netcompose: the output cannot be written: ${message}\n`);
  } catch {
    // standard error is the one that is full
  }
}

/** Whether a descriptor is a terminal's; pipes and files are told from one without Node's module for terminals. */
function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && isatty(descriptor);
  } catch {
    return false; // closed
  }
}

/** This process's own streams. Of its input only whether it is a terminal: Node's stream of it is slow to make. */
export function realTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const allowed = env['TERM'] !== 'dumb';
  const [out, err] = [isTerminal(1), isTerminal(2)];
  const columns = out ? stream('stdout').columns : 0;
  const somebody = out && !env['CI'] && isTerminal(0);
  return {
    out: (text) => void stream('stdout').write(text),
    err: (text) => void stream('stderr').write(text),
    color: { out: allowed && out, err: allowed && err },
    ...(somebody && { questions: terminalQuestions }),
    // A pseudo-terminal that nobody has sized has none.
    ...(columns > 0 && { columns }),
    screen: screenOn(err),
  };
}

const screenOn = (isTerminal: boolean): Screen => ({
  isTerminal,
  size() {
    if (!isTerminal) return undefined;
    const { columns, rows } = stream('stderr');
    return columns > 0 && rows > 0 ? { columns, rows } : undefined;
  },
  write: (text) => void stream('stderr').write(text),
  // `performance` takes longer to load than most of what is shown takes.
  now: () => process.uptime() * 1000,
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds).unref();
    return () => clearInterval(timer);
  },
});
