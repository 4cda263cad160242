/** Intents × facts → the plan. Each step is a file of this folder; this one only orders them. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Intents } from '../netmode/intents.ts';
import { checkAddresses } from './checks/addresses.ts';
import { checkEngine, checkNewerKeys } from './checks/engine.ts';
import { checkAnswers } from './checks/lan-conflicts.ts';
import { checkLivePorts } from './checks/live-ports.ts';
import { checkNetworks } from './checks/network-clashes.ts';
import { checkParent } from './checks/parents.ts';
import { checkPorts } from './checks/ports.ts';
import type { Facts } from './facts/facts.ts';
import { hooksOf, hostActions } from './host-changes/host-actions.ts';
import { lanRoutesOf } from './host-changes/lan-routes.ts';
import { planShim } from './host-changes/shim.ts';
import { planNetworks } from './networks/networks.ts';
import { draftNetworks } from './networks/underlays.ts';
import { type Attached, attachServices } from './services/attach.ts';
import { leaveByRightNetwork } from './services/default-route.ts';
import { resolveNames } from './services/name-resolution.ts';
import { reachOf } from './services/reach.ts';
import type { Plan, ServicePlan, ShimPlan } from './types.ts';

/**
 * Decides what will be.
 *
 * @param facts what was observed; parts that are absent were not looked at, and what depends on them stays open
 * @param report gets every conflict found, all of them at once
 * @param starting the services that the command starts, where that is not all: what is in the way of others does not matter
 */
export function planOf(intents: Intents, facts: Facts, report: Report, starting?: ReadonlySet<string>): Plan {
  const { project } = intents;
  const drafts = draftNetworks(intents, facts, report);
  for (const { parent, mode } of drafts.drafts.values()) checkParent(parent, mode, report);
  const networks = planNetworks(intents, drafts, facts, report);
  checkNetworks(project, networks, facts, report);

  const attached = leaveByRightNetwork(
    project,
    attachServices(intents, drafts, networks, facts, report),
    networks,
    facts,
    report,
  );
  const members = membersOf(attached);
  const shims: ShimPlan[] = [];
  for (const [key, network] of networks) {
    const shimmed = planShim(network, members.get(key) ?? [], project, facts, shims, report);
    if (!shimmed) continue;
    shims.push(shimmed.shim);
    networks.set(key, shimmed.network);
  }
  checkAddresses(intents, attached, networks, facts, report);
  checkPorts(intents, attached, facts, report);
  checkLivePorts(intents, attached, facts, report, starting);
  checkAnswers(intents, attached, networks, facts, report, starting);
  checkEngine(intents, attached, networks, facts, report);
  checkNewerKeys(attached, facts, report);
  const names = resolveNames(intents, attached, networks, report);

  const services = new Map<string, ServicePlan>();
  for (const [name, plan] of attached) {
    services.set(name, { ...plan, extraHosts: names.get(name) ?? [], reach: reachOf(plan, networks, facts) });
  }
  const used = [...networks.values()].filter(({ key }) => members.has(key));
  const shared = used.filter(({ kind }) => kind === 'shared');
  return {
    project,
    annotated: intents.annotated,
    services,
    networks,
    shims,
    lanRoutes: lanRoutesOf(used, project, facts),
    actions: hostActions(shared, shims, facts),
    hooks: hooksOf(intents.top),
  };
}

/** The services that will be started, by network key. */
function membersOf(attached: ReadonlyMap<string, Attached>): ReadonlyMap<string, readonly Attached[]> {
  const members = new Map<string, Attached[]>();
  for (const plan of attached.values()) {
    if (!plan.service.active) continue;
    for (const key of plan.networks.keys()) {
      if (!members.has(key)) members.set(key, []);
      members.get(key)!.push(plan);
    }
  }
  return members;
}
