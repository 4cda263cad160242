/**
 * Networks that Compose makes anew because their definition has changed. The containers that are on them it stops, puts
 * on the new network and starts, without anything that the file gives them there: addresses, MAC addresses, the
 * service's name (docs/findings.md). Each `up` after that leaves them so.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import { formatAddress, formatCidr, sameAddress, sameCidr } from '../facts/ip.ts';
import { knows, type ParsedFacts, type ParsedNetwork } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import { isOlder } from '../facts/versions.ts';
import { composeNetworkName } from '../networks/docker-name.ts';
import type { NetworkPlan, Plan } from '../types.ts';
import { configHash, hashLabel } from './config-hash.ts';

/** The first Compose that makes networks anew; before, a change has no effect until `down`. */
const since = '2.31';

/**
 * Reports `engine/network-made-anew` for each network whose containers would lose what they have on it.
 *
 * @param starting the services that the command starts, where that is not all: Compose leaves other networks alone
 * @param recreated the services whose containers the command makes anew, too: these lose nothing
 */
export function checkMadeAnew(
  plan: Plan,
  { engine, compose }: ParsedFacts,
  report: Report,
  starting: ReadonlySet<string> = new Set(),
  recreated: ReadonlySet<string> = new Set(),
): void {
  if (!engine || !knows(engine, 'networks') || !knows(engine, 'containers')) return;
  if (engine.kind === 'podman' || compose === undefined || isOlder(compose.version, since)) return;
  const { project, services } = plan;
  for (const { key, name, planned, span } of ownNetworks(plan)) {
    const isAsked = [...services.values()].some(
      ({ service, networks }) =>
        service.active && networks.has(key) && (starting.size === 0 || starting.has(service.name)),
    );
    const now = engine.networks.find(
      (network) => network.name === name && network.labels['com.docker.compose.project'] === project.name,
    );
    const before = now?.labels[hashLabel];
    // Without the label Compose takes a network for what it should be.
    if (!isAsked || !now || !before || before === configHash(name, project.networks.get(key), planned)) continue;
    const losing = engine.containers.flatMap(({ project: of, service = '', networks }) => {
      const stays = services.get(service)?.networks.has(key) === true;
      return of === project.name && networks.has(name) && stays && !recreated.has(service) ? service : [];
    });
    const names = [...new Set(losing)].sort();
    if (names.length === 0) continue;
    const change = (planned && changeOf(planned, now)) ?? 'its definition is another';
    report(
      'engine/network-made-anew',
      planned?.pools[0]?.spans.subnet ?? span,
      `Compose makes "${name}" anew (${change}), and puts ` +
        `${names.map((one) => `"${one}"`).join(', ')} back on it without name and addresses`,
      { help: `netcompose up -d --force-recreate ${names.join(' ')}` },
    );
  }
}

interface OwnNetwork {
  readonly key: string;
  readonly name: string;
  readonly planned?: NetworkPlan;
  readonly span: Span | undefined;
}

/** Those that Compose makes, `default` too where no file declares it (any more). */
function ownNetworks({ project, networks, services }: Plan): readonly OwnNetwork[] {
  const own = [...networks.values()].filter(
    ({ key, kind }) => kind !== 'shared' && project.networks.get(key)?.external !== true,
  );
  const onDefault = [...services.values()].find((service) => service.networks.has('default'));
  return [
    ...own.map((planned) => ({ key: planned.key, name: planned.dockerName, planned, span: planned.span })),
    ...(networks.has('default') || !onDefault
      ? []
      : [{ key: 'default', name: composeNetworkName('default', project), span: onDefault.service.span }]),
  ];
}

/** The first difference that the engine tells of; nothing where it is one that it does not tell. */
function changeOf(network: NetworkPlan, now: ParsedNetwork): string | undefined {
  const driver = network.driver ?? 'bridge';
  if (now.driver !== driver) return `driver ${now.driver}, now ${driver}`;
  if (now.internal !== network.internal) return network.internal ? 'now internal' : 'no longer internal';
  for (const [name, after] of Object.entries(network.options)) {
    const before = now.options[name];
    if (before !== after) return before === undefined ? `${name} now ${after}` : `${name} ${before}, now ${after}`;
  }
  for (const pool of network.pools) {
    const before = now.pools.find(({ subnet }) => sameCidr(subnet, pool.subnet));
    if (!before) return `subnet now ${formatCidr(pool.subnet)}`;
    const change = poolChange(pool, before);
    if (change !== undefined) return change;
  }
  return undefined;
}

/** A gateway that the file does not give is one that Docker has chosen, whether it was in the file before or not. */
function poolChange({ gateway, ipRange }: Pool, before: Pool): string | undefined {
  if (gateway && before.gateway && !sameAddress(gateway, before.gateway))
    return `gateway ${formatAddress(before.gateway)}, now ${formatAddress(gateway)}`;
  const [range, rangeBefore] = [ipRange, before.ipRange].map((one) => (one ? formatCidr(one) : 'of the whole subnet'));
  if (range !== rangeBefore) return `range ${rangeBefore}, now ${range}`;
  return undefined;
}
