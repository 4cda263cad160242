/** Intents × facts → the plan. Each step is a room of this folder; this only orders them. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Intents } from '../netmode/intents.ts';
import type { Facts } from './facts/facts.ts';
import { parseFacts } from './facts/parsed-facts.ts';
import { inFileOrder, inOrderOf } from './file-order.ts';
import { hooksOf, hostActions, membersOf } from './host-changes/host-actions.ts';
import { lanRoutesOf } from './host-changes/lan-routes.ts';
import { planShims } from './host-changes/shim.ts';
import { planNetworks } from './networks/networks.ts';
import { requestUnderlays } from './networks/underlays.ts';
import { readAddresses } from './networks/written-addresses.ts';
import { attachServices } from './services/attach.ts';
import { withWayOut } from './services/default-route.ts';
import { extraHostsOf } from './services/name-resolution.ts';
import { reachOf } from './services/reach.ts';
import type { Plan, ServicePlan } from './types.ts';

/**
 * Decides what will be. Pure: nothing that is given is changed, and the order in which services, networks and facts are
 * listed does not matter.
 *
 * @param observed what was observed; parts that are absent were not looked at, and what depends on them stays open
 * @param report gets what cannot be read or decided: values that are malformed, parents that are not there, networks
 *   that are asked for in two ways, shims that would reach nothing
 */
export function decide(given: Intents, observed: Facts, report: Report): Plan {
  const intents = inOrder(given);
  const { project } = intents;
  const facts = parseFacts(observed);
  const addresses = readAddresses(intents, report);
  const requests = requestUnderlays(intents, facts, report);
  const wanted = planNetworks(intents, requests, addresses, facts, report);
  const attached = new Map(
    [...attachServices(intents, requests, wanted, addresses, facts)].map(([name, plan]) => [
      name,
      withWayOut(plan, wanted, project, facts),
    ]),
  );
  const members = membersOf(attached.values());
  const { shims, networks } = planShims(wanted, members, facts, report);
  const services = new Map(
    [...attached].map(([name, plan]): [string, ServicePlan] => {
      const resolves = intents.services.get(name)?.settings.resolve_names?.value !== false;
      const extraHosts = resolves ? extraHostsOf(plan, attached, networks) : [];
      return [name, { ...plan, extraHosts, reach: reachOf(plan, networks, facts) }];
    }),
  );
  const inUse = [...networks.values()].filter(({ key }) => members.has(key));
  const shared = inUse.filter(({ kind }) => kind === 'shared');
  return {
    project,
    annotated: intents.annotated,
    services: inOrderOf(given.services.keys(), services),
    networks,
    shims,
    lanRoutes: lanRoutesOf(inUse, facts),
    actions: hostActions(shared, shims, facts),
    hooks: hooksOf(intents.top),
  };
}

function inOrder(intents: Intents): Intents {
  const { project, services, networks } = intents;
  return {
    ...intents,
    project: { ...project, networks: inFileOrder(project.networks, ({ span }) => span, project) },
    services: inFileOrder(services, ({ service }) => service.span, project),
    networks: inFileOrder(networks, ({ network }) => network.span, project),
  };
}
