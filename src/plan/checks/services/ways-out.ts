/** Whether containers on several networks leave by the one that they should. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { isUnderlay } from '../../../netmode/modes.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { tooOldFor } from '../../facts/versions.ts';
import { dockersWay, saysWayOut, type Way, waysOut } from '../../services/default-route.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/** Reports `service/default-route` where Docker will choose a network other than the right one. */
export function checkWaysOut({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  // Podman goes by other rules (checks/podman.ts).
  if (!facts.engine || facts.engine.kind === 'podman') return;
  const countsPriority = tooOldFor('gw_priority', facts) === undefined;
  for (const plan of services.values()) {
    const ways = waysOut(plan, networks, project);
    const right = ways.find(({ key }) => key === plan.wayOut);
    const actual = dockersWay(ways, countsPriority);
    // Where the file leaves it to Docker, what becomes of published ports is said at the ports.
    const isSaid = saysWayOut(ways) || (plan.managed && isUnderlay(plan.netmode));
    if (right && actual && actual !== right && (isSaid || plan.ports.length === 0))
      reportWay(plan, right, actual, isSaid || !countsPriority, report);
  }
}

function reportWay({ service, ports }: ServicePlan, right: Way, actual: Way, isSaid: boolean, report: Report): void {
  // Docker publishes ports on the network by which a container leaves, and on a macvlan or ipvlan not at all.
  const losesPorts = right.isBridge && actual.underlay?.hostAccess === 'loopback' && ports.length > 0;
  const { because, help } = explanation(right, actual, isSaid);
  report(
    'service/default-route',
    right.attachment.gwPriority?.span ?? service.span,
    `"${service.name}" leaves by the network "${actual.key}", not by "${right.key}": ` +
      `${because}${losesPorts ? ', and Docker publishes none of its ports' : ''}`,
    {
      help,
      ...(losesPorts && { severity: 'error' }),
    },
  );
}

function explanation(right: Way, actual: Way, isSaid: boolean): { readonly because: string; readonly help: string } {
  if (right.rank === 2)
    return {
      because: 'Docker lets no container leave by an internal network',
      help: `take "internal" from "${right.key}"`,
    };
  if (actual.rank < right.rank)
    return {
      because: 'Docker prefers a network that has IPv6, whatever the priority',
      help: `give "${right.key}" an IPv6 subnet too, or "${actual.key}" none`,
    };
  if (!isSaid)
    return {
      because: 'Docker goes by the order of names',
      help: `write "gw_priority: 1" at "${right.key}", under the service's "networks"`,
    };
  return {
    because: 'this engine or Compose goes by the order of names',
    help: `give "${right.key}" a name that sorts first, or use Docker 28 with Compose 2.33, which know gw_priority`,
  };
}
