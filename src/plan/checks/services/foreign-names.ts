/** Names that a container of another project has on a network that both are on: Docker's DNS knows no projects. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { knows, type ParsedEngine, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { dockerNameOf } from '../../networks/docker-name.ts';
import { hasContainer, isAmongOthers, linkedNames } from '../../services/links.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/**
 * Reports `service/name-of-another-project`: who leaves by a network asks there first, so that a name leads past this
 * project's own service, or to both of that name in turn (docs/measured.md). What a link leads to is certain.
 */
export function checkForeignNames(
  plan: Plan,
  { engine }: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  if (!engine || engine.kind === 'podman' || !knows(engine, 'containers')) return;
  const members = membersOf(plan);
  const isMade = (name: string) =>
    starting === undefined || starting.has(name) || hasContainer(engine, plan.project.name, name);
  for (const [name, { network, container }] of namesakes(plan, engine, members)) {
    const peer = plan.services.get(name)!;
    const asking = members.get(network)!.filter((one) => mayAsk(one, peer));
    const [first, ...others] = asking;
    if (!first) continue;
    const subject = `"${first.service.name}"${others.length > 0 ? ` and ${others.length} more` : ''}`;
    report(
      'service/name-of-another-project',
      first.service.span,
      `${subject}: the name "${name}" is also that of "${container}" on "${network}"`,
      { help: helpFor(first, peer, isMade(name)) },
    );
  }
}

/** The services on each network that other projects may be on, by Docker's own name for it. */
function membersOf({ services, networks, project }: Plan): ReadonlyMap<string, readonly ServicePlan[]> {
  const members = new Map<string, ServicePlan[]>();
  for (const plan of services.values()) {
    if (!plan.service.active || !isAmongOthers(plan, networks, project)) continue;
    for (const key of plan.networks.keys()) {
      const name = dockerNameOf(key, networks, project);
      const known = members.get(name);
      if (known) known.push(plan);
      else members.set(name, [plan]);
    }
  }
  return members;
}

interface Namesake {
  readonly network: string;
  readonly container: string;
}

/** By names of this project's services: the first container of others that has it on one of these networks. */
function namesakes(
  { services, project }: Plan,
  { containers }: ParsedEngine,
  members: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Namesake> {
  const found = new Map<string, Namesake>();
  for (const { name: container, service: name, running, project: of, networks } of containers) {
    if (!running || of === project.name || name === undefined || !services.has(name) || found.has(name)) continue;
    const network = [...networks.keys()].find((one) => members.has(one));
    if (network !== undefined) found.set(name, { network, container });
  }
  return found;
}

/** Whether Docker answers the one with the other, and nothing says which of that name. */
function mayAsk(asking: ServicePlan, peer: ServicePlan): boolean {
  const { name, active } = peer.service;
  if (asking === peer || !active || ![...asking.networks.keys()].some((key) => peer.networks.has(key))) return false;
  const isKnown =
    asking.links.includes(name) ||
    linkedNames(asking).includes(name) ||
    asking.service.extraHosts.some(({ host }) => host === name);
  return !isKnown;
}

function helpFor({ service, managed }: ServicePlan, peer: ServicePlan, isMade: boolean): string {
  const { name, replicas } = peer.service;
  if (replicas.value !== 1) return `give the service "${name}" a name that no other project has`;
  const depends = service.dependsOn.some((one) => one.service === name);
  if (depends && !isMade) return `start "${name}" as well: it has no container yet to which the name could lead`;
  // With `resolve_names: false` nothing is linked because of it.
  const key = managed && !depends ? 'depends_on' : 'links';
  return `write "${key}: [${name}]" at "${service.name}": then the name leads to this project's`;
}
