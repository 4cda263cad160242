/** The kernel's news of its network, as `ip monitor` tells them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../system/host.ts';

const command = ['ip', '-N', '-o', 'monitor', 'link', 'address', 'route', 'rule', 'neigh'] as const;
const pauseMilliseconds = 1000;

/**
 * Hands over each event, until it is aborted. Where the command ends by itself, it is started again.
 *
 * @param onGap called where events may have been missed, with the reason
 */
export async function followKernel(
  host: Host,
  onEvent: (line: string) => void,
  onGap: (reason: string) => void,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    const following = host.follow(command, onEvent);
    end.addEventListener('abort', following.stop, { once: true });
    const reason = await following.ended;
    end.removeEventListener('abort', following.stop);
    if (end.aborted) return;
    await sleep(pauseMilliseconds, undefined, { signal: end }).catch(() => undefined);
    onGap(reason);
  }
}
