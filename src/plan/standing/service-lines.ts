/** How the containers of a service stand, and how they are planned, as lines that are alike where nothing changes. */
import { rangeText } from '../../compose/project/port-runs.ts';
import type { EngineContainer } from '../facts/facts.ts';
import { formatAddress, isUnspecified, parseAddress } from '../facts/ip.ts';
import { parseMac } from '../facts/mac.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import { macOfService } from '../services/members.ts';
import type { AttachmentPlan, Plan, PlannedPort, ServicePlan } from '../types.ts';

/** The same thing as it is and as it will be; empty where it is not there. */
export interface Lines {
  readonly now: readonly string[];
  readonly planned: readonly string[];
}

/** The containers of a service of the project, without those of `run`. */
const containersOf = (
  service: string,
  plan: Pick<Plan, 'project'>,
  containers: readonly EngineContainer[],
): readonly EngineContainer[] =>
  containers.filter((one) => one.project === plan.project.name && one.service === service && one.oneOff !== true);

/** Of several containers the one that changes is shown. */
export function serviceLines(service: ServicePlan, plan: Plan, containers: readonly EngineContainer[]): Lines {
  const all = containersOf(service.service.name, plan, containers);
  const { value: wanted } = service.service.replicas;
  const planned = wanted === 0 ? [] : attachmentsPlanned(service, plan, containers);
  const each = all.map((container) => linesOf(container, service, plan, planned));
  const shown = each.find(({ now, planned: then }) => now.join('\n') !== then.join('\n')) ?? each[0];
  const count = (containersNow: number) => (wanted > 1 || all.length > 1 ? [`containers: ${containersNow}`] : []);
  return {
    now: shown ? [...shown.now, ...count(all.length)] : [],
    planned: wanted === 0 ? [] : [...(shown?.planned ?? newLines(service, planned)), ...count(wanted)],
  };
}

/** What the plan leaves to Docker is no change, whatever Docker has chosen. */
function linesOf(container: EngineContainer, service: ServicePlan, plan: Plan, attachments: readonly string[]): Lines {
  const planned = newLines(service, attachments);
  if (!container.running) return { now: ['stopped'], planned };
  const mac = plannedMac(service);
  const macs = new Set(Object.values(container.networks).flatMap((one) => macOf(one.mac) ?? []));
  const floating = floatingOf([...service.networks.values()]);
  const macNow = mac === undefined || macs.size === 0 || macs.has(mac) ? mac : [...macs].sort().join(' ');
  return {
    now: [
      ...attachmentsNow(container, macsByNetwork(service, plan)),
      ...(macNow === undefined ? [] : [`mac: ${macNow}`]),
      ...(container.floating || floating.length > 0 ? floatingLines([...(container.floating ?? [])].sort()) : []),
      ...(service.publishing ? portsNow(container, service.ports) : []),
    ],
    planned,
  };
}

const newLines = (service: ServicePlan, attachments: readonly string[]): readonly string[] => {
  const mac = plannedMac(service);
  return [
    ...attachments,
    ...(mac === undefined ? [] : [`mac: ${mac}`]),
    ...floatingLines(floatingOf([...service.networks.values()])),
    ...(service.publishing ? [...new Set(service.ports.map(portText))].sort() : []),
  ];
};

const macOf = (text: string | undefined) => text && (parseMac(text) ?? text);

/** `mac_address` of the service itself, which is for whichever network Docker takes as the first. */
const plannedMac = (service: ServicePlan) => (service.networkMode ? undefined : macOf(macOfService(service)?.value));

const floatingOf = (attachments: readonly AttachmentPlan[]): readonly string[] =>
  attachments.flatMap(({ floating = [] }) => floating.map(({ value }) => formatAddress(value))).sort();
const floatingLines = (addresses: readonly string[]) =>
  addresses.length > 0 ? [`floating addresses: ${addresses.join(' ')}`] : [];

/** The MAC addresses that are asked for, by Docker's network name. ipvlan has the parent's, whatever is written. */
const macsByNetwork = ({ networks }: ServicePlan, plan: Plan): ReadonlyMap<string, string> =>
  new Map(
    [...networks.values()].flatMap(({ network, macAddress }) => {
      const mac = plan.networks.get(network)?.mode.startsWith('ipvlan') ? undefined : macOf(macAddress?.value);
      return mac === undefined ? [] : [[dockerNameOf(network, plan.networks, plan.project), mac] as const];
    }),
  );

/**
 * How a container is attached, sorted: a line for each network, with the addresses that it was given.
 *
 * @param macs those that are asked for: of a network without one it does not matter which it has
 */
export function attachmentsNow(
  { networkMode, networks }: EngineContainer,
  macs: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  if (/^(host|none|container:.*)$/.test(networkMode)) return [`network_mode: ${networkMode}`];
  return Object.entries(networks)
    .map(([name, { fixed = [], mac }]) => {
      const wanted = macs.get(name);
      const shown = wanted === undefined ? [] : [`mac ${macOf(mac) ?? wanted}`];
      return [`network: ${name}`, ...[...fixed].sort(), ...shown].join(' ');
    })
    .sort();
}

/** The same of what is planned. */
function attachmentsPlanned(
  service: ServicePlan,
  plan: Plan,
  containers: readonly EngineContainer[],
): readonly string[] {
  const { networkMode, owner, networks } = service;
  if (networkMode?.kind === 'service' || owner !== undefined) {
    const name = networkMode?.kind === 'service' ? networkMode.service : owner!;
    const [container] = containersOf(name, plan, containers);
    return [`network_mode: ${container ? `container:${container.id}` : `service:${name}`}`];
  }
  if (networkMode && networkMode.kind !== 'network')
    return [
      `network_mode: ${networkMode.kind === 'container' ? `container:${networkMode.container}` : networkMode.kind}`,
    ];
  if (networkMode) return [`network: ${networkMode.network}`];
  if (networks.size === 0) return [`network: ${dockerNameOf('default', plan.networks, plan.project)}`];
  const macs = macsByNetwork(service, plan);
  return [...networks.values()]
    .map(({ network, ipv4Address, ipv6Address }) => {
      const name = dockerNameOf(network, plan.networks, plan.project);
      const fixed = [ipv4Address, ipv6Address].flatMap((given) => (given ? formatAddress(given.value) : [])).sort();
      const mac = macs.get(name);
      return [`network: ${name}`, ...fixed, ...(mac === undefined ? [] : [`mac ${mac}`])].join(' ');
    })
    .sort();
}

type PortNow = EngineContainer['ports'][number];

/** What Docker has chosen of what the plan leaves open is said as the plan says it. */
function portsNow({ ports }: EngineContainer, planned: readonly PlannedPort[]): readonly string[] {
  const texts = ports.map((port) => {
    const asPlanned = planned.find((one) => isOf(port, one));
    return asPlanned ? portText(asPlanned) : runningText(port);
  });
  return [...new Set(texts)].sort();
}

const isOf = ({ ip, published, target, protocol }: PortNow, { source, address }: PlannedPort): boolean =>
  source.target === target &&
  source.protocol === protocol &&
  (!source.published || (published >= source.published.first && published <= source.published.last)) &&
  addressText(ip) === addressText(address && formatAddress(address));

/** Every address of the host is nothing: an engine lists one entry for each family that it has. */
function addressText(text: string | undefined): string {
  const address = parseAddress(text ?? '');
  if (!address || isUnspecified(address)) return '';
  return address.family === 6 ? `[${formatAddress(address)}]:` : `${formatAddress(address)}:`;
}

const portText = ({ source: { published, target, protocol }, address }: PlannedPort): string =>
  `port: ${addressText(address && formatAddress(address))}` +
  `${rangeText(published) || '<dynamic>'} -> ${target}/${protocol}`;

const runningText = ({ ip, published, target, protocol }: PortNow): string =>
  `port: ${addressText(ip)}${published} -> ${target}/${protocol}`;
