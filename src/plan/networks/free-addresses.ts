/** What could be written instead: addresses and ranges that nobody is known to have. */
import type { Facts } from '../facts/facts.ts';
import {
  type Address,
  addressOf,
  bits,
  block,
  type Cidr,
  capacity,
  contains,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
} from '../facts/ip.ts';
import type { NetworkPlan, Pool } from '../types.ts';

/** How far to look: a suggestion is for people, and a LAN with this many neighbours in a row is full. */
const mostTries = 1024n;

/** Every address on a network's subnets that is known to be somebody's: gateway, host, neighbours, containers, reserved ones. */
export function knownAddresses(network: NetworkPlan, { host, engine }: Facts): readonly Address[] {
  const parent = network.underlay?.parent;
  const texts = [
    ...network.pools.flatMap(({ gateway, auxAddresses }) => [gateway, ...Object.values(auxAddresses)]),
    ...(host?.interfaces ?? []).filter(({ name }) => name === parent).flatMap(({ addresses }) => addresses),
    ...(host?.neighbours ?? []).filter((one) => one.interface === parent).map(({ address }) => address),
    ...(engine?.containers ?? []).flatMap(({ networks }) =>
      Object.values(networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
    ),
  ];
  return texts.flatMap((text) => (text === undefined ? [] : (addressOf(text) ?? [])));
}

/**
 * The free address of the pool nearest to the one that was wanted, outside the range from which Docker hands out others;
 * nothing where there is none near.
 */
export function nearestFree(
  wanted: Address,
  { subnet: subnetText, ipRange }: Pool,
  taken: readonly Address[],
): string | undefined {
  const subnet = parseCidr(subnetText);
  if (!subnet || subnet.family !== wanted.family || !contains(subnet, wanted)) return undefined;
  const range = parseCidr(ipRange ?? '');
  const known = new Set(taken.filter(({ family }) => family === wanted.family).map(({ value }) => value));
  const usable = (value: bigint) =>
    value > subnet.first &&
    (subnet.family === 6 ? value <= subnet.last : value < subnet.last) &&
    !known.has(value) &&
    !(range && contains(range, { family: subnet.family, value }));
  for (let step = 1n; step <= mostTries; step += 1n) {
    for (const value of [wanted.value + step, wanted.value - step])
      if (usable(value)) return formatAddress({ family: subnet.family, value });
  }
  return undefined;
}

/** The highest aligned block of this prefix that holds none of the addresses; nothing where there is none. */
export function freeRange(subnet: Cidr, prefix: number, avoid: readonly Address[]): Cidr | undefined {
  if (prefix < subnet.prefix || prefix > bits[subnet.family]) return undefined;
  let range = block(subnet.family, subnet.last, prefix);
  // Each address to avoid spoils at most one block, and the broadcast address may: so this many tries are enough.
  for (let tries = 0; tries <= avoid.length + 1; tries++) {
    if (!avoid.some((address) => contains(range, address)) && capacity(range, subnet) > 0n) return range;
    if (range.first === subnet.first) return undefined;
    range = block(subnet.family, range.first - 1n, prefix);
  }
  return undefined;
}

/** A free range of the same size as the pool's own, as text. */
export function freeRangeLike(pool: Pool, avoid: readonly Address[]): string | undefined {
  const [subnet, range] = [parseCidr(pool.subnet), parseCidr(pool.ipRange ?? '')];
  const free = subnet && range && freeRange(subnet, range.prefix, avoid);
  return free && formatCidr(free);
}

/** The addresses among texts; what is absent or none is left out. */
export const addressesOf = (texts: readonly (string | undefined)[]): readonly Address[] =>
  texts.flatMap((text) => parseAddress(text ?? '') ?? []);
