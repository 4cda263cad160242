/** The host-side interface through which the host reaches its own macvlan and ipvlan containers. */
import type { Project } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { underlay } from '../../netmode/modes.ts';
import type { ShimSettings } from '../../netmode/settings.ts';
import type { Facts, HostInterface } from '../facts/facts.ts';
import { hostAddress } from '../facts/host-address.ts';
import { isKnownInterface } from '../facts/interfaces.ts';
import {
  type Address,
  addressOf,
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
} from '../facts/ip.ts';
import { shimAliasPrefix, shimGroup } from '../facts/ownership.ts';
import type { Attached } from '../services/attach.ts';
import type { NetworkPlan, Pool, ShimPlan } from '../types.ts';

/**
 * Names under which a shim's addresses are kept from Docker (`--aux-address`): one for each family, because of two with
 * one name `docker network create` keeps the last only.
 */
const reservations = { 4: 'netcompose-shim', 6: 'netcompose-shim6' } as const;

/**
 * Above this many addresses an ipvlan L2 shim has an address of its own instead. The kernel would bear more (permanent
 * entries do not count for gc_thresh3; 4,096 were tried), but each is a command and two looks: 30 to 60 ms.
 */
const mostNeighbours = 256n;

export interface Shimmed {
  readonly shim: ShimPlan;
  /** The network, with the shim's addresses reserved in its pools. */
  readonly network: NetworkPlan;
}

/**
 * @param members the services on the network that are started
 * @param others the project's other shims
 * @param report gets the rules `shim/*`
 * @returns nothing where no shim is wanted, or where none could help
 */
export function planShim(
  network: NetworkPlan,
  members: readonly Attached[],
  project: Project,
  facts: Facts,
  others: readonly ShimPlan[],
  report: Report,
): Shimmed | undefined {
  const { underlay: wanted } = network;
  if (wanted?.hostAccess !== 'shim' || members.length === 0) return undefined;
  if (!isKnownInterface(wanted.parent)) {
    tellOfMissingParent(network, report);
    return undefined;
  }
  if (wanted.flag !== 'bridge') {
    report(
      'shim/flag-unreachable',
      network.span,
      `network "${network.key}": with the flag ${wanted.flag} no shim reaches the containers`,
      {
        help: 'use "flag: bridge" where the host must reach them, or say that it need not: "host_access: none"',
      },
    );
    return undefined;
  }
  const { driver, ipvlanMode } = underlay(wanted.mode);
  // Compose's own rule; the name must be Docker's, because `down` takes a shim away whose network does not exist.
  const dockerName =
    network.dockerName ?? project.networks.get(network.key)?.name?.value ?? `${project.name}_${network.key}`;
  const name = wanted.shim?.name?.value ?? freeShimName(wanted.parent, dockerName, others, facts);
  checkName(name, dockerName, network, facts, report);
  const parent = facts.host?.interfaces.find((one) => one.name === wanted.parent);
  if (facts.host && !parent && network.kind !== 'shared') {
    tellOfLateParent(network, report);
    return undefined;
  }

  const addresses: string[] = [];
  const routes: { destination: string; source?: string }[] = [];
  const neighbours: string[] = [];
  const pools = network.pools.map((pool) => {
    const subnet = parseCidr(pool.subnet);
    if (!subnet) return pool;
    const targets = targetsOf(pool, subnet, network, [
      ...fixedOn(network, members),
      ...(hasUnknownTargets(network) ? presentOn(dockerName, facts) : []),
    ]);
    const source = needsNoAddress(subnet, network, targets, parent, facts);
    const own = source === undefined ? ownAddress(network, pool, subnet, members, report) : undefined;
    if (own) addresses.push(`${own.text}/${subnet.family === 4 ? 32 : 128}`);
    const from = source ?? own?.text;
    for (const destination of targets) routes.push({ destination, ...(from !== undefined && { source: from }) });
    if (source !== undefined && wanted.mode === 'ipvlan-l2') neighbours.push(...neighboursOf(targets));
    const reservation = reservations[subnet.family];
    return own && !pool.auxAddresses[reservation]
      ? { ...pool, auxAddresses: { ...pool.auxAddresses, [reservation]: own.text } }
      : pool;
  });
  const shim: ShimPlan = {
    name,
    network: dockerName,
    parent: wanted.parent,
    driver,
    mode: ipvlanMode ?? wanted.flag,
    ...(driver === 'ipvlan' && { flag: wanted.flag }),
    addresses,
    routes,
    neighbours,
  };
  return { shim, network: { ...network, pools } };
}

/** A parent that is left open has been reported already, or nobody looked at the host; a native network may name none. */
function tellOfMissingParent({ key, kind, driver, underlay: wanted, span }: NetworkPlan, report: Report): void {
  if (kind !== 'native' || driver === undefined || wanted?.parent !== '') return;
  report(
    'parent/not-found',
    span,
    `network "${key}" names no parent: Docker gives it a link of its own that leads nowhere, and no shim reaches it`,
    {
      help: 'write "driver_opts: { parent: eth0 }", or leave out "host_access: shim"',
    },
  );
}

/** Docker makes the VLAN link of a missing `eth0.10` with the network; Compose makes the project's networks after the shim. */
function tellOfLateParent({ key, span, underlay: wanted }: NetworkPlan, report: Report): void {
  const [base, id] = wanted!.parent.split('.');
  report(
    'parent/not-found',
    span,
    `network "${key}": there is no interface "${wanted!.parent}" yet, and the shim needs it before Compose makes the network`,
    {
      help: `write "scope: host" or "host_access: none", or make it: ip link add link ${base} name ${wanted!.parent} type vlan id ${id}`,
    },
  );
}

/** `nc-eth0`; the kernel allows 15 characters, so a long name is cut and told apart by a hash. */
export function shimName(parent: string): string {
  const whole = `nc-${parent}`;
  if (whole.length <= 15) return whole;
  return `nc-${parent.slice(0, 7)}-${(hashOf(parent) % 1296).toString(36).padStart(2, '0')}`;
}

/**
 * The parent's name, but where the shim of another network has it: from engine 27 on a parent carries several macvlan
 * networks. A shim that serves this network already keeps its name.
 */
function freeShimName(parent: string, network: string, others: readonly ShimPlan[], { host, engine }: Facts): string {
  const [usual, other] = [shimName(parent), `nc-${hashOf(network).toString(36).padStart(7, '0')}`];
  const served = (name: string) => host?.interfaces.find((one) => one.name === name)?.alias;
  if (served(other) === `${shimAliasPrefix}${network}`) return other;
  if (others.some(({ name }) => name === usual)) return other;
  const alias = served(usual);
  if (!alias?.startsWith(shimAliasPrefix) || alias === `${shimAliasPrefix}${network}`) return usual;
  // What is left of a network that is gone is made anew.
  return engine?.networks.some(({ name }) => alias === `${shimAliasPrefix}${name}`) ? other : usual;
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash;
}

function checkName(name: string, dockerName: string, network: NetworkPlan, facts: Facts, report: Report): void {
  const existing = facts.host?.interfaces.find((one) => one.name === name);
  if (!existing || existing.alias?.startsWith(shimAliasPrefix) || existing.group === shimGroup) return;
  report(
    'shim/name-taken',
    network.underlay?.shim?.name?.span ?? network.span,
    `an interface "${name}" exists that netcompose did not make; the shim of "${dockerName}" needs the name`,
    {
      help: `remove it (ip link del dev ${name}), or give the shim another name: "shim: { name: nc0 }" at the network`,
    },
  );
}

/**
 * The host's own address to name as source, where the shim can do without one; docs/measured.md, "The shim without an address".
 * On the LAN, IPv6 needs one (nobody answers neighbour discovery), and ipvlan L2 does under strict `rp_filter` and for a large
 * range. At layer 3 nobody has to be found: no mode there needs one.
 */
function needsNoAddress(
  subnet: Cidr,
  network: NetworkPlan,
  targets: readonly string[],
  parent: HostInterface | undefined,
  facts: Facts,
): string | undefined {
  const { mode, shim } = network.underlay!;
  if ((subnet.family === 6 && !isRouted(mode)) || givenAddress(shim, subnet)) return undefined;
  const strict = Math.max(facts.host?.rpFilter['all'] ?? 0, facts.host?.rpFilter[network.underlay!.parent] ?? 0) === 1;
  if (mode === 'ipvlan-l2' && (strict || !canBeWrittenDown(targets))) return undefined;
  if (isRouted(mode)) return hostAddress(subnet.family, parent, facts.host);
  const own = (parent?.addresses ?? [])
    .flatMap((text) => addressOf(text) ?? [])
    .find((address) => contains(subnet, address));
  return own && formatAddress(own);
}

const givenAddress = (shim: ShimSettings | undefined, { family }: Cidr) =>
  family === 4 ? shim?.ipv4_address : shim?.ipv6_address;

/** Given, else reserved already, else the highest of the range that nobody has. */
function ownAddress(
  network: NetworkPlan,
  pool: Pool,
  subnet: Cidr,
  members: readonly Attached[],
  report: Report,
): { text: string } | undefined {
  const given = givenAddress(network.underlay?.shim, subnet);
  const taken = fixedOn(network, members);
  const isTaken = (address: Address) =>
    taken.some((other) => other.family === address.family && other.value === address.value);
  if (given) {
    const address = parseAddress(given.value);
    if (!address || !contains(subnet, address)) {
      report('address/outside-subnet', given.span, `the shim's address ${given.value} is outside ${pool.subnet}`, {
        help: `choose one of ${pool.subnet}`,
      });
      return undefined;
    }
    if (isTaken(address))
      report('shim/address-taken', given.span, `the shim's address ${given.value} is given to a service too`, {
        help: 'choose another',
      });
    return { text: formatAddress(address) };
  }
  const reserved = pool.auxAddresses[reservations[subnet.family]];
  if (reserved !== undefined) return { text: reserved };
  const range = rangeIn(pool.ipRange, subnet) ?? subnet;
  const gateway = parseAddress(pool.gateway ?? '');
  // The last address of an IPv4 subnet is the broadcast address; of an IPv6 one, engine 26 cannot reserve it.
  for (let value = range.last === subnet.last ? range.last - 1n : range.last; value > range.first; value -= 1n) {
    const address: Address = { family: subnet.family, value };
    if (!isTaken(address) && gateway?.value !== value) return { text: formatAddress(address) };
  }
  return undefined;
}

/**
 * Whether Docker hands out addresses of this network that nobody knows before: without a range there can be no route ahead
 * of them, and each container gets one of its own, right after it has started.
 */
export function hasUnknownTargets({ underlay: wanted, mode, pools }: NetworkPlan): boolean {
  return wanted?.hostAccess === 'shim' && !isRouted(mode) && pools.some(({ ipRange }) => ipRange === undefined);
}

/** At layer 3 the whole subnet is the containers'. */
const isRouted = (mode: NetworkPlan['mode']) => mode === 'ipvlan-l3' || mode === 'ipvlan-l3s';

/**
 * The range from which Docker hands out addresses (at layer 3, the subnet), and each address outside it: never the whole
 * LAN, whose route is the parent's own.
 */
function targetsOf(pool: Pool, subnet: Cidr, { mode }: NetworkPlan, known: readonly Address[]): readonly string[] {
  const text = pool.ipRange ?? (isRouted(mode) ? pool.subnet : undefined);
  const range = rangeIn(text, subnet);
  const single = subnet.family === 4 ? '32' : '128';
  const outside = known.flatMap((address) =>
    contains(subnet, address) && !(range && contains(range, address)) ? [`${formatAddress(address)}/${single}`] : [],
  );
  return [...(range ? [formatCidr(range)] : []), ...new Set(outside)].sort();
}

/** A range that is outside has been reported. */
function rangeIn(text: string | undefined, subnet: Cidr): Cidr | undefined {
  const range = text === undefined ? undefined : parseCidr(text);
  return range && contains(subnet, range) ? range : undefined;
}

/** The addresses that the file gives. */
function fixedOn({ key }: NetworkPlan, members: readonly Attached[]): readonly Address[] {
  return members.flatMap((plan) => {
    const { ipv4Address, ipv6Address } = plan.networks.get(key) ?? {};
    return [ipv4Address, ipv6Address].flatMap((text) => parseAddress(text ?? '') ?? []);
  });
}

/** The addresses that running containers have, whose-ever they are. */
function presentOn(dockerName: string, { engine }: Facts): readonly Address[] {
  return (engine?.containers ?? []).flatMap(({ running, networks }) => {
    const { ipv4, ipv6 } = (running && networks[dockerName]) || {};
    return [ipv4, ipv6].flatMap((text) => parseAddress(text ?? '') ?? []);
  });
}

function canBeWrittenDown(targets: readonly string[]): boolean {
  const ranges = targets.flatMap((target) => parseCidr(target) ?? []);
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n) <= mostNeighbours;
}

function neighboursOf(targets: readonly string[]): readonly string[] {
  return targets.flatMap((target) => {
    const range = parseCidr(target)!;
    return Array.from({ length: Number(range.last - range.first) + 1 }, (_, index) =>
      formatAddress({ family: range.family, value: range.first + BigInt(index) }),
    );
  });
}
