/** Fixed addresses: inside their subnet, nobody else's, given once. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { Intents } from '../../netmode/intents.ts';
import type { Facts } from '../facts/facts.ts';
import {
  type Address,
  addressOf,
  bits,
  type Cidr,
  capacity,
  contains,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
} from '../facts/ip.ts';
import { freeRange, knownAddresses, nearestFree } from '../networks/free-addresses.ts';
import type { Attached } from '../services/attach.ts';
import type { AttachmentPlan, NetworkPlan } from '../types.ts';

interface Fixed {
  readonly service: string;
  readonly active: boolean;
  readonly address: Address;
  readonly text: string;
  readonly span: Span;
}

/** Reports the rules `address/*` that concern containers. */
export function checkAddresses(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
): void {
  const members = new Map<string, { plan: Attached; attachment: AttachmentPlan }[]>();
  for (const plan of services.values()) {
    for (const attachment of plan.networks.values()) {
      if (!members.has(attachment.network)) members.set(attachment.network, []);
      members.get(attachment.network)!.push({ plan, attachment });
    }
  }
  for (const [key, list] of members) {
    const network = networks.get(key);
    const pools = poolsInNumbers(network);
    const fixed = list.flatMap(({ plan, attachment }) => fixedOf(intents, plan, attachment, report));
    tellOfDuplicates(
      fixed,
      ({ address }) => `${address.family} ${address.value}`,
      'address/duplicate',
      (one) => `the address ${one.text}`,
      report,
    );
    if (network && pools.length > 0) {
      const own = hostAddressesOn(network, facts);
      const known = [...knownAddresses(network, facts), ...fixed.map(({ address }) => address)];
      for (const one of fixed) checkOne(one, network, pools, own, known, report);
      checkCapacity(
        network,
        pools,
        list,
        [...knownAddresses(network, facts), ...fixed.map(({ address }) => address)],
        report,
      );
    }
  }
  const macs = [...services.values()].flatMap((plan) => macsOf(intents, plan));
  tellOfDuplicates(
    macs,
    ({ text }) => text.toLowerCase().replaceAll('-', ':'),
    'address/duplicate-mac',
    (one) => `the MAC address ${one.text}`,
    report,
  );
}

interface PoolNumbers {
  readonly subnet: Cidr;
  readonly gateway: Address | undefined;
  readonly range: Cidr | undefined;
}

function poolsInNumbers(network: NetworkPlan | undefined): readonly PoolNumbers[] {
  return (network?.pools ?? []).flatMap((pool) => {
    const subnet = parseCidr(pool.subnet);
    return subnet ? [{ subnet, gateway: parseAddress(pool.gateway ?? ''), range: parseCidr(pool.ipRange ?? '') }] : [];
  });
}

function fixedOf(
  intents: Intents,
  { service }: Attached,
  attachment: AttachmentPlan,
  report: Report,
): readonly Fixed[] {
  const said = intents.services.get(service.name)?.said?.settings;
  const declared = service.networks?.value.get(attachment.network);
  const entries = [
    [attachment.ipv4Address, said?.ipv4_address?.span ?? declared?.ipv4Address?.span],
    [attachment.ipv6Address, said?.ipv6_address?.span ?? declared?.ipv6Address?.span],
  ] as const;
  return entries.flatMap(([text, span]) => {
    if (text === undefined) return [];
    const at = span ?? service.span;
    const address = parseAddress(text);
    if (!address) {
      report('netmode/invalid-value', at, `"${service.name}": "${text}" is not an address`, {
        help: 'write it like 192.168.1.53 or fd00:1::53, without a prefix',
      });
      return [];
    }
    return [{ service: service.name, active: service.active, address, text, span: at }];
  });
}

function macsOf(
  intents: Intents,
  { service, networks }: Attached,
): readonly { service: string; active: boolean; text: string; span: Span }[] {
  const said = intents.services.get(service.name)?.said?.settings;
  return [...networks.values()].flatMap(({ network, macAddress }) =>
    macAddress === undefined
      ? []
      : [
          {
            service: service.name,
            active: service.active,
            text: macAddress,
            span: said?.mac_address?.span ?? service.networks?.value.get(network)?.macAddress?.span ?? service.span,
          },
        ],
  );
}

function tellOfDuplicates<T extends { service: string; active: boolean; span: Span }>(
  list: readonly T[],
  keyOf: (one: T) => string,
  rule: 'address/duplicate' | 'address/duplicate-mac',
  what: (one: T) => string,
  report: Report,
): void {
  const seen = new Map<string, T>();
  for (const one of list) {
    const before = seen.get(keyOf(one));
    if (!before) seen.set(keyOf(one), one);
    else if (before.service !== one.service) {
      report(rule, one.span, `"${one.service}" has ${what(one)}, as "${before.service}" does`, {
        severity: before.active && one.active ? 'error' : 'warning',
        help: 'give each its own',
        related: [{ message: `"${before.service}" has it here`, span: before.span }],
      });
    }
  }
}

/** The host's own addresses, where containers share its LAN. */
function hostAddressesOn(network: NetworkPlan, facts: Facts): readonly Address[] {
  const parent = facts.host?.interfaces.find((one) => one.name === network.underlay?.parent);
  return (parent?.addresses ?? []).flatMap((text) => addressOf(text) ?? []);
}

function checkOne(
  one: Fixed,
  network: NetworkPlan,
  pools: readonly PoolNumbers[],
  own: readonly Address[],
  known: readonly Address[],
  report: Report,
): void {
  const sameFamily = pools.filter(({ subnet }) => subnet.family === one.address.family);
  const pool = sameFamily.find(({ subnet }) => contains(subnet, one.address));
  const subject = `"${one.service}": ${one.text}`;
  if (!pool) {
    const [first] = sameFamily;
    report(
      'address/outside-subnet',
      one.span,
      `${subject} is outside ${(first ? sameFamily : pools).map(({ subnet }) => formatCidr(subnet)).join(' and ')}`,
      {
        help: first
          ? `did you mean ${moved(one.address, first.subnet)}?`
          : `the network "${network.key}" has no IPv${one.address.family} subnet: add one to "subnet"`,
      },
    );
    return;
  }
  const owner = reservedFor(one.address, pool, own);
  const free = network.pools
    .map((candidate) => nearestFree(one.address, candidate, known))
    .find((found) => found !== undefined);
  if (owner)
    report('address/reserved', one.span, `${subject} is ${owner}`, {
      help: free === undefined ? 'choose another address' : `choose another address, such as ${free}`,
    });
  else if (pool.range && network.underlay && contains(pool.range, one.address)) {
    report(
      'address/in-dynamic-range',
      one.span,
      `${subject} lies in ${formatCidr(pool.range)}, from which Docker hands out addresses to others`,
      {
        help: `choose an address of ${formatCidr(pool.subnet)} outside ${formatCidr(pool.range)}${free === undefined ? '' : `, such as ${free}`}`,
      },
    );
  }
}

/** The same host part in the right subnet: what was most likely meant. */
function moved(address: Address, subnet: Cidr): string {
  const size = 1n << BigInt(bits[subnet.family] - subnet.prefix);
  return formatAddress({ family: subnet.family, value: subnet.first + (address.value % size) });
}

function reservedFor(address: Address, { subnet, gateway }: PoolNumbers, own: readonly Address[]): string | undefined {
  const same = (other: Address | undefined) => other?.family === address.family && other.value === address.value;
  if (own.some(same)) return "the host's own address";
  if (same(gateway)) return 'the gateway';
  if (subnet.prefix >= bits[subnet.family] - 1) return undefined; // a /31 or /32 has neither of the two below
  if (address.value === subnet.first) return "the network's own address";
  return subnet.family === 4 && address.value === subnet.last ? 'the broadcast address' : undefined;
}

function checkCapacity(
  network: NetworkPlan,
  pools: readonly PoolNumbers[],
  members: readonly { plan: Attached; attachment: AttachmentPlan }[],
  known: readonly Address[],
  report: Report,
): void {
  for (const { subnet, range, gateway } of pools) {
    const key = subnet.family === 4 ? 'ipv4Address' : 'ipv6Address';
    const from = range ?? subnet;
    let room = capacity(from, subnet) - (gateway && contains(from, gateway) ? 1n : 0n);
    let wanted = 0n;
    for (const { plan, attachment } of members) {
      if (!plan.service.active) continue;
      const text = attachment[key];
      const address = text === undefined ? undefined : parseAddress(text);
      if (text === undefined) wanted += BigInt(plan.service.replicas.value);
      else if (address && contains(from, address)) room -= 1n;
    }
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

/** The smallest range with room for so many in which nobody else is known to be; what is in the range already stays in it. */
function larger(range: Cidr, subnet: Cidr, wanted: bigint, known: readonly Address[]): string {
  const others = known.filter((address) => !contains(range, address));
  for (let prefix = range.prefix - 1; prefix > subnet.prefix; prefix--) {
    const free = freeRange(subnet, prefix, others);
    if (free && capacity(free, subnet) >= wanted) return `, for example to ${formatCidr(free)}`;
  }
  return '';
}
