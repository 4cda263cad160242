/** Runs a program for the runner, to its end or until it is given up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpuSecondsBelow, killBelow, type Patience, watch } from '../support/progress.ts';
import type { FileResult, LayerMessage } from './layer.ts';

export interface Ending {
  /** Its exit code, the signal that has ended it, or why it could not be started. */
  readonly code: number | string;
  /** What it has reported of its files. */
  readonly results: readonly FileResult[];
  /** Where it was given up: what has not happened, and what it was waiting for. */
  readonly givenUp?: string;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly patience: Patience;
  /** Where its output goes; the runner's own without it. */
  readonly output?: 'ignore' | ((text: string) => void);
  /** For what it does where its starter is gone; a process that is blocked does nothing, and is killed after them. */
  readonly lastSeconds?: number;
  /** Given the process as soon as there is one. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs a program to its end, or gives it up where it no longer moves. */
export function runChild(
  command: string,
  args: readonly string[],
  { cwd, env, patience, output, lastSeconds = 10, started }: ChildOptions,
): Promise<Ending> {
  return new Promise((done) => {
    const results: FileResult[] = [];
    let givenUp: string | undefined;
    let current: { readonly file: string; readonly test?: string } | undefined;
    const stream = output === undefined ? 'inherit' : output === 'ignore' ? 'ignore' : 'pipe';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', stream, stream, 'ipc'] });
    started?.(child);
    let killTimer: NodeJS.Timeout | undefined;
    const progress = watch(
      () => (child.pid === undefined ? 0 : cpuSecondsBelow(child.pid)),
      patience,
      (why) => {
        const where = current && `${current.test ? `"${current.test}" in ` : ''}${current.file}`;
        givenUp = `${why}${where ? `; it was waiting for ${where}` : ''}`;
        if (child.connected) child.disconnect();
        killTimer = setTimeout(() => {
          if (child.pid !== undefined) killBelow(child.pid);
          child.kill('SIGKILL');
        }, lastSeconds * 1000);
      },
    );
    const end = (code: number | string) => {
      progress.stop();
      clearTimeout(killTimer);
      done({ code, results, ...(givenUp !== undefined && { givenUp }) });
    };
    child.on('message', (message: LayerMessage) => {
      progress.moved();
      if (message.kind === 'result') results.push(message.result);
      else if (message.kind === 'running') current = message;
    });
    if (typeof output === 'function')
      for (const readable of [child.stdout, child.stderr]) readable?.setEncoding('utf8').on('data', output);
    child.on('error', (error) => end(error.message));
    // What it has started may hold its output open for as long as it likes: the rest is waited for a moment only.
    child.on('exit', (code, signal) => {
      const ended = () => end(code ?? signal ?? 'no exit code');
      if (stream !== 'pipe') return ended();
      const timer = setTimeout(ended, 1000);
      child.on('close', () => {
        clearTimeout(timer);
        ended();
      });
    });
  });
}
