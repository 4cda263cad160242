/** What `down` does last: removes the shared networks and shims that nothing needs any more. */
import type { Release } from '../../plan/actions/action.ts';
import { servedNetwork } from '../../plan/facts/ownership.ts';
import { releasable } from '../../plan/host-changes/releasable.ts';
import { leases, withLock } from '../lock.ts';
import { observeEngine } from '../observe/engine-facts.ts';
import { observeHost, observeInterfaces } from '../observe/host-facts.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { runPrivileged } from './sudo.ts';

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

/** Carries releases out in order. A shim that went with its parent is fine: an engine removes a VLAN link that it made. */
export async function executeReleases(releases: readonly Release[], host: Host): Promise<readonly Release[]> {
  for (const [at, one] of releases.entries()) {
    try {
      await runPrivileged(
        host,
        one.command,
        releases.slice(at + 1).map(({ command }) => command),
      );
    } catch (error) {
      if (!(error instanceof HostError) || one.kind !== 'shim') throw error;
      if ((await observeInterfaces(host)).some(({ name }) => name === one.shim)) throw error;
    }
  }
  return releases;
}
