/** Which subnets one network may have beside each other. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { formatCidr, overlaps, sameAddress } from '../../facts/ip.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { membersOf } from '../../services/members.ts';
import type { NetworkPlan, Plan, PlannedPool } from '../../types.ts';

/**
 * Reports `address/range-invalid` for two of a network's subnets that Docker does not make together. Of networks that
 * Compose leaves out, because no service is on them, it is told only where netcompose has them from `x-netmode`.
 */
export function checkOwnSubnets({ networks, services, project }: Plan, { engine }: ParsedFacts, report: Report): void {
  // Podman's bridges are others.
  if (engine?.kind === 'podman') return;
  const joined = membersOf(services.values());
  for (const network of networks.values()) {
    const { key, kind, pools } = network;
    if (project.networks.get(key)?.external || (kind === 'native' && !joined.has(key))) continue;
    for (const [index, pool] of pools.entries()) {
      const clash = pools.slice(0, index).flatMap((earlier) => clashOf(earlier, pool, network) ?? [])[0];
      if (!clash || !pool.spans.subnet) continue;
      const { message, help, other } = clash;
      report('address/range-invalid', pool.spans.subnet, message, {
        help,
        ...(other && { related: [{ message: 'the other is given here', span: other }] }),
      });
    }
  }
}

/** What Docker says to two of them. */
function clashOf(earlier: PlannedPool, later: PlannedPool, network: NetworkPlan) {
  const [one, two] = [formatCidr(earlier.subnet), formatCidr(later.subnet)];
  const other = earlier.spans.subnet;
  // Drivers that netcompose does not know count as bridges elsewhere.
  const isBridge = network.mode === 'bridge' && (network.driver ?? 'bridge') === 'bridge';
  if (overlaps(earlier.subnet, later.subnet))
    return areApart(earlier, later, network)
      ? undefined
      : {
          message: one === two ? `${two} is given twice` : `${two} overlaps ${one}`,
          help: 'leave one of the two out',
          other,
        };
  // "bridge driver doesn't support multiple subnets" (26.1, 28.5).
  if (isBridge && earlier.subnet.family === later.subnet.family)
    return {
      message: `network "${network.key}": ${two} is a second IPv${later.subnet.family} subnet, and a bridge has one`,
      help: 'leave one of the two out, or declare a network for each',
      other,
    };
  return undefined;
}

/**
 * By Compose, macvlan and ipvlan may have overlapping subnets whose ranges lie apart and of which one at most names the
 * gateway (26.1, 28.5); `docker network create`, which makes shared networks, refuses them.
 */
const areApart = (one: PlannedPool, two: PlannedPool, { kind, underlay }: NetworkPlan): boolean =>
  underlay !== undefined &&
  kind !== 'shared' &&
  !(one.gateway && sameAddress(two.gateway, one.gateway)) &&
  one.ipRange !== undefined &&
  two.ipRange !== undefined &&
  !overlaps(one.ipRange, two.ipRange);
