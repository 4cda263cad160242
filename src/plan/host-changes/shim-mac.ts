/**
 * The MAC address of a macvlan shim. The kernel makes up another each time, and containers that ran meanwhile know the
 * host by the one before for up to half a minute (docs/shim.md).
 */

/**
 * Locally administered (02:…), the same for the same network on the same parent. With the parent's MAC address in it,
 * so that two hosts on one LAN differ, whose networks and parents bear the same names.
 */
export function shimMac({
  network,
  parent,
  parentMac,
}: {
  readonly network: string;
  readonly parent: string;
  readonly parentMac: string;
}): string {
  const bits = hashOf(['shim', network, parent, parentMac.toLowerCase()].join('\0'));
  const octets = Array.from({ length: 5 }, (_, at) => Number((bits >> BigInt(8 * at)) & 255n));
  return [2, ...octets].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** 64-bit FNV-1a (draft-eastlake-fnv), whose upper bits are folded into the lower ones. */
function hashOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash ^ (hash >> 40n);
}
