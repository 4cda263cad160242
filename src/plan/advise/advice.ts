/** A netmode for each service, with its reason. Where the file does not show a need, nothing is to be changed. */
import { isDockersBridge, networkModeText, ownerIn } from '../../compose/project/network-mode.ts';
import type { Network, Project, Service } from '../../compose/project/project.ts';
import { at, type Tree } from '../../compose/tree.ts';
import { saysNatively } from '../../netmode/intents.ts';
import { ownerService } from '../../netmode/owners.ts';
import type { Facts } from '../facts/facts.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { interfaceOf, type ParsedEngine, type ParsedHost, parseFacts } from '../facts/parsed-facts.ts';
import { lackingInPodman } from '../networks/parents.ts';
import { knownImage } from './images.ts';

export interface Advice {
  readonly service: string;
  /** What it should have: a netmode, `service:NAME`, or what it has, as it is written. */
  readonly netmode: string;
  readonly reason: string;
  /** Where a claim about an image comes from. */
  readonly source?: string;
  /** Whether `annotate --suggest` writes it, and the key whose place it takes. */
  readonly write?: { readonly replaces: readonly string[] };
}

type Said = Omit<Advice, 'service'>;

/** UDP ports of protocols that work by broadcast or multicast, which a bridge does not carry. */
const lanProtocols: Readonly<Record<number, string>> = {
  67: 'DHCP',
  137: 'NetBIOS',
  138: 'NetBIOS',
  547: 'DHCPv6',
  1900: 'SSDP',
  3702: 'WS-Discovery',
  5353: 'mDNS',
  5355: 'LLMNR',
  5540: 'Matter',
};

/** In the order of the project; those of inactive profiles too. */
export function adviceFor(project: Project, facts: Facts = { version: 1 }): readonly Advice[] {
  const onLan = lanMode(facts, project);
  return [...project.services.values()].map((service) => ({
    service: service.name,
    ...(byDefault(service, project) ?? adviceOf(service, project, onLan, facts.engine)),
  }));
}

/** What the top level's `default` gives a service is annotated too. */
function byDefault(service: Service, { netmode }: Project): Said | undefined {
  const given = at(netmode, 'default');
  if (given?.kind !== 'scalar' || given.value === '' || given.value === null || service.provider || service.netmode)
    return undefined;
  return saysNatively(service)
    ? undefined
    : { netmode: 'as annotated', reason: `the x-netmode at the top level makes it ${given.value}` };
}

/** What gives a service the LAN's broadcasts and multicasts here, and why that. */
type LanMode =
  | {
      readonly netmode: 'ipvlan-l2' | 'macvlan' | 'host';
      readonly because: string;
      /** The key of a network that the project has there. */
      readonly network?: string;
    }
  /** Nothing does: host mode is a network of the engine's own there. */
  | { readonly netmode?: undefined; readonly because: string; readonly instead: string };

/** ipvlan before macvlan, because it asks less of what is around it (docs/netmodes.md, "Which one"). */
function lanMode(facts: Facts, project: Project): LanMode {
  const { host: here, engine } = parseFacts(facts);
  if (engine && isApart(engine, here)) return { because: apartText(engine), instead: insteadOfLan(engine) };
  // Another machine's interfaces cannot be seen.
  const host = engine?.remote ? undefined : here;
  const parent = defaultInterface(host);
  const beside = lanBeside(project, parent);
  const joins = beside.network !== undefined && { network: beside.network };
  const lacksIpvlan = lackOfIpvlan(host, engine, parent) ?? beside.macvlan;
  if (!lacksIpvlan)
    return {
      netmode: 'ipvlan-l2',
      ...joins,
      because: engine?.remote
        ? "with an address of its own on the LAN of the engine's machine, it has them there (not looked at: take " +
          '"netcompose facts" there, and "--facts" here)'
        : 'with an address of its own on the LAN, it has them',
    };
  if (interfaceOf(host, parent)?.wireless)
    return {
      netmode: 'host',
      because: `Wi-Fi carries only one MAC address, so macvlan cannot work, and ${lacksIpvlan}`,
    };
  if (host?.drivers?.macvlan === 'missing')
    return { netmode: 'host', because: `${lacksIpvlan}, and this kernel has no macvlan` };
  return {
    netmode: 'macvlan',
    ...joins,
    because: `with an address of its own on the LAN, it has them; not ipvlan, because ${lacksIpvlan}`,
  };
}

/** Whether even host mode is another network than a computer's: a virtual machine's, or that of a rootless engine. */
const isApart = (engine: ParsedEngine, host: ParsedHost | undefined): boolean =>
  engine.kind === 'desktop' ||
  engine.kind === 'rootless' ||
  engine.rootless === true ||
  (!engine.remote && host !== undefined && host.platform !== 'linux');

const isRootless = ({ kind, rootless }: ParsedEngine) => kind === 'rootless' || rootless === true;

function apartText(engine: ParsedEngine): string {
  const { kind, product } = engine;
  if (isRootless(engine))
    return (
      `no netmode carries them with a rootless ${kind === 'podman' ? 'Podman' : 'engine'}, ` +
      'whose host mode is a network of its own'
    );
  const name = product ?? 'this engine';
  return `no netmode carries them with ${name}, whose host mode is the network of its virtual machine`;
}

const insteadOfLan = (engine: ParsedEngine): string =>
  isRootless(engine)
    ? 'a rootful engine on this machine can (ipvlan-l2), or run the program without a container'
    : 'an engine on a Linux machine of the LAN can (ipvlan-l2, with "fallback: bridge" for here), or run the program ' +
      'without a container';

function lackOfIpvlan(
  host: ParsedHost | undefined,
  engine: ParsedEngine | undefined,
  parent: string | undefined,
): string | undefined {
  if (host?.drivers?.ipvlan === 'missing') return 'this kernel has no ipvlan';
  if (engine?.kind === 'podman' && lackingInPodman('ipvlan-l2', 'bridge', engine)) return 'this Podman has no ipvlan';
  const other = engine?.networks.find(
    ({ driver, options }) => driver === 'macvlan' && parent !== undefined && options['parent'] === parent,
  );
  return other && `"${other.name}" has ${parent} for macvlan already`;
}

/** What of the project is on the LAN of a parent: the parent carries one driver only, and one network of a subnet. */
function lanBeside({ services, networks, netmode: all }: Project, defaultParent: string | undefined) {
  const common = textAt(all, 'parent') ?? 'auto';
  const parent = common === 'auto' ? defaultParent : common;
  const isHere = (given: string | undefined) =>
    given === undefined || given === 'auto' || parent === undefined || given === parent;
  const modeIn = (netmode: Tree | undefined): string | undefined =>
    at(netmode, 'vlan') === undefined && isHere(textAt(netmode, 'parent'))
      ? (textAt(netmode, 'mode') ?? textOf(netmode))
      : undefined;
  const driverIn = ({ driver, driverOpts }: Network) =>
    isHere(driverOpts.get('parent')?.value) && !driverOpts.get('ipvlan_mode')?.value.startsWith('l3')
      ? driver?.value
      : undefined;
  const onLan = (mode: string | undefined) => mode !== undefined && /^(?:macvlan|ipvlan(?:-l2)?)$/.test(mode);
  const declared = [...networks.values()].map((network) => ({
    key: network.key,
    mode: network.netmode ? modeIn(network.netmode) : driverIn(network),
  }));
  const network = declared.find(({ mode }) => onLan(mode));
  const service = [...services.values()].find(({ netmode }) => modeIn(netmode) === 'macvlan');
  return {
    network: network?.key,
    macvlan:
      network?.mode === 'macvlan'
        ? `network "${network.key}" is macvlan already`
        : service && `"${service.name}" is on macvlan already`,
  };
}

const textOf = (tree: Tree | undefined): string | undefined =>
  tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
const textAt = (tree: Tree | undefined, key: string) => textOf(at(tree, key));

/** A key that Docker refuses beside a netmode, so that somebody has to choose (`checks/ports/lost-ports.ts`). */
function obstacleTo(netmode: string, { macAddress, networks, dependsOn }: Service): string | undefined {
  const hasMac = macAddress ?? networks?.value.get('default')?.macAddress;
  if (hasMac && netmode !== 'macvlan') return 'mac_address';
  return netmode === 'host' && dependsOn.some(({ from }) => from === 'links') ? 'links' : undefined;
}

function adviceOf(service: Service, { services, networks }: Project, onLan: LanMode, engine: Facts['engine']): Said {
  const { networkMode, netmode, image } = service;
  const mode = networkMode?.value;
  if (netmode) return { netmode: 'as annotated', reason: 'its x-netmode is left alone' };
  if (service.provider) return { netmode: 'as written', reason: 'a program runs it, not a container' };
  if (mode?.kind === 'service') {
    const owner = networkModeText(mode);
    const reason = `it stays in the network of "${mode.service}"; as x-netmode its ports are published there`;
    const written = at(service.tree, 'network_mode');
    // What is written would be the same for every value of the variable.
    return written?.kind === 'scalar' && written.raw !== undefined
      ? { netmode: owner, reason: `${reason}; its network_mode has a variable: write it yourself` }
      : { netmode: owner, reason, write: { replaces: ['network_mode'] } };
  }
  if (ownerIn(mode) !== undefined) {
    const owner = ownerService(service, services);
    const whose = owner === undefined ? 'a container of another project' : `"${owner}", by its container's name`;
    return { netmode: 'as written', reason: `it is in the network of ${whose}` };
  }
  if (mode?.kind === 'none') return { netmode: 'none', reason: 'it has no network, and the file wants that' };
  if (mode?.kind === 'network' && !isDockersBridge(mode))
    return {
      netmode: 'as written',
      reason: isPodmans(mode.network, engine)
        ? `Podman gives it a network of its own, "${mode.network}"`
        : `it is on the Docker network "${mode.network}"`,
    };
  const known = image && knownImage(image.value);
  const source = known && { source: known.source };
  if (mode?.kind === 'host') {
    const reason = known
      ? `it needs ${known.needs}${known.required ? '' : ', if that is used'}: ${hostText(onLan)}`
      : hostReason(service);
    return { netmode: 'host', reason, ...source };
  }
  const declared = [...(service.networks?.value.keys() ?? [])];
  if (declared.some((key) => key !== 'default')) {
    const reason = 'it is on networks that the file declares';
    const drivers = declared.map((key) => driverOf(networks.get(key), engine));
    if (!known || drivers.some((driver) => driver !== 'bridge' && driver !== undefined))
      return { netmode: 'as written', reason };
    const needs = `${known.needs}${known.required ? '' : ', if that is used'}`;
    const bridges = drivers.includes(undefined) ? '; if they are bridges,' : ', which are bridges:';
    return { netmode: 'as written', reason: `${reason}${bridges} they do not carry ${needs}`, ...source };
  }
  if (known?.required && onLan.netmode === undefined)
    return {
      netmode: 'bridge',
      reason:
        `it needs ${known.needs}, and ${onLan.because}: ` +
        `what it publishes answers, the rest does not; ${onLan.instead}`,
      ...source,
    };
  if (known?.required && onLan.netmode !== undefined) {
    const reason = `it needs ${known.needs}, which a bridge does not carry; ${onLan.because}`;
    if (onLan.network !== undefined) {
      const join = `network "${onLan.network}" is there already: write "networks: [${onLan.network}]" yourself`;
      return { netmode: onLan.netmode, reason: `${reason}; ${join}`, ...source };
    }
    const obstacle = obstacleTo(onLan.netmode, service);
    return obstacle === undefined
      ? { netmode: onLan.netmode, reason, ...source, write: { replaces: [] } }
      : { netmode: onLan.netmode, reason: `${reason}; "${obstacle}" has to go then: write it yourself`, ...source };
  }
  return { netmode: 'bridge', reason: bridgeReason(service, known?.needs, otherwise(onLan)), ...source };
}

/** What a program has where it may do something with the host's own network. */
const hostSigns: readonly (readonly [key: string, of: RegExp])[] = [
  ['cap_add', /^(?:CAP_)?(?:NET_ADMIN|NET_RAW|NET_BROADCAST|ALL)$/i],
  ['privileged', /^true$/],
  ['pid', /^host$/],
  ['devices', /^\/dev\/net\/tun(?::|$)/],
];

function hostReason({ tree }: Service): string {
  const safer = 'if it only serves ports, a bridge that publishes them is safer';
  for (const [key, of] of hostSigns) {
    const value = at(tree, key);
    const items = value?.kind === 'sequence' ? value.items : value ? [value] : [];
    const sign = items.find((item) => item.kind === 'scalar' && of.test(String(item.value)));
    if (sign?.kind !== 'scalar') continue;
    const kind = 'for programs that set up or watch the host itself, which may need host mode';
    return `"${key}: ${String(sign.value)}" is ${kind}; ${safer}`;
  }
  return `nothing here shows why it is in host mode: ${safer}`;
}

/** Podman's words for the network that a program of its own makes; for Docker they name a network like any other. */
const isPodmans = (network: string, engine: Facts['engine']): boolean =>
  /^(?:pasta|slirp4netns)(?::|$)/.test(network) && (engine === undefined || engine.kind === 'podman');

/** The default network is a bridge, where the file says nothing of it; of an external one, the engine may tell. */
function driverOf(network: Network | undefined, engine: Facts['engine']): string | undefined {
  if (network === undefined) return 'bridge';
  if (network.netmode) return 'of a netmode';
  if (!network.external) return network.driver?.value ?? 'bridge';
  const name = network.name?.value ?? network.key;
  return engine?.networks.find((one) => one.name === name)?.driver;
}

const hostText = (onLan: LanMode): string =>
  onLan.netmode === undefined ? `${onLan.because}; ${onLan.instead}` : 'host mode carries it';

const otherwise = (onLan: LanMode): string => onLan.netmode ?? `${onLan.because}; ${onLan.instead}`;

/** A bridge is enough most of the time; where it may not be, that is said. */
function bridgeReason({ ports }: Service, needs: string | undefined, instead: string): string {
  const published = ports.filter(({ protocol }) => protocol === 'udp').map(({ target }) => lanProtocols[target]);
  const protocols = [...new Set(published.flatMap((name) => name ?? []))];
  if (needs !== undefined) return `a bridge is enough, but it does not carry ${needs}: then ${instead}`;
  if (protocols.length > 0)
    return (
      `it publishes ${protocols.join(' and ')}, whose broadcasts or multicasts a bridge does not carry: ` +
      `if it needs them, ${instead}`
    );
  return ports.length > 0
    ? 'a bridge is enough: what it publishes answers on this host'
    : 'a bridge is enough: it publishes nothing, so that only other services talk to it';
}
