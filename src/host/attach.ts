/**
 * Commands that take over the terminal. On the pass-through path, where start-up matters, so `node:child_process`:
 * execa, bundled and minified, costs 20 ms of CPU to load beside 60 ms for Node itself (medians of 15 runs), a third
 * of a Node start; `node:child_process` costs nothing that can be measured.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { HostError } from './system/errors.ts';
import { startFailure } from './system/processes.ts';

interface AttachOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

const forwarded = ['SIGTERM', 'SIGHUP'] as const;
/** The terminal sends these to the child by itself. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

/** Runs a command on our own streams to its end; see `Host.attach`. */
export function attachProcess(argv: readonly string[], { cwd, env, input }: AttachOptions): Promise<number> {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...env },
      stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    // Without a terminal nobody but us passes an interrupt on; with one, a second would make Compose kill at once.
    const forwardUnlessTerminal = (signal: NodeJS.Signals) => void (hasTerminal() || child.kill(signal));
    const settle = () => {
      for (const signal of forwarded) process.off(signal, forward);
      for (const signal of fromTerminal) process.off(signal, forwardUnlessTerminal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    for (const signal of fromTerminal) process.on(signal, forwardUnlessTerminal);

    if (child.stdin) {
      // A child that ends before it has read everything is its own affair.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    }
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      const { code, fact } = startFailure(cause.code);
      reject(new HostError({ message: `"${file}" ${fact}`, command: argv, code, cause }));
    });
    child.on('exit', (code, signal) => {
      settle();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/** Whether this process has a controlling terminal, whatever its streams are. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
