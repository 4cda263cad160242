/** Addresses and subnets of both families as numbers, over `ip-address` (strict: it reads no octal, unlike others). */
import { Address4, Address6 } from 'ip-address';
import { address4Text, address6Text, usualAddress4, usualAddress6 } from './usual-addresses.ts';

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A subnet or range: all addresses from `first` to `last`. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

export const bits = { 4: 32, 6: 128 } as const;

/** An address without a prefix; undefined where the text is not one. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  return parse(text);
}

/** `192.168.1.0/24`; host bits are dropped. Undefined where the text is not a CIDR. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parse(text.slice(0, slash));
  const prefix = Number(text.slice(slash + 1));
  if (!address || !/^\d{1,3}$/.test(text.slice(slash + 1)) || prefix > bits[address.family]) return undefined;
  return block(address.family, address.value, prefix);
}

/** The address part of `192.168.1.10/24`. */
export function addressOf(text: string): Address | undefined {
  return parse(text.split('/')[0] ?? '');
}

/** The block of this prefix that holds an address. */
export function block(family: 4 | 6, value: bigint, prefix: number): Cidr {
  const size = 1n << BigInt(bits[family] - prefix);
  const first = (value / size) * size;
  return { family, prefix, first, last: first + size - 1n };
}

export function formatAddress({ family, value }: Address): string {
  return family === 6 ? address6Text(value) : address4Text(value);
}

export function formatCidr({ family, prefix, first }: Cidr): string {
  return `${formatAddress({ family, value: first })}/${prefix}`;
}

/** The smallest block that holds both addresses, of one family. */
export function spanOf(first: Address, last: Address): Cidr {
  for (let prefix: number = bits[first.family]; ; prefix--) {
    const one = block(first.family, first.value, prefix);
    if (prefix === 0 || contains(one, last)) return one;
  }
}

/** The block that holds this address alone: a /32 or /128. */
export function blockOf({ family, value }: Address): Cidr {
  return { family, prefix: bits[family], first: value, last: value };
}

/** An address or subnet as it is usually written, so that two spellings compare; any other text as it is. */
export function canonical(text: string): string {
  const cidr = text.includes('/') ? parseCidr(text) : undefined;
  const address = cidr ? undefined : parseAddress(text);
  return cidr ? formatCidr(cidr) : address ? formatAddress(address) : text;
}

export function contains(cidr: Cidr, inner: Address | Cidr): boolean {
  if (cidr.family !== inner.family) return false;
  return 'value' in inner
    ? inner.value >= cidr.first && inner.value <= cidr.last
    : inner.first >= cidr.first && inner.last <= cidr.last;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function sameCidr(a: Cidr | undefined, b: Cidr | undefined): boolean {
  return a !== undefined && b !== undefined && a.family === b.family && a.prefix === b.prefix && a.first === b.first;
}

export function sameAddress(a: Address | undefined, b: Address | undefined): boolean {
  return a !== undefined && b !== undefined && a.family === b.family && a.value === b.value;
}

/** Whether an address is the one right after another. */
export const follows = ({ family, value }: Address, last: Address): boolean =>
  family === last.family && value === last.value + 1n;

/** Whether it stands for every address: `0.0.0.0` or `::`. */
export const isUnspecified = ({ value }: Address): boolean => value === 0n;

const linkLocal = { 4: parseCidr('169.254.0.0/16')!, 6: parseCidr('fe80::/10')! } as const;

/** Whether it means something on one link only. */
export const isLinkLocal = (address: Address | Cidr): boolean => contains(linkLocal[address.family], address);

const loopback = { 4: parseCidr('127.0.0.0/8')!, 6: parseCidr('::1/128')! } as const;

/** Whether it is the host's own, for itself alone. */
export const isLoopback = (address: Address): boolean => contains(loopback[address.family], address);

/**
 * How many addresses Docker can hand out of a range of this subnet: all but the network's and (IPv4) the broadcast
 * address.
 */
export function capacity(range: Cidr, subnet: Cidr): bigint {
  let count = range.last - range.first + 1n;
  if (range.first === subnet.first) count -= 1n;
  if (range.family === 4 && range.last === subnet.last && subnet.prefix < 31) count -= 1n;
  return count < 0n ? 0n : count;
}

function parse(text: string): Address | undefined {
  if (text === '') return undefined; // an exception would say the same, at a price
  try {
    if (text.includes(':')) return { family: 6, value: usualAddress6(text) ?? new Address6(text).bigInt() };
    return { family: 4, value: usualAddress4(text) ?? new Address4(text).bigInt() };
  } catch {
    return undefined; // ip-address tells wrong input by throwing
  }
}
