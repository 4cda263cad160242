/** Subnets of networks against what this host reaches by its own interfaces. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { isUnderlay, underlay } from '../../../netmode/modes.ts';
import { contains, formatCidr, overlaps } from '../../facts/ip.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { parentName } from '../../networks/parents.ts';
import { membersOf } from '../../services/members.ts';
import type { NetworkPlan, Plan } from '../../types.ts';
import { freeSubnet, type HostSubnet, hostSubnets, takenSubnets } from './free-subnets.ts';

/**
 * Reports `subnet/taken-by-host` for the bridges and layer 3 networks that started services join: as an error where the
 * host itself is in the subnet, or loses a route as a whole; as a warning where it loses a part of one.
 */
export function checkHostSubnets({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const reached = hostSubnets(facts);
  const joined = membersOf(services.values());
  for (const network of networks.values()) {
    const declared = project.networks.get(network.key);
    if (!joined.has(network.key) || declared?.external || !takesRoute(network)) continue;
    const bridge = declared?.driverOpts.get('com.docker.network.bridge.name')?.value;
    for (const { subnet, spans } of network.pools) {
      const [other] = reached
        .filter((other) => overlaps(other.subnet, subnet))
        // What is on the parent of a layer 3 network has a rule of its own.
        .filter(
          ({ interface: on }) => on !== bridge && !(network.underlay && on === parentName(network.underlay.parent)),
        );
      if (!other) continue;
      const free = freeSubnet(subnet, takenSubnets(project.name, networks.values(), facts));
      report('subnet/taken-by-host', spans.subnet ?? network.span, message(network, formatCidr(subnet), other), {
        severity: other.isOwn || contains(subnet, other.subnet) ? 'error' : 'warning',
        help: `choose another subnet${free ? `, such as ${formatCidr(free)}` : ''}`,
      });
    }
  }
}

/** Docker gives a bridge the route to its subnet, and a shim has that to a layer 3 network's. */
const takesRoute = ({ mode }: NetworkPlan): boolean => (isUnderlay(mode) ? !underlay(mode).onLan : mode === 'bridge');

function message({ key }: NetworkPlan, subnet: string, { subnet: other, interface: on, isOwn }: HostSubnet): string {
  const what = isOwn ? 'in which this host is' : 'to which this host has a route';
  const place = `${formatCidr(other)}, ${what} on ${on}`;
  return `network "${key}": ${subnet} overlaps ${place}: the network would take its place`;
}
