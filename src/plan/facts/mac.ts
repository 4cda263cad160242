/** MAC addresses as values. */

/**
 * The forms that Docker accepts, which are those of Go's `net.ParseMAC` with six octets: `02:42:c0:a8:01:35`,
 * `02-42-c0-a8-01-35` and `0242.c0a8.0135`, in either case, no zero left out.
 */
const kernels = /^[\da-f]{2}(?::[\da-f]{2}){5}$/;
const others = /^(?:[\da-f]{2}(?:-[\da-f]{2}){5}|[\da-f]{4}(?:\.[\da-f]{4}){2})$/;

/** As the kernel writes it, `02:42:c0:a8:01:35`, so that two spellings compare; undefined where it is none. */
export function parseMac(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (kernels.test(lower)) return lower;
  return others.test(lower) ? lower.replaceAll(/[.-]/g, '').match(/../g)!.join(':') : undefined;
}

/** Whether an interface can have it: no group's (the last bit of the first octet), and not all zeros. */
export const isUnicast = (mac: string): boolean =>
  Number.parseInt(mac.slice(0, 2), 16) % 2 === 0 && mac !== '00:00:00:00:00:00';
