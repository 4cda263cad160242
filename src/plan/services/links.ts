/**
 * Names on networks that other projects are on, too: Docker's DNS knows no projects. Two of them with a service `db` on
 * one network have both addresses under that name, and who leaves by that network asks there first, before its own
 * project's (docs/shared-networks.md). A link is the name of one container, and comes before everything else.
 */
import { stringsIn } from '../../compose/project/fields.ts';
import type { Project } from '../../compose/project/project.ts';
import { at } from '../../compose/tree.ts';
import type { EngineContainer, Facts } from '../facts/facts.ts';
import { knows } from '../facts/parsed-facts.ts';
import type { Attached, NetworkPlan, Plan, ServicePlan } from '../types.ts';

/**
 * The services to add to `links`: those that it depends on, which make no new order of starts.
 *
 * @returns in the file's order; none where no other project can be on its networks
 */
export function ownLinksOf(
  plan: Attached,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  project: Project,
): readonly string[] {
  if (!plan.managed || !isAmongOthers(plan, networks, project)) return [];
  const linked = new Set(linkedNames(plan));
  return plan.service.dependsOn.flatMap(({ service: name }) => {
    const peer = services.get(name);
    if (!peer || peer === plan || linked.has(name) || peer.service.provider || !peer.service.active) return [];
    // Of several containers a link leads to one.
    if (peer.service.replicas.value !== 1) return [];
    return [...plan.networks.keys()].some((key) => peer.networks.has(key)) ? [name] : [];
  });
}

/** Whether it is on a network that is not this project's alone. */
export const isAmongOthers = (plan: Attached, networks: ReadonlyMap<string, NetworkPlan>, project: Project): boolean =>
  [...plan.networks.keys()].some(
    (key) => networks.get(key)?.kind === 'shared' || project.networks.get(key)?.external === true,
  );

/** The names that the file's own `links` give: `NAME`, or the last part of `SERVICE:NAME`. */
export const linkedNames = ({ service }: Attached): readonly string[] =>
  stringsIn(at(service.tree, 'links')).map(({ value }) => value.slice(value.indexOf(':') + 1));

/**
 * The plan without links from what is started to what has no container and gets none now (`up --no-deps`). Compose
 * makes a container without them and would take it for up to date ever after, as its definition has them: what is left
 * out here comes with the next `up`, for which the definition is another. A container that was made with them stays as
 * it is, and so does its definition.
 *
 * @param starting the services that the command starts; absent: all of them
 * @param before each service's links as they were last applied
 */
export function linkedToWhatIsThere(
  plan: Plan,
  starting: ReadonlySet<string> | undefined,
  { engine }: Facts,
  before: ReadonlyMap<string, readonly string[]>,
): Plan {
  if (!starting || !knows(engine, 'containers')) return plan;
  const isMade = (name: string) => hasContainer(engine, plan.project.name, name);
  const linked = (one: ServicePlan): ServicePlan => {
    const { name } = one.service;
    const had = isMade(name) ? (before.get(name) ?? []) : [];
    return { ...one, links: one.links.filter((to) => starting.has(to) || isMade(to) || had.includes(to)) };
  };
  return {
    ...plan,
    services: new Map(
      [...plan.services].map(([name, service]) => [name, starting.has(name) ? linked(service) : service]),
    ),
  };
}

type Made = Pick<EngineContainer, 'project' | 'service' | 'oneOff'>;

/** Whether a service has a container of its own, running or not. */
export const hasContainer = (
  { containers }: { readonly containers: readonly Made[] },
  project: string,
  service: string,
): boolean => containers.some((one) => one.project === project && one.service === service && !one.oneOff);
