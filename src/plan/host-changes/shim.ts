/** The host-side interface through which the host reaches its own macvlan and ipvlan containers. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located } from '../../diagnostics/source.ts';
import { underlay } from '../../netmode/modes.ts';
import { isNetworkName } from '../actions/argv.ts';
import { hostAddress } from '../facts/host-address.ts';
import { type Address, type Cidr, contains, formatAddress, formatCidr, sameAddress, sameCidr } from '../facts/ip.ts';
import { reservations } from '../facts/ownership.ts';
import { interfaceOf, type ParsedEngine, type ParsedFacts } from '../facts/parsed-facts.ts';
import { isOlder } from '../facts/versions.ts';
import { interfaceNameOf, parentName } from '../networks/parents.ts';
import type { NetworkPlan, PlannedPool, ShimPlan, ShimWay, ShimWish, UnderlayNetwork, UnderlayPlan } from '../types.ts';
import { shimNames } from './shim-name.ts';
import { sourceByItself } from './source.ts';
import { fixedOn, isRouted, knownTargets, leadTo, type OnNetworks, targetsOf } from './targets.ts';

/**
 * Above this many addresses an ipvlan L2 shim has an address of its own instead. The kernel would bear more (permanent
 * entries do not count for gc_thresh3; 4,096 were tried), but each is a command and two looks: 30 to 60 ms.
 */
const mostNeighbours = 256n;

export interface Shims {
  readonly shims: readonly ShimPlan[];
  /** All networks, those of shims with the shims' addresses reserved in their pools. */
  readonly networks: ReadonlyMap<string, NetworkPlan>;
}

/**
 * @param members the services that are started, by network key
 * @param report gets `shim/*`, `parent/not-found` where a shim needs the parent, `netmode/invalid-value` for bad names
 */
export function planShims(
  networks: ReadonlyMap<string, NetworkPlan>,
  members: ReadonlyMap<string, readonly OnNetworks[]>,
  facts: ParsedFacts,
  report: Report,
): Shims {
  const wanted = [...networks.values()].filter((network): network is UnderlayNetwork =>
    wantsShim(network, members, facts, report),
  );
  const names = shimNames(wanted, facts);
  const shimmed = new Map(
    wanted.map((network) => [
      network.key,
      planShim(network, names.get(network.key)!, members.get(network.key) ?? [], facts, report),
    ]),
  );
  return {
    shims: [...shimmed.values()].map(({ shim }) => shim),
    networks: new Map([...networks].map(([key, network]) => [key, shimmed.get(key)?.network ?? network])),
  };
}

function wantsShim(
  network: NetworkPlan,
  members: ReadonlyMap<string, readonly OnNetworks[]>,
  { host }: ParsedFacts,
  report: Report,
): boolean {
  const { key, kind, dockerName, span, underlay: wanted } = network;
  if (wanted?.hostAccess !== 'shim' || !members.has(key)) return false;
  const name = interfaceNameOf(wanted.parent);
  if (name === undefined) {
    reportMissingParent(network, report);
    return false;
  }
  if (wanted.flag !== 'bridge') {
    report(
      'shim/flag-unreachable',
      span,
      `network "${key}": with the flag ${wanted.flag} no shim reaches the containers`,
      {
        help: 'use "flag: bridge" where the host must reach them, or say that it need not: "host_access: none"',
      },
    );
    return false;
  }
  if (!isNetworkName(dockerName)) {
    if (kind !== 'shared')
      report('netmode/invalid-value', span, `network "${key}": a shim cannot be marked with the name "${dockerName}"`, {
        help: 'use letters, digits, "_", "." and "-" in its "name", or write "host_access: none"',
      });
    return false;
  }
  if (!host || kind === 'shared' || interfaceOf(host, name)) return true;
  reportLateParent(network, name, report);
  return false;
}

/**
 * A parent that is left open has been reported already, or nobody looked at the host; a native network may name none.
 */
function reportMissingParent({ key, kind, driver, underlay: wanted, span }: NetworkPlan, report: Report): void {
  if (kind !== 'native' || driver === undefined || wanted?.parent.kind !== 'none') return;
  report(
    'parent/not-found',
    span,
    `network "${key}" names no parent: Docker gives it a link of its own that leads nowhere, and no shim reaches it`,
    {
      help: 'write "driver_opts: { parent: eth0 }", or leave out "host_access: shim"',
    },
  );
}

/**
 * Docker makes the VLAN link of a missing `eth0.10` with the network; Compose makes the project's networks after the
 * shim.
 */
function reportLateParent({ key, span }: NetworkPlan, parent: string, report: Report): void {
  const [, base, id] = /^(.+)\.(\d+)$/.exec(parent) ?? [];
  const make = base === undefined ? '' : `, or make it: ip link add link ${base} name ${parent} type vlan id ${id}`;
  report(
    'parent/not-found',
    span,
    `network "${key}": there is no interface "${parent}" yet, ` +
      'and the shim needs it before Compose makes the network',
    {
      help: `write "scope: host" or "host_access: none"${make}`,
    },
  );
}

interface Shimmed {
  readonly shim: ShimPlan;
  readonly network: NetworkPlan;
}

function planShim(
  network: UnderlayNetwork,
  name: string,
  members: readonly OnNetworks[],
  facts: ParsedFacts,
  report: Report,
): Shimmed {
  const { key, dockerName, underlay: wanted } = network;
  const { driver, ipvlanMode } = underlay(wanted.mode);
  const known = knownTargets(network, members, facts.engine);
  const pools = network.pools.map((pool) => planPool(pool, network, members, known, facts, report));
  const addresses = pools.flatMap(({ address }) => address ?? []);
  // The kernel would take the first of several for all.
  const several = addresses.filter(({ family }) => family === 4).length > 1;
  const ways = pools.map(
    ({ way, address }): ShimWay => (several && address?.family === 4 ? { ...way, named: 'main' } : way),
  );
  const shim: ShimPlan = {
    name,
    key,
    network: dockerName,
    parent: parentName(wanted.parent),
    driver,
    mode: ipvlanMode ?? wanted.flag,
    ...(driver === 'ipvlan' && { flag: wanted.flag }),
    addresses,
    ...leadTo(ways, known),
    ways,
  };
  return { shim, network: { ...network, pools: pools.map(({ pool }) => pool) } };
}

interface ShimmedPool {
  readonly pool: PlannedPool;
  readonly way: ShimWay;
  /** The shim's own, where it needs one here. */
  readonly address?: Address;
}

function planPool(
  pool: PlannedPool,
  network: UnderlayNetwork,
  members: readonly OnNetworks[],
  known: readonly Address[],
  facts: ParsedFacts,
  report: Report,
): ShimmedPool {
  const { mode, parent } = network.underlay;
  const range = rangeOf(pool, mode);
  const direct = { subnet: pool.subnet, ...(range && { range }) };
  const possible =
    network.mode === 'ipvlan-l2' && floatsOn(network, members)
      ? undefined
      : sourceWithoutAddress(network.underlay, direct, targetsOf(direct, known), facts);
  const takesOne = !possible || isBetterOff(network, pool, members, possible, facts);
  const address = takesOne ? ownAddress(network, pool, members, facts, report) : undefined;
  // A range may have none left.
  const source = address ? undefined : possible;
  if (!source && !address && !leadsWithoutSource(mode, pool.subnet.family)) reportNoAddress(network, pool, report);
  const mac = source && mode === 'ipvlan-l2' ? interfaceOf(facts.host, parentName(parent))?.mac : undefined;
  const towards = source ?? address;
  const named = source && placeOf(source, facts);
  const way: ShimWay = {
    ...direct,
    ...(towards && { source: towards }),
    ...(named && { named }),
    ...(mac !== undefined && { mac }),
  };
  if (!address) return { pool, way };
  const reservation = reservations[pool.subnet.family];
  const auxAddresses = pool.auxAddresses.has(reservation)
    ? pool.auxAddresses
    : new Map([...pool.auxAddresses, [reservation, address]]);
  return { pool: { ...pool, auxAddresses }, way, address };
}

/** On macvlan (IPv4) and at layer 3 a shim leads on without any address of this host's being known. */
export const leadsWithoutSource = (mode: NetworkPlan['mode'], family: 4 | 6): boolean =>
  mode === 'macvlan' ? family === 4 : isRouted(mode);

/** A subnet may be too small for one more, such as a /30. An address that was given has been reported. */
function reportNoAddress(
  { key, span, underlay: wanted }: UnderlayNetwork,
  { subnet, ipRange }: PlannedPool,
  report: Report,
): void {
  if (givenAddress(wanted.shim, subnet.family)) return;
  report(
    'address/range-exhausted',
    span,
    `network "${key}": the shim needs an address of its own here, and ${formatCidr(ipRange ?? subnet)} has none left`,
    { help: `use a larger ${ipRange ? '"ip_range"' : 'subnet'}, or do without a shim: "host_access: none"` },
  );
}

/**
 * The range from which Docker hands out addresses, which gets one route; at layer 3 the whole subnet is the
 * containers'.
 */
function rangeOf({ subnet, ipRange }: PlannedPool, mode: NetworkPlan['mode']): Cidr | undefined {
  const range = ipRange ?? (isRouted(mode) ? subnet : undefined);
  return range && contains(subnet, range) ? range : undefined;
}

/**
 * The host's own address to name as source, where the shim can do without one; docs/measured.md, "The shim without an
 * address". On the LAN, IPv6 needs one (nobody answers neighbour discovery), and ipvlan L2 does under strict
 * `rp_filter` and for a large range. At layer 3 nobody has to be found: no mode there needs one.
 */
function sourceWithoutAddress(
  { mode, shim, parent }: UnderlayPlan,
  { subnet }: ShimWay,
  targets: readonly Cidr[],
  { host }: ParsedFacts,
): Address | undefined {
  const { family } = subnet;
  if ((family === 6 && !isRouted(mode)) || givenAddress(shim, family)) return undefined;
  const name = parentName(parent);
  const strict = Math.max(host?.rpFilter['all'] ?? 0, host?.rpFilter[name] ?? 0) === 1;
  if (mode === 'ipvlan-l2' && (strict || !canBeWrittenDown(targets))) return undefined;
  const wanted = isRouted(mode) ? { family } : { family, within: subnet };
  return hostAddress(wanted, interfaceOf(host, name), host);
}

/**
 * Whether an address that containers take by themselves may be on another machine of the LAN at times. What the host
 * sends there must not bear the host's address and a macvlan shim's MAC address. On ipvlan L2 a neighbour entry that is
 * written down would then be wrong, and without one the answer to the host goes to the parent, but for a shim that asks
 * by an address of its own.
 */
const floatsOn = ({ key }: NetworkPlan, members: readonly OnNetworks[]): boolean =>
  members.some(({ networks }) => (networks.get(key)?.floating ?? []).length > 0);

/**
 * Whether a shim that could do without an address has one nevertheless: its network keeps one for it already (for
 * another project, or another time), or can still keep one, and without it not everything would work.
 */
function isBetterOff(
  network: UnderlayNetwork,
  pool: PlannedPool,
  members: readonly OnNetworks[],
  source: Address,
  facts: ParsedFacts,
): boolean {
  const { family } = pool.subnet;
  if (family === 6) return false;
  if (reservedIn(network, pool, facts.engine)) return true;
  const keeps = network.kind !== 'native' && !facts.engine?.networks.some(({ name }) => name === network.dockerName);
  const floats = network.mode === 'macvlan' && floatsOn(network, members);
  return keeps && (floats || !sourceByItself(source, facts.host!) || hearsNoLinkLocal(network, pool, members, facts));
}

/** Where the host's address must be named as the source; docs/shim.md, "Which address the host has". */
const placeOf = (source: Address, { host }: ParsedFacts): ShimWay['named'] =>
  source.family === 6 ? 'main' : host && !sourceByItself(source, host) ? 'table' : undefined;

/**
 * Whether a container might drop what bears the link-local sender of a macvlan shim: with `rp_filter`, which it has
 * from the host, one without a default route does; with a strict one, also one whose default route is another
 * network's.
 */
function hearsNoLinkLocal(
  { mode, internal }: UnderlayNetwork,
  { gateway }: PlannedPool,
  members: readonly OnNetworks[],
  { host, engine }: ParsedFacts,
): boolean {
  if (mode !== 'macvlan') return false;
  // Where nobody looked, it is as systemd sets it.
  const filter = Math.max(host?.rpFilter['all'] ?? 0, host?.rpFilter['default'] ?? 2);
  const noWayOut = internal || (!gateway && engine !== undefined && !isOlder(engine.version, '29.0'));
  return (filter > 0 && noWayOut) || (filter === 1 && members.some(({ networks }) => networks.size > 1));
}

/** The address that is kept for the shim: in the pool itself, or in the network as the engine has it. */
function reservedIn(
  { dockerName }: NetworkPlan,
  { subnet, auxAddresses }: PlannedPool,
  engine: ParsedEngine | undefined,
): Address | undefined {
  const name = reservations[subnet.family];
  const there = engine?.networks.find((network) => network.name === dockerName);
  return auxAddresses.get(name) ?? there?.pools.find((pool) => sameCidr(pool.subnet, subnet))?.auxAddresses.get(name);
}

const givenAddress = ({ ipv4Address, ipv6Address }: ShimWish, family: 4 | 6): Located<Address> | undefined =>
  family === 4 ? ipv4Address : ipv6Address;

/** Given, else reserved already, else the highest of the range that nobody has. */
function ownAddress(
  network: UnderlayNetwork,
  pool: PlannedPool,
  members: readonly OnNetworks[],
  { engine }: ParsedFacts,
  report: Report,
): Address | undefined {
  const { subnet, gateway, ipRange, auxAddresses } = pool;
  const fixed = fixedOn(network, members);
  const given = givenAddress(network.underlay.shim, subnet.family);
  if (given) {
    const { value, span } = given;
    if (!contains(subnet, value)) {
      const whole = formatCidr(subnet);
      report('address/outside-subnet', span, `the shim's address ${formatAddress(value)} is outside ${whole}`, {
        help: `choose one of ${whole}`,
      });
      return undefined;
    }
    if (fixed.some((address) => sameAddress(address, value)))
      report('shim/address-taken', span, `the shim's address ${formatAddress(value)} is given to a service too`, {
        help: 'choose another',
      });
    return value;
  }
  const reserved = reservedIn(network, pool, engine);
  if (reserved && !fixed.some((address) => sameAddress(address, reserved))) return reserved;
  // On a network that exists and keeps none for the shim, containers may have any.
  const handedOut = (engine?.containers ?? []).flatMap(
    ({ networks }) => networks.get(network.dockerName)?.addresses ?? [],
  );
  const taken = [...fixed, ...handedOut, ...auxAddresses.values(), ...(gateway ? [gateway] : [])];
  const range = ipRange && contains(subnet, ipRange) ? ipRange : subnet;
  // The last address of an IPv4 subnet is the broadcast address; of an IPv6 one, engine 26 cannot reserve it.
  for (let value = range.last === subnet.last ? range.last - 1n : range.last; value > range.first; value -= 1n) {
    const address: Address = { family: subnet.family, value };
    if (!taken.some((other) => sameAddress(other, address))) return address;
  }
  return undefined;
}

const canBeWrittenDown = (targets: readonly Cidr[]): boolean =>
  targets.reduce((sum, { first, last }) => sum + last - first + 1n, 0n) <= mostNeighbours;
