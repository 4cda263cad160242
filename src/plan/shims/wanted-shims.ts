/**
 * The shims that there should be, by the host and its engine alone: for whoever has no Compose file at hand. What each
 * must be is decided as for a project (`planShims`), for a project whose files say what the engine says.
 */
import { type Located, SourceFile, type Span } from '../../diagnostics/source.ts';
import { isUnderlay, netmodeOfDriver, underlay } from '../../netmode/modes.ts';
import { type Address, contains, formatAddress } from '../facts/ip.ts';
import { hostAccessLabel, isOurs, networkLabel, reservations, servedNetwork } from '../facts/ownership.ts';
import {
  interfaceOf,
  isOnThisHost,
  type ParsedEngine,
  type ParsedFacts,
  type ParsedNetwork,
} from '../facts/parsed-facts.ts';
import { leadsWithoutSource, planShims } from '../host-changes/shim.ts';
import { knownTargets, leadTo, type OnNetworks } from '../host-changes/targets.ts';
import type { AttachmentPlan, ShimPlan, UnderlayNetwork } from '../types.ts';

/** A shim that was seen: what of it neither the engine nor the kernel tells once it is gone. */
export interface SeenShim {
  /** The network it serves, by Docker's name. */
  readonly network: string;
  readonly name: string;
  /** Its own addresses on the LAN. */
  readonly addresses: readonly Address[];
}

/** The shims of this host that serve a network, as they are now. */
export function seenShims({ host }: ParsedFacts): readonly SeenShim[] {
  return (host?.interfaces ?? []).flatMap((link) => {
    const network = servedNetwork(link);
    if (!isOurs(link) || network === undefined) return [];
    const addresses = link.addresses.flatMap(({ address, general }) => (general ? address : []));
    return [{ network, name: link.name, addresses }];
  });
}

/** What is known of shims, by what was known and what is there now: the addresses of one that has lost its own stay. */
export function rememberShims(remembered: readonly SeenShim[], facts: ParsedFacts): readonly SeenShim[] {
  const present = seenShims(facts).map((shim) => {
    const before = remembered.find(({ network }) => network === shim.network);
    return shim.addresses.length > 0 || !before ? shim : { ...shim, addresses: before.addresses };
  });
  const exists = ({ network }: SeenShim) => facts.engine?.networks.some(({ name }) => name === network) ?? true;
  const gone = remembered.filter(({ network }) => !present.some((shim) => shim.network === network));
  return [...present, ...gone.filter(exists)];
}

/**
 * The shims of all networks that have one, by network: those whose shim is there or was seen, and shared ones of ours
 * that have a container, unless they were made without. A shim whose parent is gone, or whose network leads nowhere, is
 * not among them: nothing can be done for it. Pure.
 *
 * @param remembered shims that were seen earlier, perhaps gone by now
 */
export function wantedShims(facts: ParsedFacts, remembered: readonly SeenShim[] = []): readonly ShimPlan[] {
  const { host, engine } = facts;
  if (!host || !engine || !isOnThisHost(engine)) return [];
  const present = seenShims(facts);
  const known = rememberShims(remembered, facts);
  const networks = engine.networks.flatMap((network) => {
    const isPresent = present.some((shim) => shim.network === network.name);
    const seen = known.find((shim) => shim.network === network.name);
    if (!isPresent && !(isUsed(network, engine) && (seen !== undefined || isMadeWithShim(network)))) return [];
    return networkPlan(network, seen, facts) ?? [];
  });
  const members = new Map(networks.map((network) => [network.key, containersOn(network.dockerName, engine)]));
  const planned = planShims(new Map(networks.map((network) => [network.key, network])), members, facts, () => {});
  return planned.shims.map((shim) => {
    const network = networks.find(({ key }) => key === shim.key)!;
    return withoutChoices(shim, network, members.get(shim.key)!, facts);
  });
}

const isUsed = ({ name }: ParsedNetwork, { containers }: ParsedEngine) =>
  containers.some(({ networks }) => networks.has(name));

/** A shared network says by a label if it was made without a shim. */
const isMadeWithShim = ({ name, labels }: ParsedNetwork) =>
  labels[networkLabel] === name && labels[hostAccessLabel] === undefined;

/** Nothing here stands in a file, and nothing is reported. */
const nowhere: Span = { source: new SourceFile('<engine>', ''), start: 0, end: 0 };
const located = <T>(value: T): Located<T> => ({ value, span: nowhere });

/** A network of the engine's as a plan has it; nothing where no shim can serve it now. */
function networkPlan(
  { name, driver, options, internal, pools }: ParsedNetwork,
  seen: SeenShim | undefined,
  { host }: ParsedFacts,
): UnderlayNetwork | undefined {
  const mode = netmodeOfDriver(driver, options);
  const parent = options['parent'];
  if (mode === undefined || !isUnderlay(mode) || !interfaceOf(host, parent)) return undefined;
  const flag = options[underlay(mode).driver === 'macvlan' ? 'macvlan_mode' : 'ipvlan_flag'] ?? 'bridge';
  if (flag !== 'bridge') return undefined;
  const given = (family: 4 | 6): Located<Address> | undefined => {
    if (pools.some((pool) => pool.subnet.family === family && pool.auxAddresses.has(reservations[family])))
      return undefined;
    const address = seen?.addresses.find((one) =>
      pools.some(({ subnet }) => isOf(one, family) && contains(subnet, one)),
    );
    return address && located(address);
  };
  const [ipv4Address, ipv6Address] = [given(4), given(6)];
  return {
    key: name,
    mode,
    span: nowhere,
    kind: 'native',
    declared: true,
    dockerName: name,
    internal,
    ipv6: pools.some(({ subnet }) => subnet.family === 6),
    underlay: {
      mode,
      parent: { kind: 'named', name: parent!, span: nowhere },
      flag,
      hostAccess: 'shim',
      shim: {
        ...(seen && { name: located(seen.name) }),
        ...(ipv4Address && { ipv4Address }),
        ...(ipv6Address && { ipv6Address }),
      },
    },
    driver,
    options,
    pools: pools.map((pool) => ({ ...pool, spans: { auxAddresses: new Map() } })),
  };
}

const isOf = (address: Address, family: 4 | 6) => address.family === family;

/** One entry for each address: those outside the range each have their own way, whether the container runs or not. */
function containersOn(network: string, { containers }: ParsedEngine): readonly OnNetworks[] {
  return containers.flatMap(({ networks, floating }) => {
    const on = networks.get(network);
    if (!on) return [];
    const attachments = [
      ...[...on.addresses, ...on.fixed].map((address) => attachment(network, address)),
      ...(floating.length > 0 ? [{ network, declared: true, aliases: [], floating: floating.map(located) }] : []),
    ];
    return attachments.map((each) => ({ networks: new Map([[network, each]]) }));
  });
}

const attachment = (network: string, address: Address): AttachmentPlan => ({
  ...{ network, declared: true, aliases: [] },
  ...(address.family === 4 ? { ipv4Address: located(address) } : { ipv6Address: located(address) }),
});

/**
 * A project may choose an address for its shim, and keep it from others; here only those count that the network keeps
 * already or the shim has. Without one the way stays as it is while the host's own address is away for a moment; where
 * none works without, there is no way.
 */
function withoutChoices(
  shim: ShimPlan,
  network: UnderlayNetwork,
  members: readonly OnNetworks[],
  facts: ParsedFacts,
): ShimPlan {
  const { ipv4Address, ipv6Address } = network.underlay.shim;
  const kept = [
    ...[ipv4Address, ipv6Address].flatMap((given) => given?.value ?? []),
    ...network.pools.flatMap((pool) => pool.auxAddresses.get(reservations[pool.subnet.family]) ?? []),
  ].map(formatAddress);
  const isChosen = (address: Address) => !kept.includes(formatAddress(address));
  const chosen = shim.addresses.filter(isChosen).map(formatAddress);
  if (chosen.length === 0) return shim;
  const ways = shim.ways.flatMap(({ source, ...way }) => {
    if (!source || !chosen.includes(formatAddress(source))) return [{ ...way, ...(source && { source }) }];
    return leadsWithoutSource(network.mode, way.subnet.family) ? [way] : [];
  });
  return {
    ...shim,
    addresses: shim.addresses.filter((address) => !isChosen(address)),
    ways,
    ...leadTo(ways, knownTargets(network, members, facts.engine)),
  };
}
