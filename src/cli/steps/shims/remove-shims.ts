/** Removes shims: what `shim down` does. */
import { executeReleases } from '../../../host/execute/remove.ts';
import { withLock } from '../../../host/lock.ts';
import type { Host } from '../../../host/system/host.ts';
import type { Release } from '../../../plan/actions/action.ts';
import { isOurs, servedNetwork } from '../../../plan/facts/ownership.ts';
import { releasable, removalOf, withLastShim } from '../../../plan/host-changes/releasable.ts';
import type { StaleFacts } from '../../../plan/host-changes/stale.ts';
import { leasedNetworks, observeAll } from '../release.ts';
import { namedOf } from './survey-shims.ts';

/**
 * Under the lock. Throws a `HostError` where the engine cannot be reached or a removal fails, a `UsageError` for a name
 * that no shim has and no shim serves.
 *
 * @param names of networks, by Docker's names, or of shims; none: those that nothing uses
 * @returns the shims that were removed
 */
export function removeShims(host: Host, names: readonly string[]): Promise<readonly string[]> {
  return withLock(host, 'host', async () => {
    const facts = await observeAll(host, { gone: true });
    const releases = names.length > 0 ? named(facts, names) : await unused(host, facts);
    await executeReleases(releases, host);
    return releases.flatMap((one) => (one.kind === 'shim' ? one.shim : []));
  });
}

/** What `down` would remove of shims; their networks are not touched. */
const unused = async (host: Host, facts: StaleFacts): Promise<readonly Release[]> =>
  releasable(facts, await leasedNetworks(host, facts, () => true)).filter(({ kind }) => kind !== 'network');

function named({ host, state }: StaleFacts, names: readonly string[]): readonly Release[] {
  const shims = host.interfaces.filter(isOurs).map((link) => ({ link, name: link.name, network: servedNetwork(link) }));
  const isNamed = namedOf(shims, names);
  const releases = shims.filter(isNamed).flatMap(({ link }) => removalOf(link, state));
  return [...releases, ...withLastShim(host, releases)];
}
