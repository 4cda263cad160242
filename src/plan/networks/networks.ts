/** Every network of the project as it will be. */
import sortBy from 'lodash/sortBy.js';
import type { Network } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import type { Intents, NetworkIntent } from '../../netmode/intents.ts';
import { isUnderlay, modes, type Netmode, netmodeOfDriver, type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { Settings, ShimSettings } from '../../netmode/settings.ts';
import { isNetworkName } from '../actions/argv.ts';
import { withoutDefaults } from '../facts/drivers.ts';
import { type Address, type Cidr, contains, formatAddress, parseAddress, parseCidr, sameAddress } from '../facts/ip.ts';
import { floatingReservation, networkLabel, sharedNetworkName } from '../facts/ownership.ts';
import { knows, type ParsedEngine, type ParsedFacts, type ParsedNetwork } from '../facts/parsed-facts.ts';
import type { Pool } from '../facts/pool.ts';
import type { NetworkPlan, Parent, PlannedPool, ShimWish, UnderlayPlan } from '../types.ts';
import { auxAddressesOf, declaredPools, enabledPools } from './declared-pools.ts';
import { composeNetworkName } from './docker-name.ts';
import { familiesOf } from './families.ts';
import { nativeParent, parentName, parentOf } from './parents.ts';
import { checkAgainstExisting, poolsOf } from './pools.ts';
import { overlayKey, type Requests, type UnderlayRequest } from './underlays.ts';
import type { WrittenAddresses } from './written-addresses.ts';

interface Context {
  readonly intents: Intents;
  readonly requests: Requests;
  readonly addresses: ReadonlyMap<string, WrittenAddresses>;
  readonly facts: ParsedFacts;
  readonly report: Report;
}

/**
 * @param addresses the addresses that the file gives, by service
 * @param report gets what `poolsOf` and `declaredPools` report, and a shared network that is somebody else's
 */
export function planNetworks(
  intents: Intents,
  requests: Requests,
  addresses: ReadonlyMap<string, WrittenAddresses>,
  facts: ParsedFacts,
  report: Report,
): ReadonlyMap<string, NetworkPlan> {
  const context: Context = { intents, requests, addresses, facts, report };
  const declared = [...intents.project.networks.values()]
    .filter(({ key }) => !requests.underlays.has(key))
    .map((network) => declaredNetwork(network, context));
  return new Map(
    [...declared, ...underlayNetworks(declared, context), ...overlayNetwork(context)].map((plan) => [plan.key, plan]),
  );
}

/**
 * Those whose subnet is given or found on the LAN come first, so that the ones whose subnet is chosen keep clear of
 * them; these are chosen in the order of their keys, so that the order in the file does not matter.
 */
function underlayNetworks(declared: readonly NetworkPlan[], context: Context): readonly NetworkPlan[] {
  const { underlays } = context.requests;
  const isChosen = ({ mode, settings }: UnderlayRequest) =>
    !underlay(mode).onLan && (settings.subnet ?? [{ value: 'auto' }]).some(({ value }) => value === 'auto');
  const taken = subnetsOf(declared);
  const planned = new Map<string, NetworkPlan>();
  for (const request of sortBy([...underlays.values()], [isChosen, 'key'])) {
    const plan = underlayNetwork(request, [...taken, ...subnetsOf([...planned.values()])], context);
    planned.set(plan.key, plan);
  }
  return [...underlays.keys()].map((key) => planned.get(key)!);
}

const subnetsOf = (networks: readonly NetworkPlan[]): readonly Cidr[] =>
  networks.flatMap(({ pools }) => pools.map(({ subnet }) => subnet));

/** Compose attaches containers, which an overlay allows only when attachable. */
const overlayDefinition = { driver: 'overlay', options: {}, pools: [], internal: false, ipv6: false } as const;

function overlayNetwork({ intents, requests }: Context): readonly NetworkPlan[] {
  const key = overlayKey(intents);
  for (const [name, { mode, network }] of requests.decisions) {
    if (mode !== 'overlay' || network !== undefined) continue;
    const { span } = intents.services.get(name)!.mode!;
    const dockerName = composeNetworkName(key, intents.project);
    return [{ key, mode, span, kind: 'project', declared: false, dockerName, ...overlayDefinition }];
  }
  return [];
}

function underlayNetwork(request: UnderlayRequest, taken: readonly Cidr[], context: Context): NetworkPlan {
  const { key, mode, parent, settings, span, declared } = request;
  const { intents, facts, report } = context;
  const { project } = intents;
  const row = underlay(mode);
  const name = parentName(parent);
  const kind = settings.scope?.value === 'project' ? 'project' : 'shared';
  const flag = settings.flag?.value ?? 'bridge';
  const dockerName = kind === 'shared' ? sharedNetworkName(name) : composeNetworkName(key, project);
  if (!isNetworkName(kind === 'shared' ? dockerName : declared ? 'any' : key)) {
    report('netmode/invalid-value', span, `network "${key}": Docker takes no network named after "${name}"`, {
      help: 'rename the interface, or declare the network in "networks:" and write "scope: project"',
    });
  }
  const existing = kind === 'shared' ? sharedNetwork(dockerName, request, facts, report) : undefined;
  const found = poolsOf(
    {
      settings,
      span,
      parent,
      find: row.onLan ? 'lan' : 'private',
      facts,
      fixed: fixedOn(key, context),
      auxAddresses: new Map(
        (declared ? (project.networks.get(key)?.ipam ?? []) : []).flatMap((pool) => [...auxAddressesOf(pool, report)]),
      ),
      taken,
      project: project.name,
      ...(existing && { existing }),
    },
    report,
  );
  // What exists already is as it is.
  const pools = existing ? found : found.map((pool) => withFloatingKept(pool, floatingOn(key, context)));
  const network = kind === 'shared' ? undefined : project.networks.get(key);
  const named = kind === 'shared' && declared ? project.networks.get(key)?.name : undefined;
  if (named && named.value !== dockerName) {
    report('netmode/key-not-for-mode', named.span, `network "${key}" is shared by all projects as "${dockerName}"`, {
      severity: 'warning',
      help: `remove "name", or write "scope: project" in its x-netmode to have a network called "${named.value}"`,
    });
  }
  return {
    key,
    mode,
    span,
    kind,
    declared,
    dockerName,
    // A shared network is netcompose's own, and never internal.
    internal: network?.internal === true,
    ipv6: network?.enableIpv6?.value === true || hasIpv6(pools),
    underlay: {
      mode,
      parent,
      flag,
      hostAccess: settings.host_access?.value ?? 'shim',
      shim: shimWish(settings.shim, report),
    },
    driver: row.driver,
    options: optionsOf(mode, name, flag),
    pools,
  };
}

/**
 * Docker's driver options. What is Docker's default is left out: Podman's tools refuse Docker's names of the modes
 * (docs/podman.md).
 */
function optionsOf(mode: UnderlayMode, parent: string, flag: string): Readonly<Record<string, string>> {
  const { driver, ipvlanMode } = underlay(mode);
  if (driver === 'macvlan') return withoutDefaults(driver, { macvlan_mode: flag, parent });
  return withoutDefaults(driver, { ipvlan_flag: flag, ipvlan_mode: ipvlanMode!, parent });
}

function sharedNetwork(
  name: string,
  { span }: UnderlayRequest,
  facts: ParsedFacts,
  report: Report,
): ParsedNetwork | undefined {
  const found = facts.engine?.networks.find((network) => network.name === name);
  if (!found || found.labels[networkLabel] === name) return found;
  report('netmode/conflicting-network', span, `a Docker network "${name}" exists that netcompose did not make`, {
    help: 'write "scope: project", or join it: declare it "external: true", and name it with "network:"',
  });
  return undefined;
}

/** A network of the file that does not become an underlay of netcompose's. */
function declaredNetwork(network: Network, context: Context): NetworkPlan {
  const { intents, requests, report } = context;
  const intent = intents.networks.get(network.key);
  // Without `x-netmode` anywhere, bridges are Docker's own affair.
  const isJudged = intents.annotated || (intent !== undefined && isUnderlay(intent.mode.value));
  const pools = declaredPools(network, isJudged ? report : () => {});
  return intent && !intent.native
    ? definedNetwork(network, intent, requests.fallbacks.get(network.key)?.to, pools, context)
    : nativeNetwork(network, intent, pools, context);
}

/** What a bridge's or overlay's pools keep clear of. */
const nobody = { fixed: [], auxAddresses: new Map<string, Located<Address>>(), taken: [], project: '' } as const;

/** A declared bridge or overlay with a netmode of its own, or an underlay that fell back to one. */
function definedNetwork(
  network: Network,
  intent: NetworkIntent,
  fallback: Netmode | undefined,
  declared: NetworkPlan['pools'],
  { intents: { project }, facts, report }: Context,
): NetworkPlan {
  const { key, internal, enableIpv6 } = network;
  const { settings, decoded } = intent;
  const { span } = intent.mode;
  const wanted = fallback ?? intent.mode.value;
  const mode = modes[wanted].kind === 'network' ? wanted : 'bridge';
  const parent = { kind: 'none', span } as const;
  const written =
    fallback === undefined && decoded?.settings.subnet
      ? poolsOf({ settings, span, parent, find: 'nowhere', facts, ...nobody }, report)
      : undefined;
  const pools = fallback === undefined ? (written ?? declared) : [];
  return {
    key,
    mode,
    span,
    kind: 'project',
    declared: true,
    dockerName: composeNetworkName(key, project),
    internal,
    ipv6: enableIpv6?.value === true || hasIpv6(pools),
    options: {},
    driver: mode === 'overlay' ? 'overlay' : 'bridge',
    pools,
  };
}

function nativeNetwork(
  network: Network,
  intent: NetworkIntent | undefined,
  declared: NetworkPlan['pools'],
  context: Context,
): NetworkPlan {
  const { intents, facts, report } = context;
  const { key, span, driver, external } = network;
  const dockerName = composeNetworkName(key, intents.project);
  const existing = external ? facts.engine?.networks.find(({ name }) => name === dockerName) : undefined;
  const options =
    existing?.options ?? Object.fromEntries([...network.driverOpts].map(([option, { value }]) => [option, value]));
  const mode = (existing && netmodeOfDriver(existing.driver, existing.options)) ?? intent?.mode.value ?? 'bridge';
  const said = external ? intent?.decoded?.settings : undefined;
  const families = familiesOf(network, facts);
  const { pools, ignoredPools }: Pick<NetworkPlan, 'pools' | 'ignoredPools'> = existing
    ? { pools: existing.pools.map(withoutSpans) }
    : said?.subnet
      ? { pools: saidPools(said, span, context) }
      : enabledPools(network, declared, families, report);
  const parent = existing
    ? nativeParent({ value: options['parent'] ?? '', span: said?.parent?.span ?? span }, span, facts)
    : said
      ? parentOf(said, span, facts)
      : nativeParent(network.driverOpts.get('parent'), span, facts);
  const flag =
    options['macvlan_mode'] ?? options['ipvlan_flag'] ?? (existing ? undefined : said?.flag?.value) ?? 'bridge';
  if (existing && said) {
    checkAgainstExisting(said, existing, report);
    checkParentAndFlag(said, existing.name, parent, flag, facts, report);
  }
  return {
    key,
    mode,
    span,
    kind: 'native',
    declared: true,
    dockerName,
    internal: external ? existing?.internal === true : network.internal,
    ipv6: families[6].enabled || hasIpv6(pools),
    ...(isUnderlay(mode) && {
      underlay: {
        mode,
        parent,
        flag,
        // A native network gets a shim only where one is asked for.
        hostAccess: hostAccessOf(key, intent, intents, report),
        shim: shimWish(intent?.decoded?.settings.shim, report),
      },
    }),
    ...((existing ?? driver) && { driver: existing?.driver ?? driver!.value }),
    ...(external && knows(facts.engine, 'networks') && !existing && { isMissing: isListed(facts.engine) }),
    options,
    pools,
    ...(ignoredPools && { ignoredPools }),
    ...(!existing && network.ipam.some(({ subnet }) => subnet && !parseCidr(subnet.value)) && { hasUnread: true }),
  };
}

const withoutSpans = (pool: Pool): PlannedPool => ({ ...pool, spans: { auxAddresses: new Map() } });

/** A worker of a swarm knows of its overlay networks only while it has containers on them. */
const isListed = ({ swarm }: ParsedEngine): boolean => swarm !== 'worker';

/** What is said of an external network's pools, for where no engine is asked. */
const saidPools = (settings: Settings, span: Span, { facts, report }: Context): NetworkPlan['pools'] =>
  poolsOf({ settings, span, parent: { kind: 'none', span }, find: 'nowhere', facts, ...nobody }, report);

/** At the network, else at a service that joins it: the first that says it decides. */
function hostAccessOf(
  key: string,
  intent: NetworkIntent | undefined,
  { services }: Intents,
  report: Report,
): UnderlayPlan['hostAccess'] {
  const atNetwork = intent?.decoded?.settings.host_access;
  if (atNetwork) return atNetwork.value;
  const asking = [...services.values()].flatMap(({ service, network, decoded }) => {
    const asked = network?.value === key ? decoded?.settings.host_access : undefined;
    return asked ? [{ service, asked }] : [];
  });
  const [first, ...others] = asking;
  for (const { service, asked } of others)
    if (first && asked.value !== first.asked.value)
      report(
        'netmode/conflicting-network',
        asked.span,
        `"${service.name}": "host_access" differs from what "${first.service.name}" asks of network "${key}"`,
        {
          help: `say it once, at network "${key}"`,
          related: [{ message: `"${first.service.name}" asks for it here`, span: first.asked.span }],
        },
      );
  return first?.asked.value ?? 'none';
}

/** What is said of an external network must be what it is. */
function checkParentAndFlag(
  said: Settings,
  name: string,
  parent: Parent,
  flag: string,
  facts: ParsedFacts,
  report: Report,
): void {
  const wanted = said.parent || said.vlan ? parentOf(said, parent.span, facts) : undefined;
  for (const [key, written, has, span] of [
    ['parent', wanted && parentName(wanted), parentName(parent), wanted?.span],
    ['flag', said.flag?.value, flag, said.flag?.span],
  ] as const) {
    if (written === undefined || written === has) continue;
    report(
      'netmode/conflicting-network',
      span,
      `${key} is ${written}, but the network "${name}" exists already with ${has || 'none'}`,
      { help: has ? `write "${key}: ${has}", or leave it out` : 'leave it out' },
    );
  }
}

const hasIpv6 = (pools: NetworkPlan['pools']) => pools.some(({ subnet }) => subnet.family === 6);

function shimWish({ name, ipv4_address, ipv6_address }: ShimSettings = {}, report: Report): ShimWish {
  const read = (written: Located<string> | undefined): Located<Address> | undefined => {
    if (!written) return undefined;
    const value = parseAddress(written.value);
    if (value) return { value, span: written.span };
    report('netmode/invalid-value', written.span, `the shim's address "${written.value}" is not an address`, {
      help: 'write it like 192.168.1.53 or fd00:1::53, without a prefix',
    });
    return undefined;
  };
  const [ipv4Address, ipv6Address] = [read(ipv4_address), read(ipv6_address)];
  return { ...(name && { name }), ...(ipv4Address && { ipv4Address }), ...(ipv6Address && { ipv6Address }) };
}

/** The addresses that containers on this network are given by the file, or put up by themselves. */
function fixedOn(key: string, context: Context): readonly Address[] {
  const { intents, requests, addresses } = context;
  const given = [...intents.services.keys()].flatMap((name) => {
    const written = addresses.get(name);
    return [requests.decisions.get(name)?.network === key ? written?.netmode : undefined, written?.declared.get(key)];
  });
  return [...given.flatMap((both) => [both?.ipv4Address, both?.ipv6Address]), ...floatingOn(key, context)].flatMap(
    (located) => located?.value ?? [],
  );
}

const floatingOn = (key: string, { requests, addresses }: Context): readonly Located<Address>[] =>
  [...addresses].flatMap(([name, { floating }]) => (requests.decisions.get(name)?.network === key ? floating : []));

/** Docker must not hand out what a service takes by itself. */
function withFloatingKept(pool: PlannedPool, floating: readonly Located<Address>[]): PlannedPool {
  const isKept = (address: Address) => [...pool.auxAddresses.values()].some((kept) => sameAddress(kept, address));
  const open = floating.filter(({ value }) => contains(pool.ipRange ?? pool.subnet, value) && !isKept(value));
  const named = open.map(({ value, span }) => [floatingReservation(formatAddress(value)), value, span] as const);
  return {
    ...pool,
    auxAddresses: new Map([...pool.auxAddresses, ...named.map(([name, value]) => [name, value] as const)]),
    spans: {
      ...pool.spans,
      auxAddresses: new Map([...pool.spans.auxAddresses, ...named.map(([name, , span]) => [name, span] as const)]),
    },
  };
}
