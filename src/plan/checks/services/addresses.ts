/** Fixed and floating addresses: inside their subnet, nobody else's; a fixed one is given once. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../../diagnostics/source.ts';
import {
  type Address,
  bits,
  type Cidr,
  capacity,
  contains,
  formatAddress,
  formatCidr,
  isLinkLocal,
  sameAddress,
  sameCidr,
} from '../../facts/ip.ts';
import { isUnicast, parseMac } from '../../facts/mac.ts';
import { reservations } from '../../facts/ownership.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { freeRange, knownAddresses, nearestFree, type Taken, takenBy } from '../../networks/free-addresses.ts';
import { interfaceNameOf } from '../../networks/parents.ts';
import { byNetwork, fixedAddresses, type Member, macOfService } from '../../services/members.ts';
import type { NetworkPlan, Plan, PlannedPool, ServicePlan } from '../../types.ts';

const keyOf = ({ family, value }: Address) => `${family} ${value}`;

/** Something that a service is given by the file, and another may have too. */
interface Given<T> {
  readonly service: ServicePlan['service'];
  readonly value: T;
  readonly span: Span;
}

/** Reports the rules `address/*` that concern containers. */
export function checkAddresses({ services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  for (const [key, members] of byNetwork(services.values())) {
    const fixed = members.flatMap(fixedOf);
    checkDuplicates(fixed, keyOf, 'address/duplicate', (address) => `the address ${formatAddress(address)}`, report);
    const network = networks.get(key);
    if (network) checkParentsMac(members, network, facts, report);
    if (!network || poolsOf(network).length === 0) continue;
    const floating = members.flatMap(floatingOf);
    checkTaken(floating, fixed, report);
    const known = takenBy([...knownAddresses(network, facts), ...[...fixed, ...floating].map(({ value }) => value)]);
    const isHandedOut = (family: 4 | 6) =>
      network.kind === 'shared' ||
      members.some((member) => !fixedOf(member).some(({ value }) => value.family === family));
    const besides = (service: ServicePlan['service'], address: Address) =>
      [...(services.get(service.name)?.networks.keys() ?? [])].find((other) =>
        networks.get(other)?.pools.some(({ subnet }) => contains(subnet, address)),
      );
    const ofHost = hostAddressesOn(network, facts);
    const floats = takenBy(floating.map(({ value }) => value));
    const around = { network, isHandedOut, ofHost, known, besides, floating: floats, suggested: new Map() };
    for (const given of fixed) checkGiven(given, around, report);
    for (const given of floating) checkGiven(given, { ...around, floats: true }, report);
    checkCapacity(network, members, known.all, report);
  }
  const macs = [...services.values()].flatMap(macsOf);
  for (const mac of macs) checkMac(mac, report);
  checkDuplicates(
    macs,
    (mac) => parseMac(mac) ?? mac,
    'address/duplicate-mac',
    (mac) => `the MAC address ${mac}`,
    report,
  );
}

const fixedOf = ({ service, attachment }: Member): readonly Given<Address>[] =>
  fixedAddresses(attachment).map((address) => ({ service, ...address }));

const floatingOf = ({ service, attachment }: Member): readonly Given<Address>[] =>
  (attachment.floating ?? []).map((address) => ({ service, ...address }));

/** Several services may float one address, but none may have it for good. */
function checkTaken(floating: readonly Given<Address>[], fixed: readonly Given<Address>[], report: Report): void {
  const holders = new Map(fixed.toReversed().map((given) => [keyOf(given.value), given]));
  for (const { service, value, span } of floating) {
    const holder = holders.get(keyOf(value));
    if (!holder) continue;
    const whose =
      holder.service === service ? 'which is its fixed address' : `which "${holder.service.name}" has for good`;
    report('address/duplicate', span, `"${service.name}" floats ${formatAddress(value)}, ${whose}`, {
      severity: service.active && holder.service.active ? 'error' : 'warning',
      help: 'choose an address that no service has for good',
      related: [{ message: 'it is given here', span: holder.span }],
    });
  }
}

/** That of the service as a whole is its first network's. */
function macsOf(plan: ServicePlan): readonly Given<string>[] {
  const { service, networks, networkMode } = plan;
  const ofService = networkMode === undefined ? macOfService(plan) : undefined;
  const written = [ofService, ...[...networks.values()].map(({ macAddress }) => macAddress)];
  return written.flatMap((mac) => (mac ? [{ service, ...mac }] : []));
}

/** That of `x-netmode` has been checked against the schema, which says the same. */
function checkMac({ service, value, span }: Given<string>, report: Report): void {
  const mac = parseMac(value);
  if (mac !== undefined) {
    // Docker accepts it; the kernel then cannot assign it, and the container does not start.
    if (!isUnicast(mac))
      report('netmode/invalid-value', span, `"${service.name}": no interface can have the MAC address ${value}`, {
        help: 'write it like 02:42:c0:a8:01:35: the first two digits are an even number, and not all are zeros',
      });
    return;
  }
  report('netmode/invalid-value', span, `"${service.name}": "${value}" is not a MAC address that Docker reads`, {
    help: 'write it like 02:42:c0:a8:01:35, with every zero',
  });
}

/** The kernel gives a macvlan interface no address that its parent has (`macvlan_addr_busy`), but under passthru. */
function checkParentsMac(
  members: readonly Member[],
  { underlay }: NetworkPlan,
  { host }: ParsedFacts,
  report: Report,
): void {
  if (underlay?.mode !== 'macvlan' || underlay.flag === 'passthru') return;
  const parent = interfaceOf(host, interfaceNameOf(underlay.parent));
  const mac = parseMac(parent?.mac ?? '');
  if (!parent || mac === undefined) return;
  for (const { service, attachment } of members) {
    const given = attachment.macAddress;
    if (given && parseMac(given.value) === mac)
      report(
        'address/duplicate-mac',
        given.span,
        `"${service.name}" has the MAC address ${given.value}, as its parent ${parent.name} does`,
        { help: 'give it another, or none' },
      );
  }
}

function checkDuplicates<T>(
  given: readonly Given<T>[],
  keyOf: (value: T) => string,
  rule: 'address/duplicate' | 'address/duplicate-mac',
  what: (value: T) => string,
  report: Report,
): void {
  const seen = new Map<string, Given<T>>();
  for (const later of given) {
    const first = seen.get(keyOf(later.value));
    if (!first) seen.set(keyOf(later.value), later);
    else if (first.service !== later.service) {
      report(rule, later.span, `"${later.service.name}" has ${what(later.value)}, as "${first.service.name}" does`, {
        severity: first.service.active && later.service.active ? 'error' : 'warning',
        help: 'give each its own',
        related: [{ message: `"${first.service.name}" has it here`, span: first.span }],
      });
    }
  }
}

/** The host's own addresses, where containers share its LAN. */
const hostAddressesOn = ({ underlay }: NetworkPlan, { host }: ParsedFacts): readonly Address[] =>
  (interfaceOf(host, interfaceNameOf(underlay?.parent))?.addresses ?? []).map(({ address }) => address);

/** What the addresses of one network are judged by. */
interface Around {
  readonly network: NetworkPlan;
  /** Whether Docker gives anybody an address of this network by its own choice. */
  readonly isHandedOut: (family: 4 | 6) => boolean;
  readonly ofHost: readonly Address[];
  /** All that floats on this network. */
  readonly floating: Taken;
  /** Whether the address itself does. */
  readonly floats?: boolean;
  /** The network of that service in which the address lies. */
  readonly besides: (service: ServicePlan['service'], address: Address) => string | undefined;
  /** Gets what is suggested, so that no two services are told the same. */
  readonly known: Taken;
  /** What was suggested in place of a floating address, so that all who share it are told the same. */
  readonly suggested: Map<string, Address | undefined>;
}

/** What Docker drops is judged too: it is meant, and the address will be right once it counts. */
const poolsOf = ({ pools, ignoredPools = [] }: NetworkPlan): readonly PlannedPool[] => [...pools, ...ignoredPools];

function checkGiven({ service, value: address, span }: Given<Address>, around: Around, report: Report): void {
  const { network, isHandedOut, known, floats = false } = around;
  const pools = poolsOf(network);
  const instead = (find: () => Address | undefined): Address | undefined => {
    const key = formatAddress(address);
    const found = floats && around.suggested.has(key) ? around.suggested.get(key) : find();
    if (floats) around.suggested.set(key, found);
    if (found) known.add(found);
    return found;
  };
  const sameFamily = pools.filter(({ subnet }) => subnet.family === address.family);
  const pool = sameFamily.find(({ subnet }) => contains(subnet, address));
  const subject = `"${service.name}": ${formatAddress(address)}`;
  if (!pool && network.hasUnread) return;
  if (!pool) {
    const [first] = sameFamily;
    const subnets = (first ? sameFamily : pools).map(({ subnet }) => formatCidr(subnet)).join(' and ');
    const other = around.besides(service, address);
    const help = () => {
      if (other !== undefined) return helpBesides(other, service.name, floats);
      // keepalived wants one for IPv6 (RFC 9568, 5.2.9). It is each link's own: no shim leads to it.
      if (floats && isLinkLocal(address))
        return 'leave it out: a link-local address needs no route, and Docker hands none out';
      if (!first) return helpWithoutFamily(network, address.family);
      const meant = instead(() => meantIn(first, address, known));
      return meant ? `did you mean ${formatAddress(meant)}?` : `choose one of ${formatCidr(first.subnet)}`;
    };
    report('address/outside-subnet', span, `${subject} is outside ${subnets}`, { help: help() });
    return;
  }
  const owner = reservedFor(address, pool, around);
  const free = () => {
    const found = instead(() => nearestFree(address, pool, known));
    return found ? `, such as ${formatAddress(found)}` : '';
  };
  if (owner)
    report('address/reserved', span, `${subject} is ${owner.what}`, {
      help: `choose another address${free()}`,
      ...(owner.span && { related: [{ message: 'it is reserved here', span: owner.span }] }),
    });
  else if (
    pool.ipRange &&
    network.underlay &&
    contains(pool.ipRange, address) &&
    ![...pool.auxAddresses.values()].some((kept) => sameAddress(kept, address))
  ) {
    const [range, subnet] = [formatCidr(pool.ipRange), formatCidr(pool.subnet)];
    report(
      'address/in-dynamic-range',
      span,
      `${subject} lies in ${range}, from which Docker hands out addresses to others`,
      {
        ...(!isHandedOut(address.family) && { severity: 'info' }),
        help: sameCidr(pool.ipRange, pool.subnet)
          ? 'write an "ip_range" that is a part of the subnet, and choose an address outside it'
          : `choose an address of ${subnet} outside ${range}${free()}`,
      },
    );
  }
}

const helpBesides = (network: string, service: string, floats: boolean) =>
  `it lies in "${network}", which "${service}" is on too` +
  (floats ? `: to float it there, write "network: ${network}"` : ': write it there');

const helpWithoutFamily = ({ key, kind }: NetworkPlan, family: 4 | 6) =>
  `the network "${key}" has no IPv${family} subnet: ` +
  (kind === 'native' ? `add one under "ipam", with "enable_ipv${family}: true"` : 'add one to "subnet"');

/** The same host part in the right subnet is what was most likely meant; where that is taken, what is free near it. */
function meantIn(pool: PlannedPool, address: Address, known: Taken): Address | undefined {
  const likely = moved(address, pool.subnet);
  return nearestFree({ family: likely.family, value: likely.value - 1n }, pool, known);
}

function moved({ value }: Address, subnet: Cidr): Address {
  const size = 1n << BigInt(bits[subnet.family] - subnet.prefix);
  return { family: subnet.family, value: subnet.first + (value % size) };
}

interface Owner {
  readonly what: string;
  /** Where the file reserves it. */
  readonly span?: Span;
}

function reservedFor(
  address: Address,
  { subnet, gateway, auxAddresses, spans }: PlannedPool,
  { network: { underlay }, ofHost, floating, floats = false }: Around,
): Owner | undefined {
  if (ofHost.some((hosts) => sameAddress(hosts, address))) return { what: "the host's own address" };
  if (sameAddress(gateway, address)) return { what: 'the gateway' };
  const [reserved] = [...auxAddresses].find(([, kept]) => sameAddress(kept, address)) ?? [];
  // What is kept for a floating address is right for it, and `address/duplicate` for a fixed one.
  const isFloating = floats || floating.has(address);
  if (reserved !== undefined && reserved !== reservations[subnet.family] && !isFloating) {
    const span = spans.auxAddresses.get(reserved);
    return { what: `kept from containers by "aux_addresses", as "${reserved}"`, ...(span && { span }) };
  }
  // One that the file gives to the shim is `shim/address-taken`.
  const given = subnet.family === 4 ? underlay?.shim.ipv4Address : underlay?.shim.ipv6Address;
  const isShims = reserved === reservations[subnet.family] && reserved !== undefined;
  if (isShims && !sameAddress(given?.value, address)) return { what: "the shim's own address" };
  if (subnet.prefix >= bits[subnet.family] - 1) return undefined; // a /31 or /32 has neither of the two below
  if (address.value === subnet.first) return { what: "the network's own address" };
  return subnet.family === 4 && address.value === subnet.last ? { what: 'the broadcast address' } : undefined;
}

function checkCapacity(
  network: NetworkPlan,
  members: readonly Member[],
  known: readonly Address[],
  report: Report,
): void {
  const active = members.filter(({ service }) => service.active);
  for (const { subnet, ipRange: range, gateway } of network.pools) {
    const from = range ?? subnet;
    const fixed = ({ attachment }: Member): Located<Address> | undefined =>
      subnet.family === 4 ? attachment.ipv4Address : attachment.ipv6Address;
    const taken = [gateway, ...active.map((member) => fixed(member)?.value)];
    const roomIn = (block: Cidr): bigint => {
      const left = capacity(block, subnet) - BigInt(taken.filter((each) => each && contains(block, each)).length);
      // A fixed address may be one that Docker itself would not hand out.
      return left < 0n ? 0n : left;
    };
    const room = roomIn(from);
    const wanted = active.reduce(
      (sum, member) => (fixed(member) ? sum : sum + BigInt(member.service.replicas.value)),
      0n,
    );
    if (wanted > room) {
      report(
        'address/range-exhausted',
        network.span,
        `${formatCidr(from)} has room for ${room} containers, but ${wanted} want an address of it`,
        {
          help: range
            ? `widen "ip_range"${larger(range, subnet, known, (block) => roomIn(block) >= wanted)}`
            : 'widen "subnet"',
        },
      );
    }
  }
}

/**
 * The smallest range with room for so many in which nobody else is known to be; what is in the range already stays in
 * it.
 */
function larger(range: Cidr, subnet: Cidr, known: readonly Address[], isEnough: (block: Cidr) => boolean): string {
  const others = known.filter((address) => !contains(range, address));
  for (let prefix = range.prefix - 1; prefix >= subnet.prefix; prefix--) {
    const free = freeRange(subnet, prefix, others);
    if (free && isEnough(free)) return `, for example to ${formatCidr(free)}`;
  }
  return '';
}
