/**
 * What `bench-net` measures: each netmode on a LAN of its own, made of network namespaces, as data. `lan` is a
 * neighbour, `host` stands for this host, `service` for the container. The commands that make it are worked out in
 * `bench-commands.ts`.
 */
import { type Netmode, type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { HostAction } from '../actions/action.ts';
import { blockOf, parseAddress, parseCidr } from '../facts/ip.ts';
import { benchPrefix } from '../facts/ownership.ts';
import { hostActions } from '../host-changes/host-actions.ts';
import { shimName } from '../host-changes/shim-name.ts';
import type { ShimPlan } from '../types.ts';

/** The netmodes that are measured, the one that they are compared with first. */
export const benchedNetmodes = [
  'host',
  'bridge',
  'macvlan',
  'ipvlan-l2',
  'ipvlan-l3',
] as const satisfies readonly Netmode[];

export type BenchedNetmode = (typeof benchedNetmodes)[number];

/** What the others are compared with: a service in the host's own namespace. */
export const baseline: BenchedNetmode = 'host';

/** From where a service is called. */
export const directions = ['host', 'lan'] as const;

export type Direction = (typeof directions)[number];

/** Where a client finds the service. */
interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface BenchTopology {
  readonly netmode: BenchedNetmode;
  /** The names of its namespaces; in host mode the service's is the host's. */
  readonly namespaces: Readonly<Record<'lan' | 'host' | 'service', string>>;
  readonly endpoint: Endpoint;
  /** Where the service itself listens. */
  readonly port: number;
}

/** A netmode that can be tried: what makes it, where its service runs, and who calls it. */
export interface BenchSetup extends BenchTopology {
  /** Argument vectors that make it, in order. */
  readonly commands: readonly (readonly string[])[];
}

/** Addresses for documentation (RFC 5737), which no network has; and these lead nowhere but into the namespaces. */
export const bench = {
  lan: { neighbour: '192.0.2.1', host: '192.0.2.10', service: '192.0.2.200' },
  /** The bridge's. */
  bridge: { subnet: '198.51.100.0/24', gateway: '198.51.100.1', service: '198.51.100.2' },
  /** ipvlan L3's. */
  routed: { subnet: '203.0.113.0/24', service: '203.0.113.2' },
  /** Of the host's end of the LAN. Fixed, so that the shim's neighbour entries are known before it is made. */
  parent: { name: 'eth0', mac: '02:00:00:00:02:0a' },
  servicePort: 80,
  publishedPort: 8080,
} as const;

const { lan, routed, servicePort: port, publishedPort } = bench;

const endpoints: Readonly<Record<BenchedNetmode, Endpoint>> = {
  host: { address: lan.host, port },
  bridge: { address: lan.host, port: publishedPort },
  macvlan: { address: lan.service, port },
  'ipvlan-l2': { address: lan.service, port },
  'ipvlan-l3': { address: routed.service, port },
};

export function benchTopology(netmode: BenchedNetmode): BenchTopology {
  const named = (role: string) => `${benchPrefix}${netmode}-${role}`;
  return {
    netmode,
    namespaces: { lan: named('lan'), host: named('host'), service: named(netmode === 'host' ? 'host' : 'service') },
    endpoint: endpoints[netmode],
    port,
  };
}

/** The netmodes of which a service has an interface on the parent. */
export type BenchedUnderlay = Extract<BenchedNetmode, UnderlayMode>;

export interface BenchUnderlay {
  readonly driver: 'macvlan' | 'ipvlan';
  readonly mode: string;
  /** Whether the service has an address of the LAN's. */
  readonly onLan: boolean;
  /** The shim by which the host reaches the service: the one that `up` would make, without an address. */
  readonly shim: readonly HostAction[];
}

export function benchUnderlay(netmode: BenchedUnderlay): BenchUnderlay {
  const { driver, ipvlanMode, onLan } = underlay(netmode);
  const { name, mac } = bench.parent;
  const mode = ipvlanMode ?? 'bridge';
  const service = parseAddress(lan.service)!;
  const destination = onLan ? blockOf(service) : parseCidr(routed.subnet)!;
  const source = parseAddress(lan.host)!;
  const plan: ShimPlan = {
    name: shimName(name),
    key: 'bench-net',
    network: 'bench-net',
    parent: name,
    driver,
    mode,
    flag: 'bridge',
    addresses: [],
    routes: [{ destination, source }],
    neighbours: netmode === 'ipvlan-l2' ? [{ address: service, mac }] : [],
    ways: [{ subnet: destination, source }],
  };
  const shim = hostActions([], [plan], {});
  return { driver, mode, onLan, shim };
}
