/** How each service will be attached: the rewriting rules of the design, section 3. */
import type { Attachment, Port, Service } from '../../compose/project/project.ts';
import type { Intents, ServiceIntent } from '../../netmode/intents.ts';
import { isUnderlay, modes, type Netmode } from '../../netmode/modes.ts';
import { parseAddress } from '../facts/ip.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { type Decision, overlayKey, type Requests } from '../networks/underlays.ts';
import type { BothFamilies, WrittenAddresses } from '../networks/written-addresses.ts';
import { type Attached, type AttachmentPlan, isBridgeNetwork, type NetworkPlan, type PlannedPort } from '../types.ts';
import { listenersOf } from './listeners.ts';

interface Context {
  readonly intents: Intents;
  readonly networks: ReadonlyMap<string, NetworkPlan>;
  readonly addresses: ReadonlyMap<string, WrittenAddresses>;
  readonly facts: ParsedFacts;
}

/** @param addresses the addresses that the file gives, by service */
export function attachServices(
  intents: Intents,
  requests: Requests,
  networks: ReadonlyMap<string, NetworkPlan>,
  addresses: ReadonlyMap<string, WrittenAddresses>,
  facts: ParsedFacts,
): ReadonlyMap<string, Attached> {
  const context = { intents, networks, addresses, facts };
  const attached = new Map(
    [...intents.services].map(([name, intent]) => {
      const { mode, network } = requests.decisions.get(name) ?? {};
      return [name, mode ? managed(intent, mode, network, context) : untouched(intent, context)] as const;
    }),
  );
  return new Map(
    [...attached].map(([name, plan]) => [name, { ...plan, netmode: namespaceOwner(plan, attached).netmode }]),
  );
}

function managed(
  intent: ServiceIntent,
  mode: Netmode,
  network: Decision['network'],
  { intents, networks, addresses, facts }: Context,
): Attached {
  const { service } = intent;
  const row = modes[mode];
  const opens = listenersOf(intent, intents.project.name, facts.engine?.images);
  const common = { service, netmode: mode, managed: true, opens };
  if (row.kind === 'namespace') {
    const listeners = row.networkMode === 'host' ? opens : [];
    return { ...common, networkMode: row.networkMode, networks: new Map(), ports: [], listeners };
  }
  const written = addresses.get(service.name);
  const target = network ?? (mode === 'overlay' ? overlayKey(intents) : bridgeTarget(intent));
  const listed = listedAttachments(service, written);
  if (listed.size === 0 && target === undefined) listed.set('default', plainAttachment('default', false));
  if (target !== undefined) {
    const before = listed.get(target) ?? plainAttachment(target, false);
    listed.set(target, withSettings(before, intent, mode, written?.netmode));
  }
  const loopback =
    target !== undefined && isUnderlay(mode) && networks.get(target)?.underlay?.hostAccess === 'loopback';
  if (loopback && ![...listed.keys()].some((key) => key !== target && isBridgeNetwork(networks.get(key)))) {
    listed.set('default', plainAttachment('default', false));
  }
  const keepsPorts = !isUnderlay(mode) || loopback;
  return {
    ...common,
    networks: listed,
    ports: keepsPorts ? withoutRepeats(service.ports.map((port) => plannedPort(port, loopback))) : [],
    listeners: row.kind === 'underlay' ? opens : [],
  };
}

/**
 * Host access by loopback publishes for this host alone: a port beside a LAN address times out for the LAN's clients
 * (docs/measured.md).
 */
function plannedPort(source: Port, loopback: boolean): PlannedPort {
  const hostIp = loopback ? '127.0.0.1' : source.hostIp;
  const address = parseAddress(hostIp ?? '');
  return { source, ...(hostIp !== undefined && { hostIp }), ...(address && { address }) };
}

/**
 * Two ports may be one now that both have this address; Compose keeps the later, by these four (docs/measured.md,
 * "Compose").
 */
function withoutRepeats(ports: readonly PlannedPort[]): readonly PlannedPort[] {
  const keyOf = ({ source: { published, target, protocol }, hostIp }: PlannedPort) =>
    [hostIp, published?.first, published?.last, target, protocol].join(' ');
  const last = new Map(ports.map((port) => [keyOf(port), port]));
  return ports.filter((port) => last.get(keyOf(port)) === port);
}

/** A bridge-mode service that says an address or alias of its own says it for the one network it is on. */
function bridgeTarget({ service, decoded }: ServiceIntent): string | undefined {
  const keys = ['ipv4_address', 'ipv6_address', 'mac_address', 'aliases', 'interface_name', 'gw_priority'] as const;
  if (!decoded || !keys.some((key) => decoded.keys.has(key))) return undefined;
  return [...(service.networks?.value.keys() ?? ['default'])][0] ?? 'default';
}

function untouched(intent: ServiceIntent, { intents, networks, addresses, facts }: Context): Attached {
  const { service } = intent;
  if (service.provider)
    return { service, netmode: 'none', managed: false, networks: new Map(), ports: [], opens: [], listeners: [] };
  const opens = listenersOf(intent, intents.project.name, facts.engine?.images);
  const common = { service, managed: false, opens, ports: service.ports.map((port) => plannedPort(port, false)) };
  const networkMode = service.networkMode?.value;
  if (networkMode !== undefined && networkMode !== 'bridge') {
    const netmode = networkMode === 'host' || networkMode === 'none' ? networkMode : 'bridge';
    // In another's namespace its sockets count too: that of a service, a container or the host.
    const listeners = networkMode === 'none' ? [] : opens;
    return { ...common, netmode, networkMode, networks: new Map(), ports: [], listeners };
  }
  if (networkMode === 'bridge')
    return { ...common, netmode: 'bridge', networkMode, networks: new Map(), listeners: [] };
  const listed = listedAttachments(service, addresses.get(service.name));
  if (listed.size === 0) listed.set('default', plainAttachment('default', true));
  const found = [...listed.keys()].map((key) => networks.get(key)?.mode ?? 'bridge');
  const netmode = found.find(isUnderlay) ?? found.find((mode) => mode === 'overlay') ?? 'bridge';
  // On underlays alone Docker publishes nothing, and says so in its own log only.
  const ports = found.every(isUnderlay) ? [] : common.ports;
  return { ...common, netmode, networks: listed, ports, listeners: isUnderlay(netmode) ? opens : [] };
}

/** The service in whose namespace another is: itself, or that of `network_mode: service:x`; rings are not Compose's. */
export function namespaceOwner(plan: Attached, all: ReadonlyMap<string, Attached>): Attached {
  let current = plan;
  for (let hops = 0; hops < all.size && current.networkMode?.startsWith('service:'); hops++) {
    const next = all.get(current.networkMode.slice('service:'.length));
    if (!next) break;
    current = next;
  }
  return current;
}

function listedAttachments(service: Service, written: WrittenAddresses | undefined): Map<string, AttachmentPlan> {
  return new Map(
    [...(service.networks?.value ?? [])].map(([key, attachment]) => [
      key,
      declaredAttachment(attachment, written?.declared.get(key)),
    ]),
  );
}

function plainAttachment(network: string, declared: boolean): AttachmentPlan {
  return { network, declared, aliases: [] };
}

function declaredAttachment(written: Attachment, addresses: BothFamilies | undefined): AttachmentPlan {
  return {
    network: written.network,
    declared: true,
    ...addresses,
    ...(written.macAddress && { macAddress: written.macAddress }),
    aliases: written.aliases.map(({ value }) => value),
    ...(written.interfaceName && { interfaceName: written.interfaceName }),
    ...(written.gwPriority && { gwPriority: written.gwPriority }),
  };
}

function withSettings(
  attachment: AttachmentPlan,
  { settings }: ServiceIntent,
  mode: Netmode,
  addresses: BothFamilies | undefined,
): AttachmentPlan {
  return {
    ...attachment,
    // A fixed address means nothing on a fallback's bridge.
    ...((isUnderlay(mode) || attachment.network !== 'default') && addresses),
    // A MAC address that ipvlan would refuse has been reported.
    ...(settings.mac_address && !mode.startsWith('ipvlan') && { macAddress: settings.mac_address }),
    aliases: [...attachment.aliases, ...(settings.aliases ?? []).map(({ value }) => value)],
    ...(settings.interface_name && { interfaceName: settings.interface_name }),
    ...(settings.gw_priority && { gwPriority: settings.gw_priority }),
  };
}
