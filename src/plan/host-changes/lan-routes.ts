/**
 * What the LAN must be told: an ipvlan L3 network has a subnet of its own, for which nobody answers there. It lies behind
 * this host's own address on the parent (docs/measured.md, "Kernel: who can reach whom").
 */
import type { Project } from '../../compose/project/project.ts';
import { underlay } from '../../netmode/modes.ts';
import type { Facts } from '../facts/facts.ts';
import { hostAddress } from '../facts/host-address.ts';
import { isKnownInterface } from '../facts/interfaces.ts';
import { type Cidr, formatCidr, overlaps, parseCidr } from '../facts/ip.ts';
import type { LanRoute, NetworkPlan } from '../types.ts';

/** A route with its destination in numbers, by which routes are sorted. */
interface Numbered {
  readonly route: LanRoute;
  readonly destination: Cidr;
}

/**
 * @param networks those with services that are started; one that leads nowhere (without a parent, `internal: true`) needs no route
 * @returns one route for each subnet, by parent, family and number; none for a subnet that Docker will choose, nor for one
 *   that touches the LAN's own, which is `subnet/l3-inside-parent-subnet`
 */
export function lanRoutesOf(networks: readonly NetworkPlan[], project: Project, facts: Facts): readonly LanRoute[] {
  const found = new Map<string, Numbered>();
  for (const network of networks) {
    if (!isRouted(network) || isInternal(network, project, facts)) continue;
    const { mode, parent } = network.underlay!;
    const observed = facts.host?.interfaces.find(({ name }) => name === parent);
    const lans = (observed?.addresses ?? []).flatMap((text) => parseCidr(text) ?? []);
    for (const destination of network.pools.flatMap(({ subnet }) => parseCidr(subnet) ?? [])) {
      if (destination.prefix === 0 || lans.some((lan) => overlaps(lan, destination))) continue;
      const text = formatCidr(destination);
      const before = found.get(`${parent} ${text}`);
      const via = before ? before.route.via : hostAddress(destination.family, observed, facts.host);
      const keys = [...(before?.route.networks ?? []), network.key].sort();
      found.set(`${parent} ${text}`, {
        destination,
        route: {
          destination: text,
          ...(via !== undefined && { via }),
          parent,
          mode: before?.route.mode ?? mode,
          networks: keys,
        },
      });
    }
  }
  return [...found.values()].sort(byParentAndNumber).map(({ route }) => route);
}

/** A parent that is left open says nothing of whose router it is, and what was derived from its name is not final. */
function isRouted({ underlay: wanted }: NetworkPlan): boolean {
  return wanted !== undefined && !underlay(wanted.mode).onLan && isKnownInterface(wanted.parent);
}

/** Its containers have no way out, so that they could not answer. A shared network is netcompose's own, and never internal. */
function isInternal({ key, kind, dockerName }: NetworkPlan, project: Project, facts: Facts): boolean {
  if (kind === 'shared') return false;
  const declared = project.networks.get(key);
  if (!declared?.external) return declared?.internal === true;
  return facts.engine?.networks.find(({ name }) => name === dockerName)?.internal === true;
}

function byParentAndNumber(a: Numbered, b: Numbered): number {
  if (a.route.parent !== b.route.parent) return a.route.parent < b.route.parent ? -1 : 1;
  if (a.destination.family !== b.destination.family) return a.destination.family - b.destination.family;
  if (a.destination.first !== b.destination.first) return a.destination.first < b.destination.first ? -1 : 1;
  return a.destination.prefix - b.destination.prefix;
}
