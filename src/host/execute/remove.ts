/** What `down` does last: removes the shared networks and shims that nothing needs any more. */
import type { EngineFacts, HostFacts, HostInterface } from '../../plan/facts/facts.ts';
import { networkLabel } from '../../plan/facts/ownership.ts';
import { leases, withLock } from '../lock.ts';
import { observeEngine } from '../observe/engine-facts.ts';
import { observeHost, observeInterfaces } from '../observe/host-facts.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { isOurs, servedNetwork } from './state.ts';
import { runPrivileged } from './sudo.ts';

export interface ReleaseFacts {
  readonly host: HostFacts;
  readonly engine: EngineFacts;
}

export type Release =
  | { readonly kind: 'network'; readonly network: string; readonly command: readonly string[] }
  | { readonly kind: 'shim'; readonly shim: string; readonly command: readonly string[] };

/**
 * What may go, in order: each unused network of ours before its shim, because the engine refuses to remove one that has
 * got a container in between, and then the shim must stay too; then shims whose network does not exist, or is not ours
 * to remove and has no containers. Pure.
 *
 * @param leased Docker networks that a running netcompose holds a lease on
 */
export function releasable({ host, engine }: ReleaseFacts, leased: ReadonlySet<string>): readonly Release[] {
  // The shims of this host say nothing about the networks of an engine elsewhere.
  const shims = engine.remote || engine.kind !== 'engine' ? [] : host.interfaces.filter(isOurs);
  const used = new Set(engine.containers.flatMap(({ networks }) => Object.keys(networks)));
  const unused = engine.networks
    .filter(({ name, labels }) => labels[networkLabel] === name && !used.has(name) && !leased.has(name))
    .map(({ name }) => name)
    .sort();
  const ours = new Set(engine.networks.flatMap(({ name, labels }) => (labels[networkLabel] === name ? name : [])));
  const orphans = shims.filter((shim) => {
    const network = servedNetwork(shim);
    // Without an alias it is half-made, by one that was killed: whoever makes shims holds the lock, and so do we.
    return network === undefined || (!ours.has(network) && !used.has(network) && !leased.has(network));
  });
  return [
    ...unused.flatMap((network) => [
      removeNetwork(network),
      ...shims.filter((shim) => servedNetwork(shim) === network).map(removeShim),
    ]),
    ...orphans.map(removeShim),
  ];
}

const removeNetwork = (network: string): Release => ({
  kind: 'network',
  network,
  command: ['docker', 'network', 'rm', network],
});
const removeShim = ({ name }: HostInterface): Release => ({
  kind: 'shim',
  shim: name,
  command: ['ip', 'link', 'del', 'dev', name],
});

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
