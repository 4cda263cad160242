/** Networks on the LAN that were made when this host was in another one. */
import { underlay } from '../../netmode/modes.ts';
import { type Cidr, isLinkLocal, overlaps } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { NetworkPlan } from '../types.ts';
import { parentName } from './parents.ts';

export interface LeftBehind {
  readonly network: Cidr;
  /** In which the parent is instead. */
  readonly lan: Cidr;
}

/**
 * Where a network exists on the LAN's side of a parent that has addresses, and none in the network: the host has moved,
 * or the LAN was given another subnet, and the network kept the old one. A parent without an address tells nothing; a
 * part of its LAN, and a second subnet on its wire to which it has a route, are no other LAN.
 */
export function leftBehind(
  { dockerName, underlay: on, pools }: NetworkPlan,
  facts: ParsedFacts,
): LeftBehind | undefined {
  const exists = facts.engine?.networks.some(({ name }) => name === dockerName);
  if (!exists || !on || !underlay(on.mode).onLan) return undefined;
  const parent = parentName(on.parent);
  const own = (interfaceOf(facts.host, parent)?.addresses ?? []).filter(
    ({ address }) => address.family === 4 && !isLinkLocal(address),
  );
  const network = pools.find(({ subnet }) => subnet.family === 4)?.subnet;
  const [lan] = own;
  if (!network || !lan || own.some(({ subnet }) => overlaps(network, subnet))) return undefined;
  const leadsThere = facts.host?.routes.some(
    (route) =>
      route.interface === parent &&
      !route.gateway &&
      route.destination !== 'default' &&
      overlaps(route.destination, network),
  );
  return leadsThere ? undefined : { network, lan: lan.subnet };
}
