/** Commands that are Compose's alone. */
import { requireCompose } from '../../host/engine/find-compose.ts';
import type { Host } from '../../host/system/host.ts';

/** Compose itself, on this terminal, with these very arguments. Throws a `HostError` where there is none. */
export async function passThrough(argv: readonly string[], host: Host, input?: string): Promise<number> {
  const compose = requireCompose(host);
  return host.attach([...compose.argv, ...argv], { env: compose.env, ...(input !== undefined && { input }) });
}
