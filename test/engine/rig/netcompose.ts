/** Calls the built program as a user does, against a test's own engine. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Output } from './lan.ts';
import type { Rig } from './rig.ts';

export const program = fileURLToPath(new URL('../../../bin/netcompose.cjs', import.meta.url));

export interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs `netcompose …`; what it writes comes back whole. */
export async function netcompose(
  rig: Rig,
  args: readonly string[],
  { cwd, env = {}, input }: CallOptions,
): Promise<Output> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd,
    env: { ...rig.env, ...env },
    extendEnv: false,
    reject: false,
    timeout: 120_000,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  return { code: exitCode ?? -1, stdout, stderr };
}
