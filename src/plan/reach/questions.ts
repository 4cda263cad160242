/** A plan and its containers → every question that can be asked of it. */
import sortBy from 'lodash/sortBy.js';
import type { ParsedEngine } from '../facts/parsed-facts.ts';
import { tooOldFor } from '../facts/versions.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import { namespaceOwner } from '../services/guests.ts';
import { isBridgeNetwork, type Plan, type ServicePlan } from '../types.ts';
import { questionsOfService } from './from-containers.ts';
import { type Containers, questionsOfHost } from './from-host.ts';
import { hasFinished, isUp, type LiveContainer } from './live-container.ts';
import type { Question } from './question.ts';

/**
 * All places that the plan promises, service by service: from this host, from the LAN, and out of each service to those
 * that it depends on.
 *
 * @param live the project's containers, in any order
 * @param engine where it runs decides what can be asked from here; absent: on this host, and a new one
 * @param only the services that are asked about; all active ones unless given
 */
export function questionsOf(
  plan: Plan,
  live: readonly LiveContainer[],
  engine?: Pick<ParsedEngine, 'kind' | 'remote' | 'version'>,
  only?: ReadonlySet<string>,
): readonly Question[] {
  // Those that run come first: what one of several answers is the service's answer.
  const sorted = sortBy(live, [(one) => !isUp(one), 'name']);
  const of: Containers['of'] = (name) => sorted.filter(({ service }) => service === name);
  const isDirect = engine?.kind === 'engine' && !engine.remote;
  const containers: Containers = {
    of,
    behind: (service) => (isDirect ? onBridges(service, plan, of) : []),
    countsPriority: tooOldFor('gw_priority', engine ? { engine } : {}) === undefined,
  };
  const unreachable = engine && inaccessible(engine);
  return [...plan.services.values()].flatMap((service): readonly Question[] => {
    const { name, active, provider, replicas } = service.service;
    if (!active || provider || replicas.value === 0 || (only && !only.has(name))) return [];
    const fromContainers = questionsOfService(service, plan, containers).map((question) =>
      unreachable === undefined ? question : { ...question, probes: [], notAsked: unreachable },
    );
    const all = [...questionsOfHost(service, plan, containers, engine), ...fromContainers];
    return all.map((question) => withoutFinished(question, containers));
  });
}

/** The addresses on bridges of the container whose ports are a service's. */
function onBridges(service: ServicePlan, plan: Plan, of: Containers['of']): readonly string[] {
  const owner = namespaceOwner(service, plan.services);
  const [container] = of(owner.service.name);
  return [...owner.networks.keys()].flatMap((key) => {
    if (!isBridgeNetwork(plan.networks.get(key))) return [];
    return container?.addresses[dockerNameOf(key, plan.networks, plan.project)]?.[0] ?? [];
  });
}

/** Why no network namespace of a container can be entered from here. */
function inaccessible({ kind, remote }: Pick<ParsedEngine, 'kind' | 'remote'>): string | undefined {
  if (remote) return "the engine runs on another machine: its containers' networks cannot be entered from here";
  if (kind === 'desktop') return 'containers run in a virtual machine: their networks cannot be entered from here';
  return undefined;
}

/** A job that has ended well promises nothing any more. */
function withoutFinished(question: Question, { of }: Containers): Question {
  const containers = of(question.to);
  if (question.notAsked !== undefined || containers.length === 0 || !containers.every(hasFinished)) return question;
  return { ...question, probes: [], notAsked: `"${question.to}" has done its work and ended (exit code 0)` };
}
