/**
 * Networks that Compose makes anew because their definition has changed. The containers that are on them it stops, puts
 * on the new network and starts, without anything that the file gives them there: addresses, MAC addresses, the
 * service's name (docs/findings.md). Each `up` after that leaves them so.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { formatAddress, formatCidr, sameAddress, sameCidr } from '../facts/ip.ts';
import { knows, type ParsedFacts, type ParsedNetwork } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import { isOlder } from '../facts/versions.ts';
import type { NetworkPlan, Plan } from '../types.ts';

/** The first Compose that makes networks anew; before, a change has no effect until `down`. */
const since = '2.31';

/**
 * Reports `engine/network-made-anew` for each network whose containers would lose what they have on it.
 *
 * @param recreated the services whose containers the command makes anew, too: these lose nothing
 */
export function checkMadeAnew(
  plan: Plan,
  { engine, compose }: ParsedFacts,
  report: Report,
  recreated: ReadonlySet<string> = new Set(),
): void {
  if (!engine || !knows(engine, 'networks') || !knows(engine, 'containers')) return;
  if (engine.kind === 'podman' || compose === undefined || isOlder(compose.version, since)) return;
  const { project, services } = plan;
  for (const network of plan.networks.values()) {
    const now = engine.networks.find(
      ({ name, labels }) => name === network.dockerName && labels['com.docker.compose.project'] === project.name,
    );
    const change = now && network.kind !== 'shared' && changeOf(network, now);
    if (!change) continue;
    const losing = engine.containers.flatMap(({ project: of, service = '', networks }) => {
      const stays = services.get(service)?.networks.has(network.key) === true;
      return of === project.name && networks.has(network.dockerName) && stays && !recreated.has(service) ? service : [];
    });
    const names = [...new Set(losing)].sort();
    if (names.length === 0) continue;
    report(
      'engine/network-made-anew',
      network.pools[0]?.spans.subnet ?? network.span,
      `Compose makes "${network.dockerName}" anew (${change}), and puts ` +
        `${names.map((name) => `"${name}"`).join(', ')} back on it without name and addresses`,
      { help: `netcompose up -d --force-recreate ${names.join(' ')}` },
    );
  }
}

/** What is certainly another now; nothing where Docker itself has chosen what the plan leaves open. */
function changeOf(network: NetworkPlan, now: ParsedNetwork): string | undefined {
  const driver = network.driver ?? 'bridge';
  if (now.driver !== driver) return `driver ${now.driver}, now ${driver}`;
  for (const name of ['parent', 'macvlan_mode', 'ipvlan_mode', 'ipvlan_flag']) {
    const [before, after] = [now.options[name], network.options[name]];
    if (after !== undefined && before !== undefined && before !== after) return `${name} ${before}, now ${after}`;
  }
  for (const pool of network.pools) {
    const before = now.pools.find(({ subnet }) => sameCidr(subnet, pool.subnet));
    if (!before) return `subnet now ${formatCidr(pool.subnet)}`;
    const change = poolChange(pool, before);
    if (change !== undefined) return change;
  }
  return undefined;
}

function poolChange({ gateway, ipRange }: Pool, before: Pool): string | undefined {
  if (gateway && before.gateway && !sameAddress(gateway, before.gateway))
    return `gateway ${formatAddress(before.gateway)}, now ${formatAddress(gateway)}`;
  if (ipRange && !(before.ipRange && sameCidr(ipRange, before.ipRange)))
    return `range ${before.ipRange ? formatCidr(before.ipRange) : 'of the whole subnet'}, now ${formatCidr(ipRange)}`;
  return undefined;
}
