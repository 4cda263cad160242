/** What shims still lead to although nothing is there any more: routes, rules and neighbour entries that may go. */
import type { Release } from '../actions/action.ts';
import * as argv from '../actions/argv.ts';
import type { EngineFacts, HostFacts, HostInterface, HostRoute } from '../facts/facts.ts';
import {
  type Address,
  addressOf,
  blockOf,
  type Cidr,
  contains,
  formatAddress,
  parseAddress,
  parseCidr,
  sameAddress,
  sameCidr,
} from '../facts/ip.ts';
import { isOurRule, isOurs, isReturnRule, servedNetwork } from '../facts/ownership.ts';
import { isOnThisHost, type ParsedEngine, parseEngine } from '../facts/parsed-facts.ts';
import type { ShimState } from '../facts/shim-state.ts';
import type { ShimPlan } from '../types.ts';

export interface StaleFacts {
  readonly host: HostFacts;
  readonly engine: EngineFacts;
  readonly state: ShimState;
}

/**
 * What of our shims leads to no container that there is or, by the plan, is about to be: everything but the ranges of
 * their networks and the addresses of containers outside these. Routes that netcompose would not make (by a gateway,
 * with a metric) are others', and stay. In an order in which no rule leads to a route that is gone. Pure.
 *
 * @param leased Docker networks that another netcompose is just starting containers on: their shims are left as they
 *   are
 * @param planned the shims of what this run has started
 */
export function staleOn(
  { host, engine, state }: StaleFacts,
  leased: ReadonlySet<string>,
  planned: readonly ShimPlan[] = [],
): readonly Release[] {
  if (!isOnThisHost(engine)) return [];
  const parsed = parseEngine(engine);
  const shims = host.interfaces.filter(isOurs).flatMap((shim) => {
    const network = servedNetwork(shim);
    const wanted = planned.find((one) => one.name === shim.name && one.network === network);
    const known = wanted !== undefined || parsed.networks.some(({ name }) => name === network);
    return network === undefined || leased.has(network) || !known ? [] : [staleOf(shim, network, wanted, parsed)];
  });
  const removed = (route: HostRoute, isStale: (shim: ShimNeeds, to: Cidr) => boolean): readonly Removed[] => {
    const shim = shims.find(({ link }) => link.name === route.interface);
    const to = parseCidr(route.destination);
    return shim && to && isMadeByUs(route) && isStale(shim, to) ? [{ shim: shim.link.name, to, route }] : [];
  };
  const shimAddresses = [
    ...host.interfaces.filter(isOurs).flatMap(addressesOn),
    ...planned.flatMap(({ addresses }) => addresses),
  ];
  const isShims = (source: Address) => shimAddresses.some((address) => sameAddress(address, source));
  const main = host.routes.flatMap((route) => removed(route, ({ needs }, to) => !needs(to)));
  const inTable = state.tableRoutes.flatMap((route) => removed(route, ({ needsInTable }, to) => !needsInTable(to)));
  const gone = new Set(inTable.map(({ route }) => route));
  const kept = state.tableRoutes.filter((route) => !gone.has(route)).map(({ destination }) => destination);
  return [
    ...state.rules.filter(isOurRule).flatMap(({ destination }) => {
      const to = parseCidr(destination ?? '');
      return !to || kept.includes(destination!)
        ? []
        : [{ kind: 'rule', command: argv.tableRule({ destination: to }).undo } as const];
    }),
    ...returnRulesOf(state, (source) => !isShims(source)),
    ...inTable.map(({ shim, to }) => routeRelease(shim, argv.routeInTable({ shim, destination: to }))),
    ...main.map(({ shim, to }) => routeRelease(shim, argv.routeTo({ shim, destination: to })('del'))),
    ...shims.flatMap((shim) => staleNeighbours(shim, main, state, parsed)),
  ];
}

/** The rules that lead to a shim by our table: they do not go with it. */
export function rulesTo(shim: HostInterface, state: ShimState): readonly Release[] {
  const { tableRoutes, rules } = state;
  const led = new Set(tableRoutes.flatMap((route) => (route.interface === shim.name ? route.destination : [])));
  const own = addressesOn(shim);
  return [
    ...rules.filter(isOurRule).flatMap(({ destination }) => {
      const to = parseCidr(destination ?? '');
      return to && led.has(destination!)
        ? [{ kind: 'rule', command: argv.tableRule({ destination: to }).undo } as const]
        : [];
    }),
    ...returnRulesOf(state, (source) => own.some((address) => sameAddress(address, source))),
  ];
}

/** The rules for what shims answer as these addresses. */
const returnRulesOf = ({ rules6 = [] }: ShimState, isMeant: (source: Address) => boolean): readonly Release[] =>
  rules6.filter(isReturnRule).flatMap((rule): readonly Release[] => {
    const source = addressOf(rule.source!);
    return source && isMeant(source) ? [{ kind: 'rule', command: argv.returnRule({ source }).undo }] : [];
  });

const addressesOn = ({ addresses }: HostInterface): readonly Address[] =>
  addresses.flatMap((text) => addressOf(text) ?? []);

interface ShimNeeds {
  readonly link: HostInterface;
  /** The ways to its containers. */
  readonly wanted: readonly Cidr[];
  readonly needs: (to: Cidr) => boolean;
  readonly needsInTable: (to: Cidr) => boolean;
}

interface Removed {
  readonly shim: string;
  readonly to: Cidr;
  readonly route: HostRoute;
}

function staleOf(link: HostInterface, network: string, planned: ShimPlan | undefined, engine: ParsedEngine): ShimNeeds {
  const own = addressesOn(link).map(blockOf);
  const wanted = [...(planned?.routes ?? []).map(({ destination }) => destination), ...ledTo(link, network, engine)];
  const subnets = engine.networks.flatMap(({ name, pools }) => (name === network ? pools : []));
  const returns = [...(planned?.ways ?? []), ...subnets].map(({ subnet }) => subnet);
  const among = (blocks: readonly Cidr[], to: Cidr) => blocks.some((block) => sameCidr(block, to));
  return {
    link,
    wanted,
    // For an IPv6 address the kernel has a route in the main table.
    needs: (to) => among(wanted, to) || among(own, to),
    // What the plan says of the source counts; of what is not in this plan, another project's did.
    needsInTable: (to) => {
      if (to.family === 6) return among(returns, to);
      const route = planned?.routes.find(({ destination }) => sameCidr(destination, to));
      return route ? route.named === 'table' : among(wanted, to);
    },
  };
}

/** The ranges of a network, and the addresses of its containers outside these, running or not. */
function ledTo({ mode }: HostInterface, network: string, { networks, containers }: ParsedEngine): readonly Cidr[] {
  const routed = mode === 'l3' || mode === 'l3s';
  const ranges = networks
    .filter(({ name }) => name === network)
    .flatMap(({ pools }) => pools.flatMap(({ subnet, ipRange }) => ipRange ?? (routed ? subnet : [])));
  const addresses = containers.flatMap(({ networks: on, floating }) => {
    const attached = on.get(network);
    return attached ? [...attached.addresses, ...attached.fixed, ...floating] : [];
  });
  return [...ranges, ...addresses.filter((address) => !ranges.some((range) => contains(range, address))).map(blockOf)];
}

const isMadeByUs = ({ destination, gateway, metric, family }: HostRoute): boolean =>
  destination !== 'default' && gateway === undefined && (family === 6 || (metric ?? 0) === 0);

/**
 * ipvlan L2: entries that were written down for addresses that nobody has. macvlan: what the host has learned on a way
 * that goes, of a container that has another MAC address by now, or of one that is gone: the old answer would serve a
 * while longer, and what the host sends to where no container is leaves for the LAN, with the shim's MAC address.
 */
function staleNeighbours(
  { link, wanted }: ShimNeeds,
  main: readonly Removed[],
  state: ShimState,
  engine: ParsedEngine,
): readonly Release[] {
  const { name: shim, kind } = link;
  const macs = macsOn(servedNetwork(link), engine);
  const isNobodys = kind === 'macvlan' ? nobodysOn(servedNetwork(link), engine) : () => false;
  const ways = main.filter((route) => route.shim === shim).map(({ to }) => to);
  const among = (blocks: readonly Cidr[], address: Address) => blocks.some((block) => contains(block, address));
  return state.neighbours.flatMap(({ shim: on, address: text, mac, permanent }): readonly Release[] => {
    const address = parseAddress(text);
    if (on !== shim || !address) return [];
    const isGone = !permanent && !macs.has(formatAddress(address));
    const isNeeded = among(wanted, address);
    const isOther = !permanent && mac !== undefined && isNobodys(formatAddress(address), mac, isNeeded);
    if (!isOther && isNeeded) return [];
    const isStale = isOther || (permanent ? kind === 'ipvlan' : among(ways, address));
    const command = argv.neighbourGone({ shim, address, permanent });
    return isStale ? [{ kind: 'neighbour', shim, command, ...(isGone && { isGone }) }] : [];
  });
}

/**
 * Whether what was learned is no longer true: another container has the address, or, of where containers may be, none
 * has the MAC address. Whose address floats may be any machine; where the engine tells no MAC addresses, nobody knows.
 */
function nobodysOn(network: string | undefined, engine: ParsedEngine) {
  const macs = macsOn(network, engine);
  const all = new Set(macs.values());
  const on = engine.containers.flatMap(({ networks, floating }) => {
    const attached = network === undefined ? undefined : networks.get(network);
    return attached ? [{ ...attached, floating }] : [];
  });
  const isTold = on.every(({ addresses, mac }) => addresses.length === 0 || mac !== undefined);
  const floating = new Set(on.flatMap((one) => one.floating.map(formatAddress)));
  return (address: string, mac: string, isContainers: boolean): boolean => {
    const now = macs.get(address);
    return now === undefined ? isContainers && isTold && !all.has(mac) && !floating.has(address) : now !== mac;
  };
}

/** The MAC addresses of a network's containers, by their addresses, as far as the engine tells. */
export function macsOn(network: string | undefined, { containers }: ParsedEngine): ReadonlyMap<string, string> {
  return new Map(
    containers.flatMap(({ networks }) => {
      const { addresses = [], mac } = (network === undefined ? undefined : networks.get(network)) ?? {};
      return mac === undefined ? [] : addresses.map((address) => [formatAddress(address), mac.toLowerCase()] as const);
    }),
  );
}

const routeRelease = (shim: string, command: readonly string[]): Release => ({ kind: 'route', shim, command });
