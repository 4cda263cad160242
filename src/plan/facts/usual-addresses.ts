/**
 * Addresses as nearly all are written: there are many of them, and `ip-address`, which reads all others, takes its time
 * and takes more to load.
 */

const dotted = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** An IPv4 address; undefined for what is to be read with more care. */
export function usualAddress4(text: string): bigint | undefined {
  const [, a, b, c, d] = dotted.exec(text)?.map(Number) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return Math.max(a, b, c, d) > 255 ? undefined : BigInt(((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
}

const groups = 8;
const written = /^(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?$/i;

/** An IPv6 address without an IPv4 one in it; undefined for what is to be read with more care. */
export function usualAddress6(text: string): bigint | undefined {
  const [first, last, ...more] = text.split('::');
  if (first === undefined || more.length > 0 || !written.test(first)) return undefined;
  const front = groupsOf(first);
  if (last === undefined) return front.length === groups ? numberOf(front) : undefined;
  if (!written.test(last)) return undefined;
  const back = groupsOf(last);
  const zeros = groups - front.length - back.length;
  return zeros < 1 ? undefined : numberOf([...front, ...Array.from({ length: zeros }, () => '0'), ...back]);
}

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));

const numberOf = (all: readonly string[]): bigint => BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);

/** As `192.168.1.10`. */
export function address4Text(value: bigint): string {
  const word = Number(value);
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** As RFC 5952 (section 4) has it: short, in lower case, the first of the longest runs of zeros left out. */
export function address6Text(value: bigint): string {
  const digits = value.toString(16).padStart(4 * groups, '0');
  const all = Array.from({ length: groups }, (_, at) => digits.slice(4 * at, 4 * at + 4).replace(/^0{1,3}/, ''));
  let [longest, length] = [0, 0];
  for (let at = 0; at < groups; at++) {
    let end = at;
    while (all[end] === '0') end++;
    if (end - at > length) [longest, length] = [at, end - at];
  }
  if (length < 2) return all.join(':');
  return `${all.slice(0, longest).join(':')}::${all.slice(longest + length).join(':')}`;
}
