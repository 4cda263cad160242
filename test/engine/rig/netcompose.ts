/** Calls the built program as a user does, against a test's own engine. */
import { fileURLToPath } from 'node:url';
import { type Output, patiently } from '../../support/patiently.ts';
import type { Rig } from './rig.ts';

export const program = fileURLToPath(new URL('../../../bin/netcompose.cjs', import.meta.url));

export interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs `netcompose …`; what it writes comes back whole. */
export function netcompose(
  rig: Pick<Rig, 'env'>,
  args: readonly string[],
  { cwd, env = {}, input }: CallOptions,
): Promise<Output> {
  return patiently(process.execPath, [program, ...args], {
    cwd,
    env: { ...rig.env, ...env },
    ...(input !== undefined && { input }),
  });
}
