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
  ) => (release: Release, event: 'removing' | 'removed' | 'failed') => void;
}

/**
 * Carries releases out in order. A shim that went with its parent is fine: an engine removes a VLAN link that it made.
 */
export async function executeReleases(
  releases: readonly Release[],
  host: Host,
  { onReleases }: ReleaseOptions = {},
): Promise<readonly Release[]> {
  const tell = releases.length > 0 ? onReleases?.(releases) : undefined;
  for (const [at, one] of releases.entries()) {
    tell?.(one, 'removing');
    try {
      await removeOne(one, releases.slice(at), host);
    } catch (error) {
      tell?.(one, 'failed');
      throw error;
    }
    tell?.(one, 'removed');
  }
  return releases;
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
