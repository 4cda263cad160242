/** What could be written instead: addresses and ranges that are free as far as is known. */
import { type Address, bits, block, type Cidr, capacity, contains } from '../facts/ip.ts';
import { allAddressesOf, interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import type { NetworkPlan } from '../types.ts';
import { interfaceNameOf } from './parents.ts';

/** How far to look: a suggestion is for people, and a LAN with this many neighbours in a row is full. */
const mostTries = 1024n;

/**
 * Every address on a network's subnets that is known to be taken: gateway, host, neighbours, containers, reserved
 * ones.
 */
export function knownAddresses({ pools, underlay }: NetworkPlan, { host, engine }: ParsedFacts): readonly Address[] {
  const parent = interfaceNameOf(underlay?.parent);
  return [
    ...pools.flatMap(({ gateway, auxAddresses }) => [...(gateway ? [gateway] : []), ...auxAddresses.values()]),
    ...(interfaceOf(host, parent)?.addresses ?? []).map(({ address }) => address),
    ...(host?.neighbours ?? []).filter(({ interface: on }) => on === parent).map(({ address }) => address),
    ...(engine?.containers ?? []).flatMap((container) => [...allAddressesOf(container), ...container.floating]),
  ];
}

/**
 * The free address of the pool nearest to the one that was wanted, outside the range from which Docker hands out
 * others; undefined if none is near.
 */
export function nearestFree(
  wanted: Address,
  { subnet, ipRange }: Pick<Pool, 'subnet' | 'ipRange'>,
  taken: readonly Address[],
): Address | undefined {
  if (subnet.family !== wanted.family || !contains(subnet, wanted)) return undefined;
  const known = new Set(taken.filter(({ family }) => family === wanted.family).map(({ value }) => value));
  const usable = (value: bigint) =>
    value > subnet.first &&
    (subnet.family === 6 ? value <= subnet.last : value < subnet.last) &&
    !known.has(value) &&
    !(ipRange && contains(ipRange, { family: subnet.family, value }));
  for (let step = 1n; step <= mostTries; step += 1n) {
    for (const value of [wanted.value + step, wanted.value - step])
      if (usable(value)) return { family: subnet.family, value };
  }
  return undefined;
}

/** The highest aligned block of this prefix that holds none of the addresses; undefined if there is no such block. */
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

/** A free range of the same size as the pool's own. */
export function freeRangeLike(
  { subnet, ipRange }: Pick<Pool, 'subnet' | 'ipRange'>,
  avoid: readonly Address[],
): Cidr | undefined {
  return ipRange && freeRange(subnet, ipRange.prefix, avoid);
}
