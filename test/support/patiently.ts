/** Runs programs for tests, and gives them up only where they hang. */
import type { ChildProcess } from 'node:child_process';
import { execa } from 'execa';
import { cpuSecondsBelow, killBelow, type Patience, type Watch, watch } from './progress.ts';

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd?: string;
  /** The whole environment; the test's own without it. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** What it reads; nothing without it. */
  readonly input?: string;
}

/** Less than a layer's, so that one test fails, and the others run. */
const patience: Patience = { quietSeconds: 60, busySeconds: 300 };

/** Runs a program to its end. One that hangs is ended; its errors say so, and its code is -1. */
export async function patiently(command: string, args: readonly string[], options: CallOptions = {}): Promise<Output> {
  const { cwd, env, input } = options;
  const child = execa(command, args, {
    reject: false,
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env, extendEnv: false }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  let hangs = '';
  const progress = endWhereItHangs(child, (why) => (hangs = `\ngiven up: ${why}`));
  const { exitCode, stdout = '', stderr = '' } = await child;
  progress.stop();
  return { code: hangs === '' ? (exitCode ?? -1) : -1, stdout: String(stdout), stderr: `${stderr}${hangs}` };
}

/**
 * Ends a program that hangs: it writes nothing, and neither it nor, in a sandbox, anything else there works, such as
 * the engine that it waits for. The watch ends with the program.
 */
export function endWhereItHangs(
  child: Pick<ChildProcess, 'pid' | 'stdout' | 'stderr' | 'kill' | 'once'>,
  tell: (why: string) => void = () => undefined,
): Watch {
  const root = process.env['NETCOMPOSE_SANDBOX'] === undefined ? child.pid : 1;
  const progress = watch(
    () => (root === undefined ? 0 : cpuSecondsBelow(root)),
    patience,
    (why) => {
      tell(why);
      if (child.pid !== undefined) killBelow(child.pid);
      child.kill('SIGKILL');
    },
  );
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', progress.moved);
  child.once('close', progress.stop);
  return progress;
}
