/** Addresses and subnets of both families as numbers, over `ip-address` (strict: it reads no octal, unlike others). */
import { Address4, Address6 } from 'ip-address';

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

/** An address without a prefix, or nothing where the text is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  return parse(text);
}

/** `192.168.1.0/24`; host bits are dropped. Nothing where the text is no CIDR. */
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
  return family === 4 ? Address4.fromBigInt(value).correctForm() : Address6.fromBigInt(value).correctForm();
}

export function formatCidr({ family, prefix, first }: Cidr): string {
  return `${formatAddress({ family, value: first })}/${prefix}`;
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

export function sameAddress(a: Address | undefined, b: Address | undefined): boolean {
  return a !== undefined && b !== undefined && a.family === b.family && a.value === b.value;
}

/** How many addresses Docker can hand out of a range of this subnet: all but the network's and (IPv4) the broadcast address. */
export function capacity(range: Cidr, subnet: Cidr): bigint {
  let count = range.last - range.first + 1n;
  if (range.first === subnet.first) count -= 1n;
  if (range.family === 4 && range.last === subnet.last && subnet.prefix < 31) count -= 1n;
  return count < 0n ? 0n : count;
}

function parse(text: string): Address | undefined {
  try {
    if (text.includes(':')) return { family: 6, value: new Address6(text).bigInt() };
    return { family: 4, value: new Address4(text).bigInt() };
  } catch {
    return undefined; // ip-address tells wrong input by throwing
  }
}
