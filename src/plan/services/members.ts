/** Who is on which network, and with which addresses of the file. */
import type { Located } from '../../diagnostics/source.ts';
import { isUnderlay } from '../../netmode/modes.ts';
import type { Address } from '../facts/ip.ts';
import type { Attached, AttachmentPlan } from '../types.ts';

/** A service on a network. */
export interface Member {
  readonly service: Attached['service'];
  readonly attachment: AttachmentPlan;
}

/** All services, those of inactive profiles too, by network key: a Map, because an object would lose `__proto__`. */
export function byNetwork(services: Iterable<Attached>): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>();
  for (const { service, networks } of services) {
    for (const [key, attachment] of networks) {
      const known = members.get(key);
      if (known) known.push({ service, attachment });
      else members.set(key, [{ service, attachment }]);
    }
  }
  return members;
}

/** The services that are started, by the keys of the networks they are on. */
export function membersOf(services: Iterable<Attached>): ReadonlyMap<string, readonly Attached[]> {
  const members = new Map<string, Attached[]>();
  for (const plan of services) {
    if (!plan.service.active) continue;
    for (const key of plan.networks.keys()) {
      const known = members.get(key);
      if (known) known.push(plan);
      else members.set(key, [plan]);
    }
  }
  return members;
}

/**
 * The MAC address that the file gives to the service as a whole, for whichever of its networks. One for the LAN means
 * nothing on what a fallback has in its place, and Docker refuses it in host mode.
 */
export const macOfService = ({ service, fallen, netmode }: Attached): Located<string> | undefined =>
  fallen && !isUnderlay(netmode) ? undefined : service.macAddress;

/** The addresses that the file gives to a service on a network, of both families. */
export const fixedAddresses = ({
  ipv4Address,
  ipv6Address,
}: Pick<AttachmentPlan, 'ipv4Address' | 'ipv6Address'>): readonly Located<Address>[] =>
  [ipv4Address, ipv6Address].flatMap((located) => located ?? []);

/** Those, and the ones that the service puts up by itself: all at which it may answer. */
export const allAddresses = (
  attachment: Pick<AttachmentPlan, 'ipv4Address' | 'ipv6Address' | 'floating'>,
): readonly Located<Address>[] => [...fixedAddresses(attachment), ...(attachment.floating ?? [])];
