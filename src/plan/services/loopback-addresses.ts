/**
 * Loopback addresses for services that have an address of their own on the LAN, where they fall back to a bridge and
 * publish ports that others on this host have too: `127.0.0.x`, one for each, so that two that answer on 53 and 8080
 * live side by side as they do on the LAN.
 */

import range from 'lodash/range.js';
import sortBy from 'lodash/sortBy.js';
import { type Address, formatAddress, isUnspecified, parseAddress, sameAddress } from '../facts/ip.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { fnv1a } from '../networks/hash.ts';
import type { Attached, PlannedPort } from '../types.ts';
import { withoutRepeats } from './planned-ports.ts';

/** 127.0.0.1 is everybody's; systemd-resolved listens on the other two (its `DNSStubListener`). */
const reserved: ReadonlySet<number> = new Set([1, 53, 54]);

const mostHosts = 254;

/** Something on this host that has a port, or will have it. */
interface Holder {
  /** Absent for what is not of the project. */
  readonly service?: string;
  readonly protocol: string;
  readonly port: number;
  /** Absent: every address. */
  readonly address?: Address;
  /** Whether it goes to another address where this one is wanted by two. */
  readonly movable: boolean;
  /** Whether it is one of several host ports of which Docker takes whichever is free. */
  readonly isAnyOf?: boolean;
}

/**
 * The services with the addresses at which their ports are published. A service keeps its address whatever else starts:
 * it is made from the project's and the service's names, and what is asleep counts too.
 *
 * @param project the project's name
 */
export function withLoopbackAddresses(
  services: ReadonlyMap<string, Attached>,
  project: string,
  facts: ParsedFacts,
): ReadonlyMap<string, Attached> {
  const fallen = [...services.values()].filter(({ fallen, ports }) => fallen && ports.some(isMovable));
  if (fallen.length === 0) return services;
  const others = othersOnHost(project, facts);
  const moving = movers(services, others);
  const addresses = addressesFor(fallen, project, others);
  return new Map(
    [...services].map(([name, plan]) => {
      const address = moving.has(name) ? addresses.get(name) : undefined;
      return [name, address ? movedTo(address, plan) : plan];
    }),
  );
}

/** An address that the file gives stays, `[::]` too: IPv6 has one loopback address, and 127.0.0.x would lose IPv6. */
const isMovable = ({ hostIp, address }: PlannedPort): boolean =>
  hostIp === undefined || (address !== undefined && address.family === 4 && isUnspecified(address));

function movedTo(address: Address, plan: Attached): Attached {
  const hostIp = formatAddress(address);
  return {
    ...plan,
    fallen: { ...plan.fallen!, loopback: address },
    ports: withoutRepeats(plan.ports.map((port) => (isMovable(port) ? { ...port, hostIp, address } : port))),
  };
}

/** Those of whose ports another has one, where an address of its own helps. */
function movers(services: ReadonlyMap<string, Attached>, others: readonly Holder[]): ReadonlySet<string> {
  const byPort = new Map<string, Holder[]>();
  for (const holder of [...[...services.values()].flatMap(holdersOf), ...others]) {
    const key = `${holder.port}/${holder.protocol}`;
    byPort.set(key, [...(byPort.get(key) ?? []), holder]);
  }
  const found = new Set<string>();
  for (const holders of byPort.values()) {
    for (const { service, movable, isAnyOf } of holders) {
      if (!movable || service === undefined || found.has(service)) continue;
      // Beside one that has every address and stays there, none is free.
      const helps = (other: Holder) =>
        // Two ranges share one address: each takes what the other leaves.
        !(isAnyOf && other.isAnyOf) &&
        (other.movable || (other.address !== undefined && !isUnspecified(other.address)));
      if (holders.some((other) => other.service !== service && helps(other))) found.add(service);
    }
  }
  return found;
}

function holdersOf({ service, fallen, ports, networkMode, listeners }: Attached): readonly Holder[] {
  const published = ports.flatMap((port) => {
    const { source, address } = port;
    if (!source.published) return [];
    const { first, last } = source.published;
    return numbersOf(first, last).map((number) => ({
      ...{ service: service.name, protocol: source.protocol, port: number },
      ...(address && { address }),
      movable: fallen !== undefined && isMovable(port),
      isAnyOf: first !== last,
    }));
  });
  const listening = (networkMode?.kind === 'host' ? listeners : []).flatMap(({ first, last, protocol, address }) =>
    numbersOf(first, last).map((port) => ({
      ...{ service: service.name, protocol, port, movable: false },
      ...(address && { address }),
    })),
  );
  return [...published, ...listening];
}

const numbersOf = (first: number, last: number): readonly number[] => range(first, last + 1);

/** What is not of the project; where nobody asked the engine, an open port may be the project's. */
function othersOnHost(project: string, { host, engine }: ParsedFacts): readonly Holder[] {
  const containers = (engine?.containers ?? []).filter(({ running }) => running);
  const holders = (of: typeof containers) =>
    of.flatMap(({ ports }) =>
      ports.map(
        ({ published, protocol, address }): Holder => ({
          ...{ port: published, protocol, movable: false },
          ...(address && { address }),
        }),
      ),
    );
  const ours = holders(containers.filter((container) => container.project === project));
  const sockets = engine && !engine.remote ? (host?.sockets ?? []) : [];
  return [
    ...holders(containers.filter((container) => container.project !== project)),
    ...sockets
      .filter(({ port, protocol, address }) => !ours.some((each) => isAt(each, port, protocol, address)))
      .map(({ port, protocol, address }): Holder => ({ port, protocol, address, movable: false })),
  ];
}

const isAt = (holder: Holder, port: number, protocol: string, address: Address): boolean =>
  holder.port === port &&
  holder.protocol === protocol &&
  (holder.address === undefined || isUnspecified(holder.address) || sameAddress(holder.address, address));

/** One for each, in the order of their names: the one made from the names, else the next that is free. */
function addressesFor(
  services: readonly Attached[],
  project: string,
  others: readonly Holder[],
): ReadonlyMap<string, Address> {
  const found = new Map<string, Address>();
  const taken = new Set(reserved);
  for (const { service, ports } of sortBy(services, 'service.name')) {
    const start = fnv1a(`${project}/${service.name}`) % mostHosts;
    for (let tries = 0; tries < mostHosts; tries++) {
      const last = ((start + tries) % mostHosts) + 1;
      const address = parseAddress(`127.0.0.${last}`)!;
      if (taken.has(last) || others.some((other) => isInTheWay(other, address, ports))) continue;
      taken.add(last);
      found.set(service.name, address);
      break;
    }
  }
  return found;
}

const isInTheWay = ({ address, port, protocol }: Holder, wanted: Address, ports: readonly PlannedPort[]): boolean =>
  sameAddress(address, wanted) &&
  ports.some(
    ({ source: { published, protocol: ours } }) =>
      ours === protocol && published !== undefined && published.first <= port && port <= published.last,
  );
