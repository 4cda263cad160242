/** `stop`, `kill` and `rm`: Compose alone; then no shim leads to an address that a container has given up. */
import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { passThrough } from '../steps/pass-through.ts';

export async function run(session: Session): Promise<number> {
  const { host, argv } = session;
  const exitCode = await passThrough(argv, host);
  if (exitCode !== exitCodes.fine) return exitCode;
  const { tidyWhereShimsAre } = await import('../steps/release.ts');
  await tidyWhereShimsAre(session);
  return exitCode;
}
