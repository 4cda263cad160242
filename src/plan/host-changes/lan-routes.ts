/**
 * What the LAN has to know: an ipvlan L3 network has a subnet of its own, for which nobody answers there. It lies
 * behind this host's own address on the parent (docs/measured.md, "Kernel: who can reach whom").
 */
import sortBy from 'lodash/sortBy.js';
import { underlay } from '../../netmode/modes.ts';
import { hostAddress } from '../facts/host-address.ts';
import { type Address, formatCidr, isLinkLocal, overlaps } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts, type ParsedHost } from '../facts/parsed-facts.ts';
import { interfaceNameOf } from '../networks/parents.ts';
import type { LanRoute, NetworkPlan } from '../types.ts';

/**
 * @param networks those with services that are started; one that leads nowhere (without a parent, `internal: true`)
 *   needs no route
 * @returns one route for each subnet, by parent, family and number; none for a subnet that Docker will choose, nor
 *   for one that touches the LAN's own, which is `subnet/l3-inside-parent-subnet`
 */
export function lanRoutesOf(networks: readonly NetworkPlan[], { host }: ParsedFacts): readonly LanRoute[] {
  const found = new Map<string, LanRoute>();
  for (const { key, internal, underlay: wanted, pools } of sortBy(networks, 'key')) {
    // While the parent is open it is not known whose router is meant, and what was derived from its name is not final.
    const parent = interfaceNameOf(wanted?.parent);
    if (!wanted || parent === undefined || internal || underlay(wanted.mode).onLan) continue;
    const on = interfaceOf(host, parent);
    for (const { subnet: destination } of pools) {
      const { family } = destination;
      if (destination.prefix === 0 || on?.addresses.some(({ subnet }) => overlaps(subnet, destination))) continue;
      const id = `${parent} ${formatCidr(destination)}`;
      const via = hostAddress({ family }, on, host);
      const router = routerOn(parent, family, host);
      const route = found.get(id) ?? {
        ...{ destination, ...(via && { via }), ...(router && { router }) },
        ...{ parent, mode: wanted.mode, networks: [] },
      };
      found.set(id, { ...route, networks: [...route.networks, key] });
    }
  }
  return sortBy([...found.values()], ['parent', 'destination.family', 'destination.first', 'destination.prefix']);
}

/** A link-local address means nothing to who is not on the router's link, as these containers are not. */
const routerOn = (parent: string, family: 4 | 6, host: ParsedHost | undefined): Address | undefined =>
  host?.routes
    .filter((route) => route.destination === 'default' && route.family === family && route.interface === parent)
    .flatMap(({ gateway }) => (gateway && !isLinkLocal(gateway) ? gateway : []))[0];
