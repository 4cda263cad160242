/** A program on a terminal of its own, typed to key by key. */
import { spawn } from 'node:child_process';
import { endWhereItHangs } from '../support/patiently.ts';

export interface Typing {
  /** Types, and waits until the terminal shows what is expected; rejects where the program ends before. */
  type(text: string, expected: RegExp): Promise<string>;
  end(): void;
}

/** util-linux's `script` makes the terminal. */
export function onTerminal(command: string, cwd: string, env: Readonly<Record<string, string>>): Typing {
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  endWhereItHangs(child);
  let shown = '';
  let look = () => {};
  let ended = false;
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString();
    look();
  });
  child.on('close', () => {
    ended = true;
    look();
  });
  return {
    type: (text, expected) => {
      shown = '';
      child.stdin.write(text);
      return new Promise((resolve, reject) => {
        look = () => {
          if (expected.test(shown)) resolve(shown);
          else if (ended) reject(new Error(`"${command}" has ended, and showed:\n${shown}`));
        };
        look();
      });
    },
    end: () => void child.kill('SIGKILL'),
  };
}
