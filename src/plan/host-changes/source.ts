/** Which of the host's addresses the kernel gives to what leaves by an interface that has none of its own. */
import sortBy from 'lodash/sortBy.js';
import { type Address, sameAddress } from '../facts/ip.ts';
import { isOurs } from '../facts/ownership.ts';
import type { ParsedHost, ParsedInterface } from '../facts/parsed-facts.ts';

/**
 * Whether traffic through an interface without an address of scope global has this source by itself, the host's own and
 * what `MASQUERADE` sends for a bridge alike: the kernel takes the first such address of the first interface that has
 * one, in the order in which they came to be (`inet_select_addr`; docs/measured.md, "Which source the kernel gives").
 * An interface that came before and is up without an address may get one any time, so it counts as one that has.
 */
export function sourceByItself(source: Address, { interfaces }: ParsedHost): boolean {
  const first = sortBy(interfaces, 'index').find((one) => firstGeneral(one) !== undefined || mayGetAddress(one));
  return first !== undefined && sameAddress(firstGeneral(first), source);
}

const firstGeneral = ({ addresses }: ParsedInterface): Address | undefined =>
  addresses.find(({ address, general }) => address.family === 4 && general)?.address;

/** Members of a bridge or bond and shims of ours stay without. */
const mayGetAddress = (one: ParsedInterface): boolean =>
  one.up && !one.loopback && one.master === undefined && !isOurs(one);
