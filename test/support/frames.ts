/**
 * Which MAC address says that it has which IP address: read from what was captured on a LAN. Whoever sends an IP
 * packet, asks by ARP or neighbour discovery, or answers, makes such a claim, and others on the LAN learn from some
 * of them.
 */

/** One captured Ethernet frame. */
export interface Frame {
  /** Seconds since 1970. */
  readonly time: number;
  readonly bytes: Buffer;
}

export interface Claim {
  /** `02:42:c0:a8:01:35` */
  readonly mac: string;
  /** `192.168.1.10`; IPv6 in full, eight groups without leading zeros. */
  readonly address: string;
  /**
   * `arp-request`, `arp-reply`: sender addresses of ARP. `ipv4`, `ipv6`: the frame's and the packet's source.
   * `solicitation`, `advertisement`: link-layer address options of neighbour and router discovery.
   */
  readonly how: 'arp-request' | 'arp-reply' | 'ipv4' | 'ipv6' | 'solicitation' | 'advertisement';
}

const globalHeader = 24;
const recordHeader = 16;

/**
 * Reads the pcap format (microseconds, little endian, Ethernet), as `tcpdump -w -` writes it on x86 and ARM.
 *
 * @returns the complete frames, in order; what is cut off at the end is left out, so that a capture that is still
 *   being written can be read
 * @throws for another format
 */
export function framesOf(pcap: Buffer): readonly Frame[] {
  if (pcap.length < globalHeader) return [];
  if (pcap.readUInt32LE(0) !== 0xa1b2c3d4 || pcap.readUInt32LE(20) !== 1) throw new Error('not pcap, or not Ethernet');
  const frames: Frame[] = [];
  for (let at = globalHeader; at + recordHeader <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const from = at + recordHeader;
    if (from + length > pcap.length) break;
    const time = pcap.readUInt32LE(at) + pcap.readUInt32LE(at + 4) / 1e6;
    frames.push({ time, bytes: pcap.subarray(from, from + length) });
    at = from + length;
  }
  return frames;
}

const [etherIpv4, etherArp, etherIpv6, etherVlan] = [0x0800, 0x0806, 0x86dd, 0x8100] as const;

/** What a frame claims: nothing where the sender has no address yet (0.0.0.0, ::), or where the frame is cut off. */
export function claimsOf({ bytes }: Frame): readonly Claim[] {
  if (bytes.length < 14) return [];
  const source = mac(bytes, 6);
  const tagged = bytes.readUInt16BE(12) === etherVlan && bytes.length >= 18;
  const type = bytes.readUInt16BE(tagged ? 16 : 12);
  const packet = bytes.subarray(tagged ? 18 : 14);
  if (type === etherArp) return arpClaims(packet);
  if (type === etherIpv4 && packet.length >= 20) return known({ mac: source, address: ipv4(packet, 12), how: 'ipv4' });
  if (type === etherIpv6 && packet.length >= 40) return ipv6Claims(source, packet);
  return [];
}

/** The MAC address that a frame says it is from. */
export const senderOf = ({ bytes }: Frame): string => mac(bytes, 6);

/** The claims on an address by anyone but the interface that has it: none on a host that does no harm. */
export function foreignClaims(frames: readonly Frame[], address: string, owner: string): readonly Claim[] {
  return frames.flatMap(claimsOf).filter((claim) => claim.address === address && claim.mac !== owner);
}

function arpClaims(packet: Buffer): readonly Claim[] {
  // Ethernet and IPv4, by the lengths of their addresses.
  if (packet.length < 28 || packet[4] !== 6 || packet[5] !== 4) return [];
  const how = packet.readUInt16BE(6) === 1 ? 'arp-request' : 'arp-reply';
  return known({ mac: mac(packet, 8), address: ipv4(packet, 14), how });
}

/** ICMPv6 types of discovery, and which address their link-layer address option speaks of. */
const discovery: Readonly<Record<number, { how: Claim['how']; target: boolean; options: number }>> = {
  133: { how: 'solicitation', target: false, options: 8 },
  134: { how: 'advertisement', target: false, options: 16 },
  135: { how: 'solicitation', target: false, options: 24 },
  136: { how: 'advertisement', target: true, options: 24 },
};
/** Source and target link-layer address. */
const linkLayerOptions: readonly (number | undefined)[] = [1, 2];
const icmpv6 = 58;

function ipv6Claims(source: string, packet: Buffer): readonly Claim[] {
  const sender = ipv6(packet, 8);
  const claims = known({ mac: source, address: sender, how: 'ipv6' });
  const message = packet.subarray(40);
  const kind = packet[6] === icmpv6 && message.length > 0 ? discovery[message[0]!] : undefined;
  if (!kind || message.length < kind.options) return claims;
  const address = kind.target ? ipv6(message, 8) : sender;
  // An advertisement without the option speaks for the frame's own source.
  const stated = linkLayerAddress(message.subarray(kind.options)) ?? (kind.target ? source : undefined);
  return stated === undefined ? claims : [...claims, ...known({ mac: stated, address, how: kind.how })];
}

function linkLayerAddress(options: Buffer): string | undefined {
  for (let at = 0; at + 8 <= options.length; ) {
    const length = options[at + 1]! * 8;
    if (length === 0) return undefined;
    if (linkLayerOptions.includes(options[at])) return mac(options, at + 2);
    at += length;
  }
  return undefined;
}

const unspecified: readonly string[] = ['0.0.0.0', '0:0:0:0:0:0:0:0'];
const known = (claim: Claim): readonly Claim[] => (unspecified.includes(claim.address) ? [] : [claim]);

function mac(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function ipv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

function ipv6(bytes: Buffer, at: number): string {
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(at + 2 * index).toString(16)).join(':');
}
