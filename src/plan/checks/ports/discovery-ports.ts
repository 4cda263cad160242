/** UDP ports that many processes of one host have open at once. */

/**
 * Ports of service discovery, by the standard that has it. Their traffic is multicast, which reaches every socket, so
 * that those who use them open them with SO_REUSEADDR or SO_REUSEPORT.
 */
const discoveryPorts: ReadonlyMap<number, string> = new Map([
  [1900, 'SSDP: UPnP Device Architecture 2.0, 1.1'],
  [3702, 'WS-Discovery: OASIS WS-DD 1.1, 2.4'],
  [5350, 'NAT-PMP and PCP announcements: RFC 6886, 3.2.1'],
  [5353, 'mDNS: RFC 6762, 15.1'],
  [5355, 'LLMNR: RFC 4795, 2.2'],
]);

/** Whether all that is opened between these ports is shared by habit. */
export function isSharedByHabit(protocol: string, first: number, last: number): boolean {
  if (protocol !== 'udp') return false;
  for (let port = first; port <= last; port++) if (!discoveryPorts.has(port)) return false;
  return true;
}
