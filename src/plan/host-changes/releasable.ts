/** What nothing needs any more: shared networks and shims that `down` may take away. */
import type { Release } from '../actions/action.ts';
import { answersAsUsual } from '../actions/argv.ts';
import type { HostFacts, HostInterface } from '../facts/facts.ts';
import { isOurs, networkLabel, servedNetwork } from '../facts/ownership.ts';
import { isOnThisHost } from '../facts/parsed-facts.ts';
import type { ShimState } from '../facts/shim-state.ts';
import { rulesTo, type StaleFacts } from './stale.ts';

/**
 * What may go, in order: each unused network of ours before its shim, because the engine refuses to remove one that has
 * got a container in between, and then the shim must stay too; then shims whose network does not exist, or is not ours
 * to remove and has no containers; the rules that lead to a shim before it. Pure.
 *
 * @param leased Docker networks that a running netcompose holds a lease on
 */
export function releasable({ host, engine, state }: StaleFacts, leased: ReadonlySet<string>): readonly Release[] {
  // The shims of this host say nothing about the networks of an engine elsewhere.
  const shims = isOnThisHost(engine) ? host.interfaces.filter(isOurs) : [];
  const removeShim = (shim: HostInterface) => removalOf(shim, state);
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
  const releases = [
    ...unused.flatMap((network) => [
      removeNetwork(network),
      ...shims.filter((shim) => servedNetwork(shim) === network).flatMap(removeShim),
    ]),
    ...orphans.flatMap(removeShim),
  ];
  return [...releases, ...withLastShim(host, releases)];
}

/** What retypes the answers of all shims goes after the last of them. */
export function withLastShim(
  { answersHeard, interfaces }: HostFacts,
  releases: readonly Release[],
): readonly Release[] {
  const gone = new Set(releases.flatMap((one) => (one.kind === 'shim' ? one.shim : [])));
  const isLast = gone.size > 0 && interfaces.filter(isOurs).every(({ name }) => gone.has(name));
  return answersHeard && isLast ? [{ kind: 'answers', command: answersAsUsual() }] : [];
}

/** What removes a shim, and first the rules that lead to it. */
export const removalOf = (link: HostInterface, state: ShimState): readonly Release[] => [
  ...rulesTo(link, state),
  { kind: 'shim', shim: link.name, command: ['ip', 'link', 'del', 'dev', link.name] },
];

/** What removes a network of the engine. */
export const removeNetwork = (network: string): Release => ({
  kind: 'network',
  network,
  command: ['docker', 'network', 'rm', network],
});
