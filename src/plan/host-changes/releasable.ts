/** What nothing needs any more: shared networks and shims that `down` may take away. */
import type { Release } from '../actions/action.ts';
import type { EngineFacts, HostFacts, HostInterface } from '../facts/facts.ts';
import { isOurs, networkLabel, servedNetwork } from '../facts/ownership.ts';

export interface ReleaseFacts {
  readonly host: HostFacts;
  readonly engine: EngineFacts;
}

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
