/** Carries out what `down` may remove. */
import type { Release } from '../../plan/actions/action.ts';
import { observeInterfaces } from '../observe/host-facts.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { byHand, runPrivileged } from './sudo.ts';

export interface ReleaseOptions {
  /** Called before the first, where there are any; what it gives is called before and after each. */
  readonly onReleases?: (
    releases: readonly Release[],
  ) => (release: Release, event: 'removing' | 'removed' | 'left' | 'failed') => void;
  /** Whether what was learned of containers that are gone is left to go by itself where root cannot be had. */
  readonly leavesGone?: boolean;
}

/**
 * Carries releases out in order. A shim that went with its parent is fine: an engine removes a VLAN link that it made.
 *
 * @returns what was removed
 */
export async function executeReleases(
  releases: readonly Release[],
  host: Host,
  { onReleases, leavesGone = false }: ReleaseOptions = {},
): Promise<readonly Release[]> {
  const tell = releases.length > 0 ? onReleases?.(releases) : undefined;
  const removed: Release[] = [];
  let isRefused = false;
  for (const [at, one] of releases.entries()) {
    const mayStay = leavesGone && one.kind === 'neighbour' && one.isGone === true;
    // Who was refused once is not asked again because of such.
    if (mayStay && isRefused) continue;
    tell?.(one, 'removing');
    try {
      await removeOne(one, releases.slice(at), host);
    } catch (error) {
      isRefused = error instanceof HostError && error.failure.needsRoot === true;
      tell?.(one, mayStay && isRefused ? 'left' : 'failed');
      if (mayStay && isRefused) continue;
      throw error;
    }
    removed.push(one);
    tell?.(one, 'removed');
  }
  return removed;
}

/** @param left this one, and those that are still to follow */
async function removeOne(one: Release, left: readonly Release[], host: Host): Promise<void> {
  try {
    await runPrivileged(host, one.command, whyRoot(left));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (error.failure.needsRoot)
      throw new HostError({ ...error.failure, help: byHand(left.map(({ command }) => command)) });
    if (one.kind === 'network') throw error;
    // With a shim its routes and neighbours go, and what is learned of neighbours goes by itself.
    if (one.kind !== 'shim' && /No such (process|file or directory)|Cannot find device/.test(error.message)) return;
    if (!('shim' in one) || (await observeInterfaces(host)).some(({ name }) => name === one.shim)) throw error;
  }
}

/** What root is for. */
function whyRoot(releases: readonly Release[]): string {
  const shims = new Set(releases.flatMap((one) => ('shim' in one ? one.shim : [])));
  return shims.size > 0 ? `to remove what nothing needs any more: of ${[...shims].join(', ')}` : 'to tidy this host';
}
