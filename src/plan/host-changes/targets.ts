/** What a shim leads to: the ranges of its network, and the addresses of containers outside these. */
import sortBy from 'lodash/sortBy.js';
import uniqBy from 'lodash/uniqBy.js';
import { type Address, blockOf, type Cidr, contains, formatCidr } from '../facts/ip.ts';
import type { ParsedEngine } from '../facts/parsed-facts.ts';
import { allAddresses } from '../services/members.ts';
import type { Attached, NetworkPlan, ShimPlan, ShimWay } from '../types.ts';

/** Who is on networks: services of a file, or containers that are there. */
export type OnNetworks = Pick<Attached, 'networks'>;

/**
 * Whether Docker hands out addresses of this network that nobody knows before: without a range there can be no route
 * ahead of them, and each container gets one of its own, right after it has started.
 */
export function hasUnknownTargets({ underlay: wanted, mode, pools }: NetworkPlan): boolean {
  return wanted?.hostAccess === 'shim' && !isRouted(mode) && pools.some(({ ipRange }) => ipRange === undefined);
}

/** Whether its subnet is behind this host, and all of it the containers'. */
export const isRouted = (mode: NetworkPlan['mode']) => mode === 'ipvlan-l3' || mode === 'ipvlan-l3s';

/**
 * The container addresses of a network that are known: those of the file, and those that running containers have, be it
 * that the file gave them once, and this run does not touch them.
 */
export function knownTargets(
  network: NetworkPlan,
  members: readonly OnNetworks[],
  engine: ParsedEngine | undefined,
): readonly Address[] {
  return [...fixedOn(network, members), ...presentOn(network.dockerName, engine)];
}

/**
 * The routes by which a shim leads to its ranges and to these addresses outside them, and what must be written down for
 * it.
 */
export function leadTo(ways: readonly ShimWay[], known: readonly Address[]): Pick<ShimPlan, 'routes' | 'neighbours'> {
  const led = ways.map((way) => ({ ...way, targets: targetsOf(way, known) }));
  return {
    routes: led.flatMap(({ targets, source, named }) =>
      targets.map((destination) => ({ destination, ...(source && { source }), ...(named && { named }) })),
    ),
    neighbours: led.flatMap(({ targets, mac }) =>
      mac === undefined ? [] : targets.flatMap(addressesIn).map((address) => ({ address, mac })),
    ),
  };
}

/** Never the whole LAN: its route belongs to the parent. */
export function targetsOf({ subnet, range }: ShimWay, known: readonly Address[]): readonly Cidr[] {
  const outside = known.filter((address) => contains(subnet, address) && !(range && contains(range, address)));
  return sortBy(uniqBy([...(range ? [range] : []), ...outside.map(blockOf)], formatCidr), formatCidr);
}

/** The addresses that the file gives, and those that services put up by themselves. */
export function fixedOn({ key }: NetworkPlan, members: readonly OnNetworks[]): readonly Address[] {
  return members.flatMap(({ networks }) => allAddresses(networks.get(key) ?? {}).map(({ value }) => value));
}

/** The addresses that running containers have, of this project or any other. */
const presentOn = (dockerName: string, engine: ParsedEngine | undefined): readonly Address[] =>
  (engine?.containers ?? []).flatMap(({ running, networks }) =>
    running ? (networks.get(dockerName)?.addresses ?? []) : [],
  );

const addressesIn = ({ family, first, last }: Cidr): readonly Address[] =>
  Array.from({ length: Number(last - first) + 1 }, (_, index) => ({ family, value: first + BigInt(index) }));
