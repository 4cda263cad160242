/** What `down` does last: finds what nothing needs any more, and removes it. */
import { executeReleases } from '../../host/execute/remove.ts';
import { leases, withLock } from '../../host/lock.ts';
import { observeEngine } from '../../host/observe/engine-facts.ts';
import { observeHost } from '../../host/observe/host-facts.ts';
import type { Host } from '../../host/system/host.ts';
import type { Release } from '../../plan/actions/action.ts';
import { servedNetwork } from '../../plan/facts/ownership.ts';
import { releasable } from '../../plan/host-changes/releasable.ts';

/**
 * Observes, decides and removes, under the lock. Throws a `HostError` where the engine cannot be reached or a removal
 * fails; the next `down` goes on from there.
 *
 * @returns what was removed
 */
export function release(host: Host): Promise<readonly Release[]> {
  return withLock(host, 'host', async () => {
    const [hostFacts, engine] = await Promise.all([observeHost(host), observeEngine(host)]);
    if (engine.kind === 'unreachable') throw engine.error;
    const names = [
      ...engine.facts.networks.map(({ name }) => name),
      ...hostFacts.interfaces.flatMap((one) => servedNetwork(one) ?? []),
    ];
    const leased = new Set(names.filter((name) => leases(host, name).length > 0));
    return executeReleases(releasable({ host: hostFacts, engine: engine.facts }, leased), host);
  });
}
