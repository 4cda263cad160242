/** What the engine and its kernel must have for the networks of the project. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { underlay } from '../../netmode/modes.ts';
import { lackingDriver, lackingMessage } from '../facts/drivers.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { type NewerKey, tooOldFor } from '../facts/versions.ts';
import { parentName } from '../networks/parents.ts';
import type { AttachmentPlan, NetworkPlan, Plan } from '../types.ts';

/**
 * Reports `engine/swarm-inactive`, `engine/rootless`, and `engine/kernel-lacks-driver` for networks that a started
 * service joins.
 */
export function checkEngine({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const joined = new Set(
    [...services.values()].filter(({ service }) => service.active).flatMap((plan) => [...plan.networks.keys()]),
  );
  for (const network of networks.values()) {
    if (!joined.has(network.key)) continue;
    // An external overlay is the affair of the swarm that it is in.
    if (network.mode === 'overlay' && !project.networks.get(network.key)?.external) checkSwarm(network, facts, report);
    // Those that netcompose makes have been judged where a fallback can still take their place.
    if (network.kind === 'native' && network.underlay)
      checkDrivers(network, parentName(network.underlay.parent), facts, report);
  }
}

const swarmFaults = {
  inactive: { message: 'this engine is in none', help: 'docker swarm init' },
  worker: {
    message: 'this engine is a worker of one, and only its managers make networks',
    help: 'docker node promote NODE, on a manager; or run this there',
  },
} as const;

function checkSwarm({ key, span }: NetworkPlan, { engine }: ParsedFacts, report: Report): void {
  if (engine?.kind === 'rootless') {
    report('engine/rootless', span, `network "${key}": a rootless engine has no overlay`, {
      help: "use a bridge, or the system's engine",
    });
    return;
  }
  if (!engine || engine.swarm === 'manager') return;
  const { message, help } = swarmFaults[engine.swarm];
  report('engine/swarm-inactive', span, `network "${key}": overlay networks need a swarm, and ${message}`, { help });
}

function checkDrivers(network: NetworkPlan, parent: string, facts: ParsedFacts, report: Report): void {
  const lacking = lackingDriver(underlay(network.underlay!.mode).driver, parent, facts);
  if (lacking)
    report('engine/kernel-lacks-driver', network.span, `network "${network.key}": ${lackingMessage(lacking.driver)}`, {
      help: lacking.help.join('; '),
    });
}

// Keys of a service's network that this engine or Compose may not know: better said before than half-way through `up`.
/** `gw_priority` is not here: without it there is still a way out, perhaps another (services/default-route.ts). */
const keys: readonly (readonly [key: NewerKey, isSaid: (attachment: AttachmentPlan) => boolean])[] = [
  ['mac_address', ({ macAddress }) => macAddress !== undefined],
  ['interface_name', ({ interfaceName }) => interfaceName !== undefined],
];

/** Reports `engine/too-old` for services that are started. */
export function checkNewerKeys({ services }: Plan, facts: ParsedFacts, report: Report): void {
  for (const [key, isSaid] of keys) {
    const tooOld = tooOldFor(key, facts);
    if (!tooOld) continue;
    for (const [name, { service, managed, networks }] of services) {
      if (!managed || !service.active) continue;
      const network = [...networks.values()].find(isSaid);
      if (network)
        report(
          'engine/too-old',
          service.span,
          `"${name}" has ${key} on the network "${network.network}", but ${tooOld.message}`,
          { help: `${tooOld.help}, or leave ${key} out` },
        );
    }
  }
}
