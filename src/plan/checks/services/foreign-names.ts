/** Names that a container of another project has on a network that both are on: Docker's DNS knows no projects. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { knows, type ParsedEngine, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { dockerNameOf } from '../../networks/docker-name.ts';
import { isAmongOthers, linkedNames } from '../../services/links.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/**
 * Reports `service/name-of-another-project`: who leaves by a network asks there first, so that a name leads past this
 * project's own service, or to both of that name in turn (docs/measured.md). What a link leads to is certain.
 */
export function checkForeignNames(plan: Plan, { engine }: ParsedFacts, report: Report): void {
  if (!engine || engine.kind === 'podman' || !knows(engine, 'containers')) return;
  const { services, networks, project } = plan;
  for (const asking of services.values()) {
    if (!asking.service.active || !isAmongOthers(asking, networks, project)) continue;
    const known = new Set([
      ...asking.links,
      ...linkedNames(asking),
      ...asking.service.extraHosts.map(({ host }) => host),
    ]);
    for (const peer of services.values()) {
      const { name, active } = peer.service;
      const isAsked = [...asking.networks.keys()].some((key) => peer.networks.has(key));
      if (peer === asking || !active || !isAsked || known.has(name)) continue;
      const [other] = namesakes(asking, name, plan, engine);
      if (!other) continue;
      report(
        'service/name-of-another-project',
        asking.service.span,
        `"${asking.service.name}": the name "${name}" is also that of "${other.container}" on "${other.network}"`,
        { help: helpFor(asking, peer) },
      );
    }
  }
}

/** Running containers of other projects that have this name on a network of the service's. */
const namesakes = (
  asking: ServicePlan,
  name: string,
  { networks, project }: Plan,
  engine: ParsedEngine,
): readonly { readonly container: string; readonly network: string }[] =>
  [...asking.networks.keys()].flatMap((key) => {
    const network = dockerNameOf(key, networks, project);
    return engine.containers.flatMap((one) =>
      one.running && one.project !== project.name && one.service === name && one.networks.has(network)
        ? [{ container: one.name, network }]
        : [],
    );
  });

function helpFor({ service, managed }: ServicePlan, peer: ServicePlan): string {
  const { name, replicas } = peer.service;
  if (replicas.value !== 1) return `give the service "${name}" a name that no other project has`;
  const key = managed ? 'depends_on' : 'links';
  return `write "${key}: [${name}]" at "${service.name}": then the name leads to this project's`;
}
