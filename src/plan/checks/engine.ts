/** What the engine and its kernel must have for the networks of the project. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { underlay } from '../../netmode/modes.ts';
import { lackingDriver, lackingMessage } from '../facts/drivers.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { type NewerKey, tooOldFor } from '../facts/versions.ts';
import { parentName } from '../networks/parents.ts';
import type { AttachmentPlan, NetworkPlan, Plan } from '../types.ts';

/** Reports `engine/swarm-inactive`, and `engine/kernel-lacks-driver` for networks that a started service joins. */
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
  if (!engine || engine.swarm === 'manager' || engine.kind === 'rootless') return;
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

/** Reports `engine/too-old` for services that are started, and for networks. */
export function checkNewerKeys(plan: Plan, facts: ParsedFacts, report: Report): void {
  const { services } = plan;
  checkIpv6Only(plan, facts, report);
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

/** A network without IPv4 is asked for with `enable_ipv4: false`, by the file or by netcompose. */
function checkIpv6Only({ project, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const tooOld = tooOldFor('enable_ipv4', facts);
  if (!tooOld) return;
  for (const { key, kind, pools, span } of networks.values()) {
    const declared = project.networks.get(key);
    const said = declared?.enableIpv4;
    const isOnly6 = pools.length > 0 && pools.every(({ subnet }) => subnet.family === 6);
    if (kind === 'native' ? declared?.external || said?.value !== false : !isOnly6) continue;
    report('engine/too-old', said?.span ?? span, `network "${key}" has no IPv4, but ${tooOld.message}`, {
      help: `${tooOld.help}, or add an IPv4 subnet`,
    });
  }
}
