/**
 * Facts with their addresses as numbers, read once for all who decide and check. Lists are sorted, because nothing may
 * depend on the order in which a host or an engine happens to list things; only an interface's own addresses keep
 * theirs, of which the kernel names the primary one first.
 */
import sortBy from 'lodash/sortBy.js';
import type {
  EngineContainer,
  EngineFacts,
  EngineNetwork,
  EnginePart,
  Facts,
  HostFacts,
  HostInterface,
  HostNeighbour,
  HostRoute,
  HostSocket,
} from './facts.ts';
import { type Address, addressOf, type Cidr, isLoopback, parseAddress, parseCidr } from './ip.ts';
import { type Pool, parsePool } from './pool.ts';

export interface ParsedFacts {
  readonly host?: ParsedHost;
  readonly engine?: ParsedEngine;
  readonly compose?: NonNullable<Facts['compose']>;
}

export interface ParsedHost extends Omit<HostFacts, 'interfaces' | 'routes' | 'neighbours' | 'sockets'> {
  readonly interfaces: readonly ParsedInterface[];
  readonly routes: readonly ParsedRoute[];
  readonly neighbours?: readonly ParsedNeighbour[];
  readonly sockets?: readonly ParsedSocket[];
}

export interface ParsedInterface extends Omit<HostInterface, 'addresses' | 'passing' | 'secondary' | 'scopes'> {
  readonly addresses: readonly InterfaceAddress[];
}

export interface InterfaceAddress {
  readonly address: Address;
  /** The subnet in which the address says it is. */
  readonly subnet: Cidr;
  /** Whether it will go: IPv6's temporary addresses, and what is deprecated. */
  readonly passing: boolean;
  /**
   * Whether the kernel may give it to traffic that leaves by another interface: of scope global, first of its subnet.
   */
  readonly general: boolean;
}

interface ParsedRoute extends Omit<HostRoute, 'destination' | 'gateway'> {
  readonly destination: Cidr | 'default';
  readonly gateway?: Address;
}

export interface ParsedNeighbour extends Omit<HostNeighbour, 'address'> {
  readonly address: Address;
}

export interface ParsedSocket extends Omit<HostSocket, 'address'> {
  readonly address: Address;
}

export interface ParsedEngine extends Omit<EngineFacts, 'networks' | 'containers'> {
  readonly networks: readonly ParsedNetwork[];
  readonly containers: readonly ParsedContainer[];
}

export interface ParsedNetwork extends Omit<EngineNetwork, 'pools'> {
  readonly pools: readonly Pool[];
}

export interface ParsedContainer extends Omit<EngineContainer, 'networks' | 'floating' | 'ports'> {
  /** By network name. */
  readonly networks: ReadonlyMap<string, ContainerAddresses>;
  /** Those that it puts up by itself, on whichever of its networks they are in the subnet of. */
  readonly floating: readonly Address[];
  readonly ports: readonly PublishedPort[];
}

interface ContainerAddresses {
  /** Of both families; none while the container does not run. */
  readonly addresses: readonly Address[];
  /** Those that it was made with, which are its own while it does not run, too. */
  readonly fixed: readonly Address[];
  readonly mac?: string;
}

interface PublishedPort extends Omit<EngineContainer['ports'][number], 'ip'> {
  /** Absent: every address of the host. */
  readonly address?: Address;
}

/** Entries whose address cannot be read are left out. */
export function parseFacts({ host, engine, compose }: Facts): ParsedFacts {
  return {
    ...(host && { host: parseHost(host) }),
    ...(engine && { engine: parseEngine(engine) }),
    ...(compose && { compose }),
  };
}

/** Facts do not change, and one pass after the other reads the same: each object is parsed once. */
function parsedOnce<Given extends object, Parsed>(parse: (given: Given) => Parsed): (given: Given) => Parsed {
  const parsed = new WeakMap<Given, Parsed>();
  return (given) => {
    const known = parsed.get(given);
    if (known !== undefined) return known;
    const made = parse(given);
    parsed.set(given, made);
    return made;
  };
}

/** What the engine was asked, as `parseFacts` reads it. */
export const parseEngine = parsedOnce(
  (engine: EngineFacts): ParsedEngine => ({
    ...engine,
    networks: sortBy(engine.networks, ['name', 'id']).map((network) => ({
      ...network,
      // Only the networks that are made from its settings take a parent and subnets.
      options: network.configOnly ? {} : network.options,
      pools: network.configOnly ? [] : network.pools.flatMap((pool) => parsePool(pool) ?? []),
    })),
    containers: sortBy(engine.containers, ['name', 'id']).map(parseContainer),
  }),
);

const parseHost = parsedOnce(({ interfaces, routes, neighbours, sockets, ...rest }: HostFacts): ParsedHost => {
  return {
    ...rest,
    interfaces: sortBy(interfaces, ['index', 'name']).map(parseInterface),
    routes: sortBy(routes, ['family', ({ metric }) => metric ?? 0, 'destination', 'interface', 'gateway']).flatMap(
      parseRoute,
    ),
    ...(neighbours && {
      neighbours: sortBy(neighbours, ['interface', 'address', 'mac']).flatMap(({ address: text, ...neighbour }) => {
        const address = parseAddress(text);
        return address ? [{ ...neighbour, address }] : [];
      }),
    }),
    ...(sockets && {
      sockets: sortBy(sockets, ['protocol', 'port', 'address', 'owner.pid']).flatMap(({ address: text, ...socket }) => {
        const address = parseAddress(text);
        return address ? [{ ...socket, address }] : [];
      }),
    }),
  };
});

function parseInterface({ addresses, passing, secondary, scopes, ...rest }: HostInterface): ParsedInterface {
  return {
    ...rest,
    addresses: addresses.flatMap((text) => {
      const [address, subnet] = [addressOf(text), parseCidr(text)];
      if (!address || !subnet) return [];
      // Facts that do not tell scopes are an older netcompose's or written by hand: loopback is the host's alone.
      const general = (scopes?.[text] ?? 'global') === 'global' && !secondary?.includes(text) && !isLoopback(address);
      return [{ address, subnet, passing: passing?.includes(text) === true, general }];
    }),
  };
}

function parseRoute({ destination: text, gateway: by, ...rest }: HostRoute): readonly ParsedRoute[] {
  const destination = text === 'default' ? text : parseCidr(text);
  const gateway = parseAddress(by ?? '');
  return destination ? [{ ...rest, destination, ...(gateway && { gateway }) }] : [];
}

function parseContainer({ networks, floating = [], ports, ...rest }: EngineContainer): ParsedContainer {
  return {
    ...rest,
    networks: new Map(
      Object.entries(networks).map(([name, { ipv4, ipv6, mac, fixed = [] }]) => [
        name,
        { addresses: addressesOf([ipv4, ipv6]), fixed: addressesOf(fixed), ...(mac !== undefined && { mac }) },
      ]),
    ),
    floating: addressesOf(floating),
    ports: ports.map(({ ip, ...port }) => {
      const address = parseAddress(ip ?? '');
      return { ...port, ...(address && { address }) };
    }),
  };
}

/** The addresses among texts; what is absent or no address is left out. */
export const addressesOf = (texts: readonly (string | undefined)[]): readonly Address[] =>
  texts.flatMap((text) => parseAddress(text ?? '') ?? []);

/** The addresses of a container on all its networks. */
export const allAddressesOf = ({ networks }: ParsedContainer): readonly Address[] =>
  [...networks.values()].flatMap(({ addresses }) => addresses);

/** Whether it runs in a virtual machine on this computer, so that nothing of the host's network is the engine's. */
export const isInVirtualMachine = (engine: Pick<EngineFacts, 'kind' | 'product'> | undefined): boolean =>
  engine?.kind === 'desktop' || engine?.product !== undefined;

/** Whether it was asked for this: else nothing follows from what is not there. */
export const knows = <T extends Pick<EngineFacts, 'unseen'>>(engine: T | undefined, part: EnginePart): engine is T =>
  engine !== undefined && engine.unseen?.includes(part) !== true;

/** Whether it runs as a user, in a network of its own that is not the host's. */
export const isRootless = (engine: Pick<EngineFacts, 'kind' | 'rootless'> | undefined): boolean =>
  engine?.kind === 'rootless' || engine?.rootless === true;

/** A Podman whose containers' interfaces are on this host's. */
export const isPodmanHere = (engine: ParsedEngine | undefined): boolean =>
  engine?.kind === 'podman' && isOnThisHost(engine);

/** Whether its containers' interfaces are on this host's, so that shims of this host are for them. */
export const isOnThisHost = (engine: Pick<EngineFacts, 'kind' | 'product' | 'remote' | 'rootless'>): boolean =>
  !engine.remote && !isInVirtualMachine(engine) && !isRootless(engine);

/**
 * Made with Lima, which passes all loopback addresses of its machine on to 127.0.0.1 (its
 * `hack/test-port-forwarding.pl`).
 */
const limas: ReadonlySet<EngineFacts['product']> = new Set(['Colima', 'Rancher Desktop', 'Lima']);

/** Whether a port on a loopback address of the engine is there on the same address of this host. */
export const passesLoopback = ({ engine }: ParsedFacts): boolean => !engine?.remote && !limas.has(engine?.product);

/** The interface of this name. */
export const interfaceOf = (host: ParsedHost | undefined, name: string | undefined): ParsedInterface | undefined =>
  name === undefined ? undefined : host?.interfaces.find((candidate) => candidate.name === name);
