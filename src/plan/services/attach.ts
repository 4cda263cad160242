/** How each service will be attached: the rewriting rules of the design, section 3. */
import omit from 'lodash/omit.js';
import pick from 'lodash/pick.js';
import type { Attachment, Service } from '../../compose/project/project.ts';
import type { Intents, ServiceIntent } from '../../netmode/intents.ts';
import { isUnderlay, modes, type Netmode, netmodeOfDriver } from '../../netmode/modes.ts';
import { ownerService } from '../../netmode/owners.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { type Decision, overlayKey, type Requests } from '../networks/underlays.ts';
import type { WrittenAddresses } from '../networks/written-addresses.ts';
import { type Attached, type AttachmentPlan, type Fallen, isBridgeNetwork, type NetworkPlan } from '../types.ts';
import { namespaceOwner, withGuests } from './guests.ts';
import { listenersOf } from './listeners.ts';
import { withLoopbackAddresses } from './loopback-addresses.ts';
import { leftToDocker } from './made-macs.ts';
import { plannedPort, withoutRepeats } from './planned-ports.ts';

type Placed = Decision & { readonly mode: Netmode };

const isPlaced = (decision: Decision | undefined): decision is Placed => decision?.mode !== undefined;

interface Context {
  readonly intents: Intents;
  readonly requests: Requests;
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
  const context = { intents, requests, networks, addresses, facts };
  const attached = new Map(
    [...intents.services].map(([name, intent]) => {
      const decision = requests.decisions.get(name);
      if (intent.owner) return [name, guest(intent, intent.owner.value, context)] as const;
      return [name, isPlaced(decision) ? managed(intent, decision, context) : untouched(intent, context)] as const;
    }),
  );
  const named = new Map(
    [...attached].map(([name, plan]) => [name, { ...plan, netmode: namespaceOwner(plan, attached).netmode }]),
  );
  const listedBy = (service: Service) => listedAttachments(service, addresses.get(service.name), requests);
  return withLoopbackAddresses(withGuests(named, listedBy), intents.project.name, facts);
}

/** In the network namespace of another service, because `x-netmode` says so. */
function guest(intent: ServiceIntent, owner: string, { intents, facts }: Context): Attached {
  const opens = listenersOf(intent, intents.project.name, facts.engine?.images);
  return {
    ...{ service: intent.service, netmode: 'bridge', managed: true, owner, opens, listeners: opens },
    ...{ networkMode: { kind: 'service', service: owner }, networks: new Map(), ports: [] },
  };
}

function managed(
  intent: ServiceIntent,
  { mode, network, fallen }: Placed,
  { intents, requests, networks, addresses, facts }: Context,
): Attached {
  const { service } = intent;
  const row = modes[mode];
  const instead = fallen && intent.settings.fallback;
  const opens = listenersOf(
    instead ? { ...intent, settings: { ...intent.settings, ...pick(instead, 'listen') } } : intent,
    intents.project.name,
    facts.engine?.images,
  );
  const beside = fallen && fallenBeside(fallen, service, addresses, requests);
  const lost = beside && lostBy(beside, addresses.get(service.name), intent.settings.mac_address?.value);
  const common = { service, netmode: mode, managed: true, opens, ...(lost && { fallen: lost }) };
  if (row.kind === 'namespace') {
    const listeners = row.networkMode === 'host' ? opens : [];
    const unpublished = instead?.ports;
    return {
      ...{ ...common, networkMode: { kind: row.networkMode }, networks: new Map(), ports: [], listeners },
      ...(lost && unpublished && { fallen: { ...lost, unpublished } }),
    };
  }
  const written = addresses.get(service.name);
  const target = network ?? (mode === 'overlay' ? overlayKey(intents) : firstNetwork(service));
  const listed = listedAttachments(service, written, requests);
  const before = listed.get(target) ?? plainAttachment(target, false);
  listed.set(target, withSettings(before, intent, mode, fallen ? undefined : written, fallen !== undefined));
  const loopback = isUnderlay(mode) && networks.get(target)?.underlay?.hostAccess === 'loopback';
  if (loopback && ![...listed.keys()].some((key) => isBridgeNetwork(networks.get(key)))) {
    listed.set('default', plainAttachment('default', false));
  }
  const keepsPorts = !isUnderlay(mode) || loopback;
  const publishing = !keepsPorts ? undefined : loopback ? 'loopback' : 'as-written';
  const ports = (instead?.ports ?? service.ports).map((port) => plannedPort(port, publishing));
  return {
    ...common,
    networks: listed,
    ...(publishing && { publishing }),
    // What the file has told apart stays two.
    ports: loopback ? withoutRepeats(ports) : publishing ? ports : [],
    listeners: row.kind === 'underlay' ? opens : [],
  };
}

/** With what `x-netmode` would have given the service on the LAN. */
function lostBy(fallen: Fallen, written: WrittenAddresses | undefined, mac: string | undefined): Fallen {
  const { ipv4Address, ipv6Address } = written?.netmode ?? {};
  const given = [ipv4Address, ipv6Address, ...(written?.floating ?? [])].flatMap((each) => each?.value ?? []);
  return { ...fallen, ...(given.length > 0 && { addresses: given }), ...(mac !== undefined && { mac }) };
}

/** With what the networks that the service lists would have given it there. */
function fallenBeside(
  fallen: Fallen,
  { name, networks, macAddress: whole }: Pick<Service, 'name' | 'networks' | 'macAddress'>,
  addresses: Context['addresses'],
  { fallbacks }: Requests,
): Fallen {
  const given = [...(addresses.get(name)?.declared ?? [])].flatMap(([key, each]) => (fallbacks.has(key) ? each : []));
  const [mac] = [...(networks?.value ?? [])].flatMap(([key, { macAddress }]) =>
    fallbacks.has(key) ? (macAddress?.value ?? []) : [],
  );
  const lost = mac ?? whole?.value;
  return {
    ...fallen,
    addresses: given.flatMap(({ ipv4Address, ipv6Address }) =>
      [ipv4Address, ipv6Address].flatMap((each) => each?.value ?? []),
    ),
    ...(lost !== undefined && { mac: lost }),
  };
}

/** A bridge-mode service that says an address or alias of its own says it for the one network it is on. */
function firstNetwork({ networks }: Service): string {
  return networks?.value.keys().next().value ?? 'default';
}

function untouched(intent: ServiceIntent, { intents, requests, networks, addresses, facts }: Context): Attached {
  const { service } = intent;
  if (service.provider)
    return { service, netmode: 'none', managed: false, networks: new Map(), ports: [], opens: [], listeners: [] };
  const opens = listenersOf(intent, intents.project.name, facts.engine?.images);
  const publishing = 'as-written';
  const common = {
    service,
    managed: false,
    opens,
    ports: service.ports.map((port) => plannedPort(port, publishing)),
  } as const;
  const networkMode = service.networkMode?.value;
  if (networkMode?.kind === 'network') {
    const netmode = netmodeOfDocker(networkMode.network, facts) ?? 'bridge';
    const onUnderlay = isUnderlay(netmode);
    return {
      ...{ ...common, netmode, networkMode, networks: new Map(), listeners: onUnderlay ? opens : [] },
      ...(onUnderlay ? { ports: [] } : { publishing }),
    };
  }
  if (networkMode) {
    const netmode = networkMode.kind === 'host' || networkMode.kind === 'none' ? networkMode.kind : 'bridge';
    const owner = ownerService(service, intents.project.services);
    // In another's namespace its sockets count too: that of a service, a container or the host.
    const listeners = networkMode.kind === 'none' ? [] : opens;
    return {
      ...{ ...common, netmode, networkMode, networks: new Map(), ports: [], listeners },
      ...(owner !== undefined && { owner }),
    };
  }
  const listed = listedAttachments(service, addresses.get(service.name), requests);
  if (listed.size === 0) listed.set('default', plainAttachment('default', true));
  const fallen = [...listed.keys()].flatMap((key) => requests.fallbacks.get(key) ?? [])[0];
  const found = [...listed.keys()].map((key) => networks.get(key)?.mode ?? 'bridge');
  const netmode = found.find(isUnderlay) ?? found.find((mode) => mode === 'overlay') ?? 'bridge';
  // Beside another network of the LAN its MAC address stays.
  const leaving = isUnderlay(netmode) ? omit(service, 'macAddress') : service;
  // On underlays alone Docker publishes nothing, and says so in its own log only.
  const ports = found.every(isUnderlay) ? [] : common.ports;
  return {
    ...{ ...common, netmode, networks: listed, ports, listeners: isUnderlay(netmode) ? opens : [] },
    // Its address on that network has to go.
    ...(fallen && { managed: true, fallen: fallenBeside({ ...fallen, to: 'bridge' }, leaving, addresses, requests) }),
    ...(!found.every(isUnderlay) && { publishing }),
  };
}

/** What kind of network it is that the engine has under this name. */
function netmodeOfDocker(name: string, { engine }: ParsedFacts): Netmode | undefined {
  const network = engine?.networks.find((candidate) => candidate.name === name);
  return network && netmodeOfDriver(network.driver, network.options);
}

function listedAttachments(
  service: Service,
  written: WrittenAddresses | undefined,
  { fallbacks }: Requests,
): Map<string, AttachmentPlan> {
  return new Map(
    [...(service.networks?.value ?? [])].map(([key, attachment]) => {
      const declared = declaredAttachment(attachment, written?.declared.get(key));
      // What was an address on the LAN means nothing on the bridge in its place, and Docker would refuse it.
      return [key, fallbacks.has(key) ? omit(declared, ['ipv4Address', 'ipv6Address', 'macAddress']) : declared];
    }),
  );
}

function plainAttachment(network: string, declared: boolean): AttachmentPlan {
  return { network, declared, aliases: [] };
}

function declaredAttachment(written: Attachment, addresses: WrittenAddresses['netmode'] | undefined): AttachmentPlan {
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
  addresses: WrittenAddresses | undefined,
  isFallen: boolean,
): AttachmentPlan {
  const floating = isUnderlay(mode) ? (addresses?.floating ?? []) : [];
  return {
    ...attachment,
    ...((isUnderlay(mode) || attachment.network !== 'default') && addresses?.netmode),
    ...(floating.length > 0 && { floating }),
    // A MAC address that ipvlan would refuse has been reported.
    ...(settings.mac_address &&
      settings.mac_address.value !== leftToDocker &&
      !isFallen &&
      !mode.startsWith('ipvlan') && { macAddress: settings.mac_address }),
    aliases: [...attachment.aliases, ...(settings.aliases ?? []).map(({ value }) => value)],
    ...(settings.interface_name && { interfaceName: settings.interface_name }),
    ...(settings.gw_priority && { gwPriority: settings.gw_priority }),
  };
}
