/**
 * Several hosts in one Docker swarm: the plan of each → which part of a macvlan or ipvlan network each has.
 *
 * A stack with `driver: macvlan` makes a local network, which services of a swarm refuse. What works (run: 28.5) is a
 * `--config-only` network on each host with that host's parent and range, and one network of scope `swarm` made from
 * it on a manager, which looks up the configuration of that name on whatever host a task lands.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import { underlay } from '../../netmode/modes.ts';
import { type Commands, configOnlyNetwork, isNetworkName, swarmNetwork } from '../actions/argv.ts';
import type { Facts } from '../facts/facts.ts';
import { type Address, type Cidr, contains, overlaps, sameCidr } from '../facts/ip.ts';
import { type ParsedFacts, parseFacts } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import { membersOf } from '../services/members.ts';
import { isUnderlayNetwork, type LanRoute, type Plan, type PlannedPool, type UnderlayNetwork } from '../types.ts';
import { divided } from './divided.ts';

/** One host, and the plan as it would be there. */
export interface SwarmHost {
  readonly name: string;
  readonly plan: Plan;
  readonly facts: Facts;
}

export interface SwarmPlan {
  /** As the first host has it; services are the same on all. */
  readonly plan: Plan;
  readonly networks: readonly SwarmNetwork[];
}

/** A macvlan or ipvlan network of scope `swarm`. */
export interface SwarmNetwork {
  /** In the Compose file of the first host. */
  readonly key: string;
  readonly name: string;
  readonly driver: string;
  readonly parts: readonly HostPart[];
  /** On a manager, once every host has its part. */
  readonly make: Commands;
}

/** What one host has of it. */
interface HostPart {
  readonly host: string;
  readonly make: Commands;
  /** What the LAN's router needs for the containers on this host. */
  readonly routes: readonly LanRoute[];
}

/**
 * Gives each host its part of each network. A range that is the same on several hosts is divided among them in the
 * order of their names; at layer 3, where each host's subnet needs a route, the subnet is.
 *
 * @param hosts at least one
 * @param report gets `swarm/ranges-overlap`, `swarm/address-ignored`, and `engine/swarm-inactive` for hosts in no swarm
 */
export function planSwarm(hosts: readonly SwarmHost[], report: Report): SwarmPlan {
  const ordered = [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const [{ plan }] = hosts as readonly [SwarmHost];
  checkMembership(hosts, report);
  checkFixedAddresses(plan, report);
  const joined = membersOf(plan.services.values());
  const parsed = new Map(ordered.map(({ name, facts }) => [name, parseFacts(facts)]));
  const networks = [...plan.networks.values()]
    .filter(isUnderlayNetwork)
    .filter(({ key }) => joined.has(key) && !plan.project.networks.get(key)?.external)
    .flatMap((network) => swarmNetworkOf(network, ordered, parsed, report) ?? []);
  return { plan, networks };
}

function checkMembership(hosts: readonly SwarmHost[], report: Report): void {
  for (const { name, facts } of hosts) {
    if (hosts.length > 1 && facts.engine?.swarm === 'inactive')
      report('engine/swarm-inactive', undefined, `the engine of host "${name}" is in no swarm`, {
        help: `on ${name}: docker swarm join, with what "docker swarm join-token worker" prints on a manager`,
      });
  }
}

/** The engine takes a fixed address of a stack's service and ignores it, without a word (run: 28.5). */
function checkFixedAddresses({ services }: Plan, report: Report): void {
  for (const [name, { service, networks }] of services) {
    if (!service.active) continue;
    for (const { ipv4Address, ipv6Address } of networks.values()) {
      for (const address of [ipv4Address, ipv6Address]) {
        if (!address) continue;
        report('swarm/address-ignored', address.span, `"${name}": a swarm gives it another address than the one here`, {
          help: 'take the address out; an ip_range that is this address alone (/32), on a network of its own, keeps it',
        });
      }
    }
  }
}

const samePlace = (a: Span, b: Span) => a.source.path === b.source.path && a.start === b.start;

interface Found {
  readonly host: string;
  readonly network: UnderlayNetwork;
  readonly plan: Plan;
}

function swarmNetworkOf(
  network: UnderlayNetwork,
  hosts: readonly SwarmHost[],
  parsed: ReadonlyMap<string, ParsedFacts>,
  report: Report,
): SwarmNetwork | undefined {
  // The parent may have another name on each host, and with it the key.
  const found = hosts.flatMap(({ name, plan }): readonly Found[] => {
    const there = [...plan.networks.values()].find((each) => samePlace(each.span, network.span));
    return there && isUnderlayNetwork(there) ? [{ host: name, network: there, plan }] : [];
  });
  const { driver } = underlay(network.underlay.mode);
  const name = nameOf(found, network);
  if (!isNetworkName(name)) {
    // A shared one, named after its parent, has been reported.
    if (network.kind !== 'shared')
      report('netmode/invalid-value', network.span, `network "${network.key}": no command takes the name "${name}"`, {
        help: 'use letters, digits, "_", "." and "-" in its "name"',
      });
    return undefined;
  }
  const pools = poolsByHost(found, network, report);
  const hostAddresses = hosts.flatMap(({ name: host }) =>
    (parsed.get(host)?.host?.interfaces ?? []).flatMap(({ addresses }) =>
      addresses.map(({ address }) => ({ host, address })),
    ),
  );
  const parts = found.map(({ host, network: here, plan }, index) => {
    const mine = pools[index]!.map((pool) => withReserved(pool, hostAddresses));
    const make = configOnlyNetwork({
      name: `${name}-config`,
      options: here.options,
      pools: mine,
      ipv4: mine.length === 0 || mine.some(({ subnet }) => subnet.family === 4),
      ipv6: mine.some(({ subnet }) => subnet.family === 6),
    });
    return { host, make, routes: routesOf(here, mine, plan) };
  });
  return { key: network.key, name, driver, parts, make: swarmNetwork({ name, driver, config: `${name}-config` }) };
}

function nameOf(found: readonly Found[], { key, kind, mode, dockerName }: UnderlayNetwork): string {
  if (kind !== 'shared') return dockerName;
  return `netcompose-swarm-${found.every(({ network }) => network.key === key) ? key : mode}`;
}

/** @returns for each host, in the order of the hosts, its pools */
function poolsByHost(
  found: readonly Found[],
  { key, span, pools, underlay: { mode } }: UnderlayNetwork,
  report: Report,
): readonly (readonly PlannedPool[])[] {
  const { onLan } = underlay(mode);
  const result = found.map(({ network }) => [...network.pools]);
  pools.forEach((_, index) => {
    const given = found.flatMap(({ network }) => network.pools[index] ?? []);
    if (given.length < found.length) return;
    const blocks = given.map(({ subnet, ipRange }) => (onLan ? (ipRange ?? subnet) : subnet));
    const apart = given.length < 2 ? blocks : partsOf(blocks);
    if (!apart) {
      report('swarm/ranges-overlap', span, overlapText(key, blocks), {
        help: onLan
          ? 'write one "ip_range" large enough for all hosts, which is divided among them'
          : 'write one "subnet" large enough for all hosts, which is divided among them',
      });
      return;
    }
    apart.forEach((part, at) => {
      const { ipRange: _, gateway, ...rest } = given[at]!;
      result[at]![index] = onLan
        ? { ...given[at]!, ipRange: part }
        : { ...rest, subnet: part, ...(gateway && contains(part, gateway) && { gateway }) };
    });
  });
  return result;
}

function overlapText(key: string, blocks: readonly Cidr[]): string {
  return blocks.every((each) => sameCidr(each, blocks[0]))
    ? `network "${key}": its range is too small to be divided among ${blocks.length} hosts`
    : `network "${key}": two hosts would hand out the same addresses`;
}

/** Blocks that are the same everywhere are divided; others must be apart. */
function partsOf(blocks: readonly Cidr[]): readonly Cidr[] | undefined {
  if (blocks.every((each) => sameCidr(each, blocks[0]))) return divided(blocks[0]!, blocks.length);
  return blocks.some((a, index) => blocks.slice(index + 1).some((b) => overlaps(a, b))) ? undefined : blocks;
}

/** No host hands out an address that it or another has itself. None is kept for a shim: a stack has none. */
function withReserved(pool: PlannedPool, hosts: readonly { readonly host: string; readonly address: Address }[]): Pool {
  const range = pool.ipRange ?? pool.subnet;
  const taken = hosts.filter(({ address }) => contains(range, address));
  const names = taken.map(({ host }, index) => `host-${index}-${host.replaceAll(/[^\w.-]/g, '-')}`);
  return {
    ...pool,
    auxAddresses: new Map([
      ...[...pool.auxAddresses].filter(
        ([name, address]) => pool.spans.auxAddresses.has(name) && contains(range, address),
      ),
      ...taken.map(({ address }, index) => [names[index]!, address] as const),
    ]),
  };
}

/** As the host's plan has them, for the part of the subnet that is this host's. */
function routesOf({ key }: UnderlayNetwork, pools: readonly Pool[], { lanRoutes }: Plan): readonly LanRoute[] {
  return lanRoutes
    .filter(({ networks }) => networks.includes(key))
    .flatMap((route) =>
      pools
        .filter(({ subnet }) => contains(route.destination, subnet))
        .map(({ subnet }) => ({ ...route, destination: subnet })),
    );
}
