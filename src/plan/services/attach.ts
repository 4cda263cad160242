/** How each service will be attached: the rewriting rules of the design, section 3. */

import type { Attachment, Port, Service } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Intents, ServiceIntent } from '../../netmode/intents.ts';
import { isUnderlay, modes, type Netmode } from '../../netmode/modes.ts';
import type { Facts } from '../facts/facts.ts';
import { type Decision, type Drafts, overlayKey } from '../networks/underlays.ts';
import type { AttachmentPlan, Listener, NetworkPlan, PlannedPort, ServicePlan } from '../types.ts';
import { formatPort, listenersOf } from './listeners.ts';

/** What a service's processes open. */
type Listeners = (intent: ServiceIntent) => readonly Listener[];

/** A service's plan before names and reach are worked out, which need all the others. */
export type Attached = Omit<ServicePlan, 'extraHosts' | 'reach'>;

/** @param report gets `service/ports-ignored`, `service/port-remap-lost`, `service/replicas-clash`, `netmode/key-not-for-mode` */
export function attachServices(
  intents: Intents,
  drafts: Drafts,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
): Map<string, Attached> {
  const listeners = (intent: ServiceIntent) => listenersOf(intent, intents.project.name, facts.engine?.images);
  const attached = new Map<string, Attached>();
  for (const intent of intents.services.values()) {
    const decision = drafts.decisions.get(intent.service.name) ?? {};
    const plan = decision.mode
      ? managed(intent, decision.mode, decision, intents, networks, listeners)
      : untouched(intent, networks, listeners);
    tellOfPorts(plan, networks, report);
    tellOfReplicas(intent, plan, report);
    if (plan.managed) tellOfLeftovers(intent.service, plan, report);
    attached.set(intent.service.name, plan);
  }
  for (const [name, plan] of attached) {
    const netmode = throughNamespace(plan, attached);
    if (netmode !== plan.netmode) attached.set(name, { ...plan, netmode });
  }
  return attached;
}

function managed(
  intent: ServiceIntent,
  mode: Netmode,
  decision: Decision,
  intents: Intents,
  networks: ReadonlyMap<string, NetworkPlan>,
  listenersOf: Listeners,
): Attached {
  const { service } = intent;
  const row = modes[mode];
  const common = { service, netmode: mode, managed: true };
  if (row.kind === 'namespace') {
    const listeners = row.networkMode === 'host' ? listenersOf(intent) : [];
    return { ...common, networkMode: row.networkMode, networks: new Map(), ports: [], listeners };
  }
  const target = decision.network ?? (mode === 'overlay' ? overlayKey(intents) : bridgeTarget(intent));
  const listed = listedAttachments(service);
  if (listed.size === 0 && target === undefined) listed.set('default', plainAttachment('default', false));
  if (target !== undefined)
    listed.set(target, withSettings(listed.get(target) ?? plainAttachment(target, false), intent, mode));

  const loopback =
    target !== undefined && isUnderlay(mode) && networks.get(target)?.underlay?.hostAccess === 'loopback';
  if (loopback && ![...listed.keys()].some((key) => key !== target && isBridge(networks.get(key)))) {
    listed.set('default', plainAttachment('default', false));
  }
  const keepsPorts = !isUnderlay(mode) || loopback;
  return {
    ...common,
    networks: listed,
    ports: keepsPorts ? withoutRepeats(service.ports.map((source) => ({ source, ...hostIpOf(source, loopback) }))) : [],
    listeners: row.kind === 'underlay' ? listenersOf(intent) : [],
  };
}

/** Host access by loopback publishes for this host alone: a port beside a LAN address times out for the LAN's clients (docs/measured.md). */
const hostIpOf = (port: Port, loopback: boolean): Pick<PlannedPort, 'hostIp'> =>
  loopback ? { hostIp: '127.0.0.1' } : port.hostIp === undefined ? {} : { hostIp: port.hostIp };

const isBridge = (network: NetworkPlan | undefined) => network === undefined || network.mode === 'bridge';

/** Two ports may be one now that both have this address; Compose keeps the later, by these four (docs/measured.md, "Compose"). */
function withoutRepeats(ports: readonly PlannedPort[]): readonly PlannedPort[] {
  const keyOf = ({ source: { published, target, protocol }, hostIp }: PlannedPort) =>
    [hostIp, published?.first, published?.last, target, protocol].join(' ');
  const last = new Map(ports.map((port) => [keyOf(port), port]));
  return ports.filter((port) => last.get(keyOf(port)) === port);
}

/** A bridge-mode service that says an address or alias of its own says it for the one network it is on. */
function bridgeTarget({ service, said }: ServiceIntent): string | undefined {
  const keys = ['ipv4_address', 'ipv6_address', 'mac_address', 'aliases', 'interface_name', 'gw_priority'] as const;
  if (!said || !keys.some((key) => said.keys.has(key))) return undefined;
  return [...(service.networks?.value.keys() ?? ['default'])][0] ?? 'default';
}

function untouched(
  intent: ServiceIntent,
  networks: ReadonlyMap<string, NetworkPlan>,
  listenersOf: Listeners,
): Attached {
  const { service } = intent;
  const common = {
    service,
    managed: false,
    ports: service.ports.map((source) => ({ source, ...hostIpOf(source, false) })),
  };
  const networkMode = service.networkMode?.value;
  if (networkMode !== undefined && networkMode !== 'bridge') {
    const netmode = networkMode === 'host' || networkMode === 'none' ? networkMode : 'bridge';
    // In another's namespace its sockets count too: that of a service, a container or the host.
    return {
      ...common,
      netmode,
      networkMode,
      networks: new Map(),
      ports: [],
      listeners: networkMode === 'none' ? [] : listenersOf(intent),
    };
  }
  if (networkMode === 'bridge')
    return { ...common, netmode: 'bridge', networkMode, networks: new Map(), listeners: [] };
  const listed = listedAttachments(service);
  if (listed.size === 0) listed.set('default', plainAttachment('default', true));
  const found = [...listed.keys()].map((key) => networks.get(key)?.mode ?? 'bridge');
  const netmode = found.find(isUnderlay) ?? found.find((mode) => mode === 'overlay') ?? 'bridge';
  // On underlays alone Docker publishes nothing, and says so in its own log only.
  const ports = found.every(isUnderlay) ? [] : common.ports;
  return { ...common, netmode, networks: listed, ports, listeners: isUnderlay(netmode) ? listenersOf(intent) : [] };
}

/** `network_mode: service:x` has x's netmode; chains are followed, rings are not Compose's. */
function throughNamespace(plan: Attached, all: ReadonlyMap<string, Attached>): Netmode {
  let current = plan;
  for (let hops = 0; hops < all.size && current.networkMode?.startsWith('service:'); hops++) {
    const next = all.get(current.networkMode.slice('service:'.length));
    if (!next) break;
    current = next;
  }
  return current.netmode;
}

function listedAttachments(service: Service): Map<string, AttachmentPlan> {
  return new Map([...(service.networks?.value.values() ?? [])].map((one) => [one.network, declaredAttachment(one)]));
}

function plainAttachment(network: string, declared: boolean): AttachmentPlan {
  return { network, declared, aliases: [] };
}

function declaredAttachment(one: Attachment): AttachmentPlan {
  return {
    network: one.network,
    declared: true,
    ...(one.ipv4Address && { ipv4Address: one.ipv4Address.value }),
    ...(one.ipv6Address && { ipv6Address: one.ipv6Address.value }),
    ...(one.macAddress && { macAddress: one.macAddress.value }),
    aliases: one.aliases.map(({ value }) => value),
    ...(one.interfaceName && { interfaceName: one.interfaceName.value }),
    ...(one.gwPriority && { gwPriority: one.gwPriority.value }),
  };
}

function withSettings(attachment: AttachmentPlan, { settings }: ServiceIntent, mode: Netmode): AttachmentPlan {
  // A MAC address that ipvlan would refuse has been reported; a fixed address means nothing on a fallback's bridge.
  const addresses = isUnderlay(mode) || attachment.network !== 'default';
  return {
    ...attachment,
    ...(settings.ipv4_address && addresses && { ipv4Address: settings.ipv4_address.value }),
    ...(settings.ipv6_address && addresses && { ipv6Address: settings.ipv6_address.value }),
    ...(settings.mac_address && !mode.startsWith('ipvlan') && { macAddress: settings.mac_address.value }),
    aliases: [...attachment.aliases, ...(settings.aliases ?? []).map(({ value }) => value)],
    ...(settings.interface_name && { interfaceName: settings.interface_name.value }),
    ...(settings.gw_priority && { gwPriority: settings.gw_priority.value }),
  };
}

/** Says what becomes of `ports` where the netmode has no port mapping. */
function tellOfPorts(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>, report: Report): void {
  const { service, netmode } = plan;
  const [first] = service.ports;
  if (!first || plan.ports.length > 0) return;
  const subject = `"${service.name}"`;
  if (netmode === 'none') {
    report('service/ports-ignored', first.span, `${subject}: a service without a network publishes nothing`, {
      help: 'remove "ports"',
    });
    return;
  }
  if (netmode !== 'host' && !isUnderlay(netmode)) return; // another service's namespace: Compose itself refuses ports there
  const place = netmode === 'host' ? 'the host' : (fixedAddress(plan, networks) ?? "the container's own address");
  for (const { published, target, protocol, hostIp, span } of service.ports) {
    const port = formatPort({ first: target, last: target, protocol });
    if (published && (published.first !== published.last || published.first !== target)) {
      report(
        'service/port-remap-lost',
        span,
        `"${service.name}": ${netmode} maps no ports: it answers on ${port} of ${place}, not on ${published.first}`,
        {
          help:
            netmode === 'host'
              ? `let the process itself listen on ${published.first}, or use ${target}`
              : `reach it at ${place}, port ${target}`,
        },
      );
    } else if (netmode === 'host' && hostIp !== undefined && hostIp !== '0.0.0.0') {
      report(
        'service/ports-ignored',
        span,
        `"${service.name}": in host mode the process itself chooses its address; ${hostIp} has no effect`,
        {
          help: `let the process listen on ${hostIp}, and say so: listen: ["${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:${target}"]`,
        },
      );
    } else {
      report(
        'service/ports-ignored',
        span,
        `"${service.name}": ${netmode} publishes no ports: it answers on ${port} of ${place}`,
        { severity: 'info' },
      );
    }
  }
}

function fixedAddress(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>): string | undefined {
  for (const attachment of plan.networks.values()) {
    const address = networks.get(attachment.network)?.underlay
      ? (attachment.ipv4Address ?? attachment.ipv6Address)
      : undefined;
    if (address !== undefined) return address;
  }
  return undefined;
}

/** Replicas share everything the file says once: an address, a MAC, a listener in one namespace, a fixed published port. */
function tellOfReplicas({ service, said }: ServiceIntent, plan: Attached, report: Report): void {
  const { value: count, span } = service.replicas;
  if (count < 2) return;
  const clash = (what: string, at = span, help = 'leave it out, or run one replica') =>
    report('service/replicas-clash', at, `"${service.name}": ${count} replicas cannot share ${what}`, {
      help,
      related: [{ message: `${count} replicas are asked for here`, span }],
    });
  for (const attachment of plan.networks.values()) {
    const own = said?.settings;
    const declared = service.networks?.value.get(attachment.network);
    if (attachment.ipv4Address)
      clash(`the address ${attachment.ipv4Address}`, own?.ipv4_address?.span ?? declared?.ipv4Address?.span);
    if (attachment.ipv6Address)
      clash(`the address ${attachment.ipv6Address}`, own?.ipv6_address?.span ?? declared?.ipv6Address?.span);
    if (attachment.macAddress)
      clash(`the MAC address ${attachment.macAddress}`, own?.mac_address?.span ?? declared?.macAddress?.span);
  }
  if (plan.networkMode === 'host') {
    for (const listener of plan.listeners)
      clash(`the host's port ${formatPort(listener)}`, listener.span, 'run one replica, or use another netmode');
  }
  for (const { source } of plan.ports) {
    const { published, protocol } = source;
    if (published && published.first === published.last) {
      clash(
        `the published port ${formatPort({ ...published, protocol })}`,
        source.span,
        `give a range, such as "${published.first}-${published.first + count - 1}:${source.target}"`,
      );
    }
  }
}

/** Native keys that Docker refuses beside the netmode. */
function tellOfLeftovers(service: Service, plan: Attached, report: Report): void {
  const { macAddress } = service;
  if (macAddress && (plan.networkMode !== undefined || plan.netmode.startsWith('ipvlan'))) {
    report(
      'netmode/key-not-for-mode',
      macAddress.span,
      `"${service.name}": "mac_address" means nothing for ${plan.netmode}`,
      { help: 'remove it: Docker refuses it there' },
    );
  }
  if (plan.networkMode === undefined) return;
  for (const link of service.dependsOn.filter(({ from }) => from === 'links')) {
    report('netmode/key-not-for-mode', link.span, `"${service.name}": "links" means nothing for ${plan.netmode}`, {
      help: `write "depends_on" instead: Docker refuses links there`,
    });
  }
}
