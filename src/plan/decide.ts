/** Intents × facts → the plan. Each step is a room of this folder; this only orders them. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Intents } from '../netmode/intents.ts';
import type { Facts } from './facts/facts.ts';
import { parseFacts } from './facts/parsed-facts.ts';
import { inFileOrder, inOrderOf } from './file-order.ts';
import { hooksOf, hostActions } from './host-changes/host-actions.ts';
import { lanRoutesOf } from './host-changes/lan-routes.ts';
import { planShims } from './host-changes/shim.ts';
import { planNetworks } from './networks/networks.ts';
import { requestUnderlays } from './networks/underlays.ts';
import { unknownOf } from './networks/unknown.ts';
import { readAddresses } from './networks/written-addresses.ts';
import { attachServices } from './services/attach.ts';
import { withWayOut } from './services/default-route.ts';
import { namespaceOwner } from './services/guests.ts';
import { ownLinksOf } from './services/links.ts';
import { withMadeMacs } from './services/made-macs.ts';
import { membersOf } from './services/members.ts';
import { extraHostsOf } from './services/name-resolution.ts';
import { reachOf } from './services/reach.ts';
import type { Attached, Plan, ServicePlan } from './types.ts';

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
  const joined = new Map(
    [...attachServices(intents, requests, wanted, addresses, facts)].map(([name, plan]) => [
      name,
      withWayOut(plan, wanted, project, facts),
    ]),
  );
  const attached = withMadeMacs(joined, wanted, intents, requests, facts);
  const members = membersOf(attached.values());
  const { shims: wantedShims, networks } = planShims(wanted, members, facts, report);
  const shims = wantedShims.filter(({ key }) => unknownOf(networks.get(key)!) === undefined);
  const isPodman = facts.engine?.kind === 'podman';
  const hosts = extraHostsByNamespace(intents, attached, networks);
  const services = new Map(
    [...attached].map(([name, plan]): [string, ServicePlan] => {
      const reach = reachOf(plan, namespaceOwner(plan, attached), networks, facts);
      const links = keepsNames(intents, name) && !isPodman ? ownLinksOf(plan, attached, networks, project) : [];
      return [name, { ...plan, extraHosts: hosts.get(name) ?? [], links, reach }];
    }),
  );
  const inUse = [...networks.values()].filter(({ key }) => members.has(key));
  // No command is made of what is not known; where something was not found on the host, that has been reported.
  const shared = inUse.filter(
    (network) => network.kind === 'shared' && network.pools.length > 0 && unknownOf(network) === undefined,
  );
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

const keepsNames = ({ services }: Intents, name: string): boolean =>
  services.get(name)?.settings.resolve_names?.value !== false;

/** A guest's hosts are those of the namespace's owner: Docker refuses `extra_hosts` at any other. */
function extraHostsByNamespace(
  intents: Intents,
  attached: ReadonlyMap<string, Attached>,
  networks: Plan['networks'],
): ReadonlyMap<string, ServicePlan['extraHosts']> {
  const found = new Map<string, ServicePlan['extraHosts']>();
  for (const [name, plan] of attached) {
    if (!keepsNames(intents, name)) continue;
    const owner = namespaceOwner(plan, attached);
    const known = [...(found.get(owner.service.name) ?? []), ...owner.service.extraHosts];
    const added = extraHostsOf(plan, attached, networks).filter(
      ({ host }) => owner === plan || known.every((other) => other.host !== host),
    );
    if (added.length > 0) found.set(owner.service.name, [...(found.get(owner.service.name) ?? []), ...added]);
  }
  return found;
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
