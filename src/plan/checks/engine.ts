/** What the engine and its kernel must have for the networks of the project. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { isRootless, knows, type ParsedFacts } from '../facts/parsed-facts.ts';
import { type NewerKey, tooOldFor } from '../facts/versions.ts';
import { fixedAddresses, membersOf } from '../services/members.ts';
import type { AttachmentPlan, NetworkPlan, Plan } from '../types.ts';

/** Reports `engine/swarm-inactive` and `engine/rootless` for networks that a started service joins. */
export function checkEngine({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const joined = membersOf(services.values());
  for (const network of networks.values()) {
    if (!joined.has(network.key)) continue;
    // An external overlay is the affair of the swarm that it is in.
    if (network.mode === 'overlay' && !project.networks.get(network.key)?.external) checkSwarm(network, facts, report);
  }
}

/** Reports `engine/network-missing` for external networks that a started service joins. */
export function checkExternal(
  { services, networks, hooks }: Plan,
  { engine }: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  const joined = membersOf(services.values());
  for (const { key, span, dockerName, isMissing } of networks.values()) {
    const members = (joined.get(key) ?? []).filter(({ service }) => starting?.has(service.name) ?? true);
    if (!isMissing || members.length === 0) continue;
    const near = didYouMean(
      dockerName,
      (engine?.networks ?? []).map(({ name }) => name),
    );
    const needsSubnet = members.some(({ networks: on }) => fixedAddresses(on.get(key)!).length > 0);
    const make = needsSubnet
      ? `docker network create --subnet SUBNET ${dockerName}, with the subnet of the addresses given here`
      : `docker network create ${dockerName}`;
    report('engine/network-missing', span, `network "${key}" is external, but the engine has no "${dockerName}"`, {
      help:
        `${near ? `${near} Else make` : 'make'} it (${make}), ` +
        'or take "external: true" out, so that Compose makes it',
      // A command of the user's own that comes first may make it.
      ...(hooks.some(({ when }) => when === 'pre_up') && { severity: 'warning' }),
    });
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
  if (isRootless(engine)) {
    report('engine/rootless', span, `network "${key}": a rootless engine has no overlay`, {
      help: "use a bridge, or the system's engine",
    });
    return;
  }
  if (!knows(engine, 'swarm') || engine.swarm === 'manager') return;
  const { message, help } = swarmFaults[engine.swarm];
  report('engine/swarm-inactive', span, `network "${key}": overlay networks need a swarm, and ${message}`, { help });
}

// Keys of a service's network that this engine or Compose may not know: better said before than half-way through `up`.
/** `gw_priority` is not here: without it there is still a way out, perhaps another (services/default-route.ts). */
const keys: readonly (readonly [
  key: NewerKey,
  written: (attachment: AttachmentPlan) => Located<string> | undefined,
])[] = [
  ['mac_address', ({ macAddress }) => macAddress],
  ['interface_name', ({ interfaceName }) => interfaceName],
];

/** Reports `engine/too-old` for services that are started, and for networks. */
export function checkNewerKeys(plan: Plan, facts: ParsedFacts, report: Report): void {
  const { services } = plan;
  checkIpv6Only(plan, facts, report);
  for (const [key, written] of keys) {
    const tooOld = tooOldFor(key, facts);
    if (!tooOld) continue;
    for (const [name, { service, networks }] of services) {
      if (!service.active) continue;
      const network = [...networks.values()].find((attachment) => written(attachment) !== undefined);
      if (network)
        report(
          'engine/too-old',
          written(network)!.span,
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
