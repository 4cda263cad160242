/** The plan in Compose's own words: what a network and a service's attachments look like in a Compose file. */

import { type PortRun, portRuns, rangeText } from '../../compose/project/port-runs.ts';
import type { Port } from '../../compose/project/project.ts';
import { at, entriesOf, toPlain } from '../../compose/tree.ts';
import type { Located } from '../../diagnostics/source.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../plan/facts/ip.ts';
import { isMovedGuest, movedKeys } from '../../plan/services/guests.ts';
import { macOfService } from '../../plan/services/members.ts';
import type { AttachmentPlan, PlannedPort, ServicePlan } from '../../plan/types.ts';
import type { Plain, PlainMap } from './plain-data.ts';

/** How Compose refers to a network that it does not manage. */
export function externalDefinition(dockerName: string): { readonly [key: string]: Plain } {
  return { name: dockerName, external: true };
}

/** `services.<name>.networks.<key>`; null where there is nothing to say. */
export function attachmentDefinition(attachment: AttachmentPlan): Plain {
  const { ipv4Address, ipv6Address, macAddress, aliases, interfaceName, gwPriority } = attachment;
  const definition = {
    ...(ipv4Address && { ipv4_address: formatAddress(ipv4Address.value) }),
    ...(ipv6Address && { ipv6_address: formatAddress(ipv6Address.value) }),
    ...(macAddress && { mac_address: macAddress.value }),
    ...(aliases.length > 0 && { aliases: [...aliases] }),
    ...(interfaceName && { interface_name: interfaceName.value }),
    ...(gwPriority && { gw_priority: gwPriority.value }),
  };
  return Object.keys(definition).length > 0 ? definition : null;
}

/** `ports` as data: the long syntax, with the numbers of an entry that gives several ports as a range. */
export function portsData(ports: readonly PlannedPort[]): readonly Plain[] {
  return runsOf(ports).map(longPort);
}

/** `ports` for Compose: the long syntax where it has words for it; it has none for several container ports. */
export function portDefinitions(ports: readonly PlannedPort[]): readonly Plain[] {
  return runsOf(ports).map((run) =>
    run.targets.first === run.targets.last ? { ...longPort(run), ...besides(run.first.source) } : shortPort(run),
  );
}

/** What the long syntax says beside the port: `name`, `app_protocol`, extensions. */
const besides = ({ tree }: Port): PlainMap =>
  Object.fromEntries(
    entriesOf(tree)
      .filter(({ key }) => key === 'name' || key === 'app_protocol' || key.startsWith('x-'))
      .map(({ key, value }) => [key, toPlain(value) as Plain]),
  );

const runsOf = (ports: readonly PlannedPort[]) => portRuns(ports, ({ source }) => source);

function longPort({ first: { source, hostIp }, targets, published }: PortRun<PlannedPort>): PlainMap {
  return {
    mode: source.mode,
    ...(hostIp !== undefined && { host_ip: hostIp }),
    target: targets.first === targets.last ? targets.first : rangeText(targets),
    ...(published && { published: rangeText(published) }),
    protocol: source.protocol,
  };
}

function shortPort({ first: { source, hostIp }, targets, published }: PortRun<PlannedPort>): string {
  const address = hostIp === undefined ? '' : `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:`;
  const from = published || address !== '' ? `${rangeText(published)}:` : '';
  return `${address}${from}${rangeText(targets)}/${source.protocol}`;
}

/**
 * What of a service's attachments the file does not say yet. A network that it is on anyway (`default`, where it lists
 * none) needs a word only beside others.
 */
export function changedAttachments(plan: ServicePlan): readonly AttachmentPlan[] {
  if (plan.networkMode !== undefined) return [];
  const declared = plan.service.networks?.value;
  const all = [...plan.networks.values()];
  if (!declared && all.length === 1 && all[0]!.network === 'default' && attachmentDefinition(all[0]!) === null)
    return [];
  return all.flatMap((attachment) => {
    const before = declared?.get(attachment.network);
    if (!before) return [attachment];
    const known = new Set(before.aliases.map(({ value }) => value));
    const aliases = attachment.aliases.filter((alias) => !known.has(alias));
    const same =
      aliases.length === 0 &&
      isWritten(attachment.ipv4Address, before.ipv4Address) &&
      isWritten(attachment.ipv6Address, before.ipv6Address) &&
      attachment.macAddress?.value === before.macAddress?.value &&
      attachment.interfaceName?.value === before.interfaceName?.value &&
      attachment.gwPriority?.value === before.gwPriority?.value;
    return same ? [] : [{ ...attachment, aliases }];
  });
}

/** Keys of an attachment that the file has and the plan has not: what was for the LAN, on a fallback's bridge. */
export function droppedKeys({ service }: ServicePlan, attachment: AttachmentPlan): readonly string[] {
  const before = service.networks?.value.get(attachment.network);
  if (!before) return [];
  return [
    ...(before.ipv4Address && !attachment.ipv4Address ? ['ipv4_address'] : []),
    ...(before.ipv6Address && !attachment.ipv6Address ? ['ipv6_address'] : []),
    ...(before.macAddress && !attachment.macAddress ? ['mac_address'] : []),
  ];
}

/** Whether the file says this address already, however it spells it. */
const isWritten = (planned: Located<Address> | undefined, written: Located<string> | undefined): boolean =>
  planned && written
    ? sameAddress(planned.value, parseAddress(written.value))
    : planned === undefined && written === undefined;

/** Whether netcompose attaches it, or a guest of its. */
const isRewritten = ({ managed, takesOver }: ServicePlan) => managed || takesOver !== undefined;

/**
 * What of a service's keys goes: of a guest's, what is said at the owner of the network namespace; and a MAC address
 * for the LAN, on a fallback.
 */
export const keysRemoved = (plan: ServicePlan): readonly string[] => [
  ...(isMovedGuest(plan) ? movedKeys.filter((key) => at(plan.service.tree, key) !== undefined) : []),
  ...(plan.service.macAddress && !macOfService(plan) ? ['mac_address'] : []),
];

/**
 * `depends_on` with the owner of the network namespace, beside which a guest starts anew; nothing where the file says
 * so. A condition of the user's own stays.
 */
export function ownerDependency(plan: ServicePlan): { readonly [owner: string]: Plain } | undefined {
  if (!isMovedGuest(plan)) return undefined;
  const owner = plan.owner!;
  const before = at(plan.service.tree, 'depends_on', owner);
  const restart = at(before, 'restart');
  if (restart?.kind === 'scalar' && restart.value === true) return undefined;
  const condition = at(before, 'condition');
  return {
    [owner]: { condition: condition?.kind === 'scalar' ? condition.value : 'service_started', restart: true },
  };
}

/** What an owner says for its guests beside networks, ports and hosts. */
export function guestKeys({ takesOver }: ServicePlan): { readonly [key: string]: Plain } {
  const { hostname, dns, expose = [] } = takesOver ?? {};
  return {
    ...(hostname !== undefined && { hostname }),
    ...(dns !== undefined && { dns }),
    ...(expose.length > 0 && { expose }),
  };
}

/** The addresses that it puts up by itself. */
export const floatingTexts = ({ networks }: ServicePlan): readonly string[] =>
  [...networks.values()].flatMap(({ floating = [] }) => floating.map(({ value }) => formatAddress(value)));

/** `extra_hosts` to add: those that keep names resolving, and the guests'. */
export const addedHosts = ({ extraHosts, takesOver }: ServicePlan): ServicePlan['extraHosts'] => [
  ...(takesOver?.extraHosts ?? []),
  ...extraHosts,
];

/** Whether `ports` must be taken out, written anew, or may stay. */
export function portsChange(plan: ServicePlan): 'none' | 'remove' | 'replace' {
  const before = plan.service.ports;
  if (!isRewritten(plan) || (before.length === 0 && plan.ports.length === 0)) return 'none';
  if (plan.ports.length === 0) return plan.managed ? 'remove' : 'none';
  return plan.ports.length !== before.length ||
    plan.ports.some(({ source, hostIp }) => hostIp !== source.hostIp || !before.includes(source))
    ? 'replace'
    : 'none';
}

/** `extra_hosts` entries as Compose writes them. */
export const extraHostEntry = ({ host, address }: { readonly host: string; readonly address: string }) =>
  `${host}:${address}`;
