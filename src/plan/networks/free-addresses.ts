/** What could be written instead: addresses and ranges that are free as far as is known. */
import { type Address, bits, block, type Cidr, capacity, contains } from '../facts/ip.ts';
import { allAddressesOf, interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import type { NetworkPlan } from '../types.ts';
import { interfaceNameOf } from './parents.ts';

/** How far to look: a suggestion is for people, and a LAN with this many neighbours in a row is full. */
const mostTries = 1024n;

/** Addresses that somebody has. Whether one is among them is known at once, however many they are. */
export interface Taken {
  readonly all: readonly Address[];
  has(address: Address): boolean;
  add(address: Address): void;
}

export function takenBy(addresses: Iterable<Address>): Taken {
  const all: Address[] = [];
  const values = { 4: new Set<bigint>(), 6: new Set<bigint>() };
  const add = (address: Address) => {
    all.push(address);
    values[address.family].add(address.value);
  };
  for (const address of addresses) add(address);
  return { all, has: ({ family, value }) => values[family].has(value), add };
}

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
  taken: Taken,
): Address | undefined {
  const { family } = subnet;
  if (family !== wanted.family || !contains(subnet, wanted)) return undefined;
  const usable = (value: bigint) =>
    value > subnet.first &&
    (family === 6 ? value <= subnet.last : value < subnet.last) &&
    !taken.has({ family, value }) &&
    !(ipRange && contains(ipRange, { family, value }));
  for (let step = 1n; step <= mostTries; step += 1n) {
    for (const value of [wanted.value + step, wanted.value - step]) if (usable(value)) return { family, value };
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
