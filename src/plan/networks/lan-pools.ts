/** What a LAN has: its router, and a range of it from which Docker may hand out addresses. */
import { type Address, type Cidr, contains, sameAddress } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Parent } from '../types.ts';
import { freeRange } from './free-addresses.ts';
import { parentName } from './parents.ts';

/**
 * The gateway of a default route over this interface, or over any, where it lies in the subnet. An IPv6 router calls
 * itself by a link-local address, which Docker does not take: then another address of the device with its MAC address.
 */
export function lanGateway(subnet: Cidr, { host }: ParsedFacts, over?: string): Address | undefined {
  const isMeant = (name: string | undefined) => over === undefined || name === over;
  const routers = (host?.routes ?? []).flatMap(({ destination, gateway, interface: by }) =>
    destination === 'default' && isMeant(by) && gateway ? [gateway] : [],
  );
  const inside = routers.find((router) => contains(subnet, router));
  if (inside) return inside;
  const neighbours = (host?.neighbours ?? []).filter(({ interface: on }) => isMeant(on));
  const macs = new Set(
    neighbours
      .filter(({ address }) => routers.some((router) => sameAddress(router, address)))
      .map(({ mac }) => mac.toLowerCase()),
  );
  return neighbours.find(({ address, mac }) => macs.has(mac.toLowerCase()) && contains(subnet, address))?.address;
}

/** IPv4: a /27; IPv6: a /112, which is as large as any host needs. In a small subnet, its quarter. */
const rangePrefix = { 4: 27, 6: 112 } as const;

/** The highest aligned block that holds neither the gateway nor an address of the host or of a container. */
export function lanRange(
  subnet: Cidr,
  gateway: Address | undefined,
  parent: Parent,
  fixed: readonly Address[],
  facts: ParsedFacts,
): Cidr | undefined {
  const avoid = [...(gateway ? [gateway] : []), ...addressesOn(parent, facts), ...fixed];
  return freeRange(subnet, Math.max(rangePrefix[subnet.family], subnet.prefix + 2), avoid);
}

/** The host's own addresses on the parent. */
export const addressesOn = (parent: Parent, { host }: ParsedFacts): readonly Address[] =>
  (interfaceOf(host, parentName(parent))?.addresses ?? []).map(({ address }) => address);
