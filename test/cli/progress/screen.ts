/** A terminal in memory: text and the few commands that progress uses of it, with a clock that a test moves. */
import type { Screen } from '../../../src/cli/progress/progress.ts';

export interface FakeScreen extends Screen {
  /** All that was written, as it was written. */
  readonly written: () => string;
  /** What a person sees, line by line, without colours and without what is empty at the end. */
  readonly seen: () => readonly string[];
  /** Lets time pass, and what waits for it happen. */
  readonly pass: (milliseconds: number) => void;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** @param size absent: it is no terminal */
export function fakeScreen(size?: Size): FakeScreen {
  let written = '';
  let now = 0;
  const timers = new Set<{ readonly milliseconds: number; readonly tick: () => void; next: number }>();
  return {
    isTerminal: size !== undefined,
    size: () => size,
    write: (text) => void (written += text),
    now: () => now,
    every(milliseconds, tick) {
      const timer = { milliseconds, tick, next: now + milliseconds };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    written: () => written,
    seen: () => seenOf(written, size?.columns ?? Infinity),
    pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [first] = [...timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next);
        if (!first) break;
        now = first.next;
        first.next += first.milliseconds;
        first.tick();
      }
      now = end;
    },
  };
}

/** Fails for a command that it does not know, and where a line is longer than the terminal is wide. */
function seenOf(text: string, columns: number): readonly string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  const commands: Readonly<Record<string, (parameter: number) => void>> = {
    A: (up) => (row -= up),
    K: () => (lines[row] = lines[row]!.slice(0, column)),
    m: () => undefined,
    h: () => undefined,
    l: () => undefined,
  };
  for (const [part, parameter, command] of text.matchAll(/\x1b\[\??(\d*)[;\d]*([A-Za-z])|\r|\n|[^\x1b\r\n]+/g)) {
    if (part === '\n') [row, column] = [row + 1, 0];
    else if (part === '\r') column = 0;
    else if (command !== undefined) commands[command]!(Number(parameter));
    else {
      lines[row] = lines[row]!.slice(0, column).padEnd(column) + part + lines[row]!.slice(column + part.length);
      column += part.length;
    }
    if (row < 0) throw new Error('above the first line');
    lines[row] ??= '';
    if (lines[row]!.length > columns) throw new Error(`longer than the terminal is wide: ${lines[row]}`);
  }
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}
