/** A block of addresses in equal parts. */
import { bits, block, type Cidr } from '../facts/ip.ts';

/**
 * @param count at least 1
 * @returns so many blocks of one size, the largest that fit, from the start; nothing where there are too few addresses
 */
export function divided({ family, prefix, first }: Cidr, count: number): readonly Cidr[] | undefined {
  const longer = prefix + Math.ceil(Math.log2(count));
  if (longer > bits[family]) return undefined;
  const size = 1n << BigInt(bits[family] - longer);
  return Array.from({ length: count }, (_, index) => block(family, first + BigInt(index) * size, longer));
}
