/** Fixed addresses: inside their subnet, nobody else's, given once. */
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
  sameAddress,
} from '../../facts/ip.ts';
import { reservations } from '../../facts/ownership.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { freeRange, knownAddresses, nearestFree } from '../../networks/free-addresses.ts';
import { interfaceNameOf } from '../../networks/parents.ts';
import type { AttachmentPlan, NetworkPlan, Plan, PlannedPool, ServicePlan } from '../../types.ts';

/** A service on a network. */
interface Member {
  readonly service: ServicePlan['service'];
  readonly attachment: AttachmentPlan;
}

/** Something that a service is given by the file, and another may have too. */
interface Given<T> {
  readonly service: ServicePlan['service'];
  readonly value: T;
  readonly span: Span;
}

/** Reports the rules `address/*` that concern containers. */
export function checkAddresses({ services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  for (const [key, members] of byNetwork(services)) {
    const fixed = members.flatMap(fixedOf);
    checkDuplicates(
      fixed,
      ({ family, value }) => `${family} ${value}`,
      'address/duplicate',
      (address) => `the address ${formatAddress(address)}`,
      report,
    );
    const network = networks.get(key);
    if (!network || network.pools.length === 0) continue;
    const known = [...knownAddresses(network, facts), ...fixed.map(({ value }) => value)];
    for (const given of fixed) checkFixed(given, network, hostAddressesOn(network, facts), known, report);
    checkCapacity(network, members, known, report);
  }
  checkDuplicates(
    [...services.values()].flatMap(macsOf),
    (mac) => mac.toLowerCase().replaceAll('-', ':'),
    'address/duplicate-mac',
    (mac) => `the MAC address ${mac}`,
    report,
  );
}

/** By network key: a Map, because keys come from files, and an object would lose `__proto__`. */
function byNetwork(services: Plan['services']): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>();
  for (const { service, networks } of services.values()) {
    for (const [key, attachment] of networks) {
      const known = members.get(key);
      if (known) known.push({ service, attachment });
      else members.set(key, [{ service, attachment }]);
    }
  }
  return members;
}

function fixedOf({ service, attachment: { ipv4Address, ipv6Address } }: Member): readonly Given<Address>[] {
  return [ipv4Address, ipv6Address].flatMap((address) => (address ? [{ service, ...address }] : []));
}

function macsOf({ service, networks }: ServicePlan): readonly Given<string>[] {
  return [...networks.values()].flatMap(({ macAddress }) => (macAddress ? [{ service, ...macAddress }] : []));
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

function checkFixed(
  { service, value: address, span }: Given<Address>,
  network: NetworkPlan,
  ofHost: readonly Address[],
  known: readonly Address[],
  report: Report,
): void {
  const { pools } = network;
  const sameFamily = pools.filter(({ subnet }) => subnet.family === address.family);
  const pool = sameFamily.find(({ subnet }) => contains(subnet, address));
  const subject = `"${service.name}": ${formatAddress(address)}`;
  if (!pool) {
    const [first] = sameFamily;
    const subnets = (first ? sameFamily : pools).map(({ subnet }) => formatCidr(subnet)).join(' and ');
    report('address/outside-subnet', span, `${subject} is outside ${subnets}`, {
      help: first
        ? `did you mean ${formatAddress(moved(address, first.subnet))}?`
        : `the network "${network.key}" has no IPv${address.family} subnet: add one to "subnet"`,
    });
    return;
  }
  const owner = reservedFor(address, pool, network, ofHost);
  const found = pools.map((candidate) => nearestFree(address, candidate, known)).find((free) => free !== undefined);
  const free = found && formatAddress(found);
  if (owner)
    report('address/reserved', span, `${subject} is ${owner.what}`, {
      help: free === undefined ? 'choose another address' : `choose another address, such as ${free}`,
      ...(owner.span && { related: [{ message: 'it is reserved here', span: owner.span }] }),
    });
  else if (pool.ipRange && network.underlay && contains(pool.ipRange, address)) {
    const [range, subnet] = [formatCidr(pool.ipRange), formatCidr(pool.subnet)];
    report(
      'address/in-dynamic-range',
      span,
      `${subject} lies in ${range}, from which Docker hands out addresses to others`,
      {
        help: `choose an address of ${subnet} outside ${range}${free === undefined ? '' : `, such as ${free}`}`,
      },
    );
  }
}

/** The same host part in the right subnet: what was most likely meant. */
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
  { underlay }: NetworkPlan,
  ofHost: readonly Address[],
): Owner | undefined {
  if (ofHost.some((hosts) => sameAddress(hosts, address))) return { what: "the host's own address" };
  if (sameAddress(gateway, address)) return { what: 'the gateway' };
  const [reserved] = [...auxAddresses].find(([, kept]) => sameAddress(kept, address)) ?? [];
  if (reserved !== undefined && reserved !== reservations[subnet.family]) {
    const span = spans.auxAddresses.get(reserved);
    return { what: `kept from containers by "aux_addresses", as "${reserved}"`, ...(span && { span }) };
  }
  // One that the file gives to the shim is `shim/address-taken`.
  const given = subnet.family === 4 ? underlay?.shim.ipv4Address : underlay?.shim.ipv6Address;
  if (reserved !== undefined && !sameAddress(given?.value, address)) return { what: "the shim's own address" };
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
    const inside = active.flatMap((member) => fixed(member)?.value ?? []).filter((address) => contains(from, address));
    const left = capacity(from, subnet) - BigInt(inside.length) - (gateway && contains(from, gateway) ? 1n : 0n);
    // A fixed address may be one that Docker itself would not hand out.
    const room = left < 0n ? 0n : left;
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
          help: range ? `widen "ip_range"${larger(range, subnet, wanted, known)}` : 'widen "subnet"',
        },
      );
    }
  }
}

/**
 * The smallest range with room for so many in which nobody else is known to be; what is in the range already stays in
 * it.
 */
function larger(range: Cidr, subnet: Cidr, wanted: bigint, known: readonly Address[]): string {
  const others = known.filter((address) => !contains(range, address));
  for (let prefix = range.prefix - 1; prefix > subnet.prefix; prefix--) {
    const free = freeRange(subnet, prefix, others);
    if (free && capacity(free, subnet) >= wanted) return `, for example to ${formatCidr(free)}`;
  }
  return '';
}
