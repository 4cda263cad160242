/** Every network of the project as it will be. */

import type { Network, Project } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Intents, NetworkIntent } from '../../netmode/intents.ts';
import { isUnderlay, modes, type Netmode, netmodeOfDriver, type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { EngineNetwork, Facts } from '../facts/facts.ts';
import { type Address, type Cidr, parseAddress, parseCidr } from '../facts/ip.ts';
import { networkLabel, sharedNetworkName } from '../facts/ownership.ts';
import type { NetworkPlan } from '../types.ts';
import { checkNativePools, nativePools } from './declared-pools.ts';
import { poolsOf } from './pools.ts';
import { type Draft, type Drafts, overlayKey } from './underlays.ts';

/** @param report gets what `poolsOf` and `checkNativePools` report, and a shared network that is somebody else's */
export function planNetworks(intents: Intents, drafts: Drafts, facts: Facts, report: Report): Map<string, NetworkPlan> {
  const { project } = intents;
  const networks = new Map<string, NetworkPlan>();
  for (const network of project.networks.values()) {
    if (drafts.drafts.has(network.key)) continue;
    const intent = intents.networks.get(network.key);
    const fallback = drafts.fallbacks.get(network.key);
    // Without `x-netmode` anywhere, bridges are Docker's own affair.
    if (intents.annotated || (intent && isUnderlay(intent.mode.value))) checkNativePools(network, report);
    networks.set(
      network.key,
      intent && !intent.native
        ? definedNetwork(network, intent, fallback, facts, report)
        : nativeNetwork(network, intent, facts),
    );
  }
  const fixed = fixedAddresses(intents, drafts);
  const taken = [...networks.values()].flatMap((network) =>
    network.pools.flatMap((pool) => parseCidr(pool.subnet) ?? []),
  );
  for (const draft of drafts.drafts.values()) {
    const plan = underlayNetwork(draft, project, fixed.get(draft.key) ?? [], taken, facts, report);
    taken.push(...plan.pools.flatMap((pool) => parseCidr(pool.subnet) ?? []));
    networks.set(draft.key, plan);
  }
  for (const [name, { mode }] of drafts.decisions) {
    if (mode !== 'overlay' || drafts.decisions.get(name)!.network) continue;
    const key = overlayKey(intents);
    const span = intents.services.get(name)!.mode!.span;
    if (!networks.has(key))
      networks.set(key, { key, mode, span, kind: 'project', declared: false, ...overlayDefinition, pools: [] });
  }
  return networks;
}

/** Compose attaches containers, which an overlay allows only when attachable. */
const overlayDefinition = { driver: 'overlay', options: {} } as const;

function underlayNetwork(
  draft: Draft,
  project: Project,
  fixed: readonly Address[],
  taken: readonly Cidr[],
  facts: Facts,
  report: Report,
): NetworkPlan {
  const { key, mode, parent, settings, span, declared } = draft;
  const row = underlay(mode);
  const kind = settings.scope?.value === 'project' ? 'project' : 'shared';
  const flag = settings.flag?.value ?? 'bridge';
  const dockerName = kind === 'shared' ? sharedNetworkName(parent.name) : undefined;
  const existing = dockerName === undefined ? undefined : ownNetwork(dockerName, draft, facts, report);
  const pools = poolsOf(
    {
      settings,
      span,
      parent,
      find: row.onLan ? 'lan' : 'private',
      facts,
      fixed,
      taken,
      project: project.name,
      ...(existing && { existing }),
    },
    report,
  );
  return {
    key,
    mode,
    span,
    kind,
    declared,
    ...(dockerName !== undefined && { dockerName }),
    underlay: {
      mode,
      parent: parent.name,
      flag,
      hostAccess: settings.host_access?.value ?? 'shim',
      ...(settings.shim && { shim: settings.shim }),
    },
    driver: row.driver,
    options: optionsOf(mode, parent.name, flag),
    pools,
  };
}

/**
 * Docker's driver options. The mode is always named, because Docker's and iproute2's defaults differ; ipvlan's flag only
 * where it is not `bridge`.
 */
function optionsOf(mode: UnderlayMode, parent: string, flag: string): Readonly<Record<string, string>> {
  const { driver, ipvlanMode } = underlay(mode);
  if (driver === 'macvlan') return { macvlan_mode: flag, parent };
  return { ...(flag !== 'bridge' && { ipvlan_flag: flag }), ipvlan_mode: ipvlanMode!, parent };
}

function ownNetwork(name: string, draft: Draft, facts: Facts, report: Report): EngineNetwork | undefined {
  const found = facts.engine?.networks.find((network) => network.name === name);
  if (!found || found.labels[networkLabel] === name) return found;
  report('netmode/conflicting-network', draft.span, `a Docker network "${name}" exists that netcompose did not make`, {
    help: `remove or rename it (docker network rm ${name}), or write "scope: project"`,
  });
  return undefined;
}

/** A declared bridge or overlay with a netmode of its own, or an underlay that fell back to one. */
function definedNetwork(
  network: Network,
  intent: NetworkIntent,
  fallback: Netmode | undefined,
  facts: Facts,
  report: Report,
): NetworkPlan {
  const wanted = fallback ?? intent.mode.value;
  const mode = modes[wanted].kind === 'network' ? wanted : 'bridge';
  const { settings, said } = intent;
  const base = {
    key: network.key,
    mode,
    span: intent.mode.span,
    kind: 'project',
    declared: true,
    options: {},
  } as const;
  const driver = mode === 'overlay' ? 'overlay' : 'bridge';
  const ownPools = fallback === undefined && said?.settings.subnet;
  if (!ownPools) return { ...base, driver, pools: fallback === undefined ? nativePools(network) : [] };
  const parent = { name: network.key, span: intent.mode.span };
  return {
    ...base,
    driver,
    pools: poolsOf(
      { settings, span: intent.mode.span, parent, find: 'nowhere', facts, fixed: [], taken: [], project: '' },
      report,
    ),
  };
}

function nativeNetwork(network: Network, intent: NetworkIntent | undefined, facts: Facts): NetworkPlan {
  const name = network.name?.value ?? network.key;
  const existing = network.external ? facts.engine?.networks.find((one) => one.name === name) : undefined;
  const options =
    existing?.options ?? Object.fromEntries([...network.driverOpts].map(([key, { value }]) => [key, value]));
  const mode = (existing && netmodeOfDriver(existing.driver, existing.options)) ?? intent?.mode.value ?? 'bridge';
  const pools = existing
    ? existing.pools.map((pool) => ({
        subnet: pool.subnet,
        ...(pool.gateway && { gateway: pool.gateway }),
        ...(pool.ipRange && { ipRange: pool.ipRange }),
        auxAddresses: pool.auxiliaryAddresses,
      }))
    : nativePools(network);
  return {
    key: network.key,
    mode,
    span: network.span,
    kind: 'native',
    declared: true,
    ...(network.external || network.name ? { dockerName: name } : {}),
    ...(isUnderlay(mode) && {
      underlay: {
        mode,
        parent: options['parent'] ?? '',
        flag: options['macvlan_mode'] ?? options['ipvlan_flag'] ?? 'bridge',
        // A native network gets a shim only where one is asked for.
        hostAccess: intent?.said?.settings.host_access?.value ?? 'none',
        ...(intent?.said?.settings.shim && { shim: intent.said.settings.shim }),
      },
    }),
    ...(network.driver && { driver: network.driver.value }),
    options,
    pools,
  };
}

/** The addresses that containers are given by the file, by network key. */
function fixedAddresses(intents: Intents, drafts: Drafts): ReadonlyMap<string, readonly Address[]> {
  const fixed = new Map<string, Address[]>();
  const add = (key: string | undefined, text: string | undefined) => {
    const address = key !== undefined && text !== undefined ? parseAddress(text) : undefined;
    if (!address) return;
    if (!fixed.has(key!)) fixed.set(key!, []);
    fixed.get(key!)!.push(address);
  };
  for (const { service, settings, said } of intents.services.values()) {
    const key = drafts.decisions.get(service.name)?.network;
    if (said) {
      add(key, settings.ipv4_address?.value);
      add(key, settings.ipv6_address?.value);
    }
    for (const attachment of service.networks?.value.values() ?? []) {
      add(attachment.network, attachment.ipv4Address?.value);
      add(attachment.network, attachment.ipv6Address?.value);
    }
  }
  return fixed;
}
