/** What must be known of the host and the engine to plan a project: looking costs time. */
import groupBy from 'lodash/groupBy.js';
import { isDockersBridge } from '../compose/project/network-mode.ts';
import type { PortRange, Service } from '../compose/project/project.ts';
import type { Intents } from '../netmode/intents.ts';
import { isUnderlay, underlay } from '../netmode/modes.ts';
import { ownerService } from '../netmode/owners.ts';
import type { EngineFacts, HostSocket, KernelDriver } from './facts/facts.ts';
import { familyOptions } from './networks/families.ts';
import { imageOf } from './services/listeners.ts';

/** Whether anything may be on macvlan or ipvlan: of an external network only the engine knows. */
export const usesUnderlay = ({ services, networks, project }: Intents) =>
  [...services.values()].some(({ mode }) => mode && isUnderlay(mode.value)) ||
  [...networks.values()].some(({ mode }) => isUnderlay(mode.value)) ||
  [...project.networks.values()].some(({ external }) => external);

/** The kernel's drivers that matter: of the netmodes, and of VLAN links, which Docker makes for a parent with a dot. */
export function driversWanted({ services, networks, project }: Intents): ReadonlySet<KernelDriver> {
  const asking = [...services.values(), ...networks.values()];
  const modes = asking.flatMap(({ mode }) => (mode && isUnderlay(mode.value) ? underlay(mode.value).driver : []));
  const mayBeLink =
    asking.some(({ settings: { parent, vlan } }) => vlan !== undefined || parent?.value.includes('.')) ||
    [...project.networks.values()].some(({ driverOpts }) => driverOpts.get('parent')?.value.includes('.'));
  return new Set<KernelDriver>([...modes, ...(mayBeLink ? (['8021q'] as const) : [])]);
}

/** Whether a subnet or an address is written that may be this host's. */
export const namesAddresses = ({ project, services }: Intents): boolean =>
  [...project.networks.values()].some(({ ipam }) => ipam.some(({ subnet }) => subnet !== undefined)) ||
  [...services.values()].some(({ service, settings }) =>
    [...service.ports, ...(settings.fallback?.ports ?? [])].some(({ hostIp }) => hostIp !== undefined),
  );

/** Whether a key stands anywhere that not every engine and Compose knows. */
export const usesNewerKeys = ({ project }: Intents): boolean =>
  [...project.networks.values()].some(({ driverOpts }) =>
    Object.values(familyOptions).some((option) => driverOpts.has(option)),
  ) ||
  [...project.services.values()].some(({ networks }) =>
    [...(networks?.value.values() ?? [])].some(
      ({ interfaceName, macAddress, gwPriority }) => interfaceName ?? macAddress ?? gwPriority,
    ),
  );

/**
 * Whether every macvlan and ipvlan names its parent and pools, so that nothing is to be found, nor to fall back from.
 */
export function isWrittenInFull({ services, networks }: Intents): boolean {
  const asking = [
    ...[...services.values()].filter(({ network }) => !network),
    ...[...networks.values()].filter(({ native }) => !native),
  ];
  return asking.every(({ mode, settings }) => {
    if (!mode || !isUnderlay(mode.value)) return true;
    const { parent, subnet = [], gateway = [], ip_range: range = [], fallback, scope } = settings;
    const said = [parent, ...subnet, ...gateway, ...range].every(
      (written) => written !== undefined && written.value !== 'auto',
    );
    const pools = !underlay(mode.value).onLan || (gateway.length === subnet.length && range.length === subnet.length);
    return said && subnet.length > 0 && pools && !fallback && scope?.value !== 'project';
  });
}

/** Only there it matters whether Compose knows `gw_priority` and `interface_name`; to ask it costs a process. */
export const dependsOnCompose = (intents: Intents) =>
  usesNewerKeys(intents) ||
  [...intents.services.values()].some(
    ({ mode, service, settings }) =>
      mode &&
      isUnderlay(mode.value) &&
      (service.networks ||
        settings.host_access?.value === 'loopback' ||
        settings.interface_name ||
        settings.gw_priority),
  );

/** Whether anything may be on an overlay network. */
export const usesOverlay = ({ services, networks }: Intents) =>
  [...services.values(), ...networks.values()].some(({ mode }) => mode?.value === 'overlay');

/** The images whose `EXPOSE` decides: of services in a mode without port mapping that say nothing of their ports. */
export function imagesWanted({ project, services }: Intents): readonly string[] {
  const joined = new Set(
    [...services.values()].flatMap(
      ({ service, owner }) => owner?.value ?? ownerService(service, project.services) ?? [],
    ),
  );
  const wanted = [...services.values()].filter(({ service, settings, mode, owner }) => {
    const unmapped = owner ? true : mode ? mode.value === 'host' || isUnderlay(mode.value) : isUnmapped(service);
    return (
      (unmapped || joined.has(service.name)) &&
      !settings.listen &&
      service.expose.length === 0 &&
      service.ports.length === 0
    );
  });
  return [...new Set(wanted.map(({ service }) => imageOf(service, project.name)))].sort();
}

const isUnmapped = ({ networkMode }: Service) =>
  networkMode !== undefined && networkMode.value.kind !== 'none' && !isDockersBridge(networkMode.value);

/** All images of the project, for facts that are to serve elsewhere. */
export function imagesNamed({ project, services }: Intents): readonly string[] {
  return [...new Set([...services.values()].map(({ service }) => imageOf(service, project.name)))].sort();
}

/** Every port that the file names. */
export function portsNamed({ services }: Intents): ReadonlySet<number> {
  const ports = new Set<number>();
  const add = (range: PortRange | undefined) => {
    for (let port = range?.first ?? 1; port <= (range?.last ?? 0); port++) ports.add(port);
  };
  for (const { service, settings } of services.values()) {
    for (const { published, target } of [...service.ports, ...(settings.fallback?.ports ?? [])]) {
      add(published);
      ports.add(target);
    }
    for (const exposed of service.expose) add(exposed.ports);
    for (const { value } of [...(settings.listen ?? []), ...(settings.fallback?.listen ?? [])]) add(value);
  }
  return ports;
}

/**
 * Sockets whose processes matter: of the ports that the project and its images name, those that no container publishes,
 * because whose these are the engine tells.
 *
 * @param ports those that the files name
 */
export function ownersWanted(
  ports: ReadonlySet<number>,
  engine: EngineFacts | undefined,
): (socket: HostSocket) => boolean {
  const exposed = Object.values(engine?.images ?? {}).flatMap((images) => images.map(({ first }) => first));
  const wanted = new Set([...ports, ...exposed]);
  const running = (engine?.containers ?? []).filter((container) => container.running);
  const published = groupBy(
    running.flatMap((container) => container.ports),
    (port) => `${port.published}/${port.protocol}`,
  );
  return ({ port, protocol, address }) =>
    wanted.has(port) && !published[`${port}/${protocol}`]?.some(({ ip }) => sharesAddress(ip, address));
}

const anywhere: ReadonlySet<string | undefined> = new Set([undefined, '0.0.0.0', '::']);

const sharesAddress = (a: string | undefined, b: string): boolean => anywhere.has(a) || anywhere.has(b) || a === b;
