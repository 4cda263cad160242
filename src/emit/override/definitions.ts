/** The plan in Compose's own words: what a network and a service's attachments look like in a Compose file. */

import { parseCidr } from '../../plan/facts/ip.ts';
import type { AttachmentPlan, NetworkPlan, PlannedPort, ServicePlan } from '../../plan/types.ts';
import type { Plain } from './plain-data.ts';

/** `networks.<key>` in full; `gateway` is written wherever there is one (engines from 29 on choose none). */
export function networkDefinition(network: NetworkPlan): { readonly [key: string]: Plain } {
  const { driver, options, pools, mode } = network;
  const has = (family: 4 | 6) => pools.some(({ subnet }) => parseCidr(subnet)?.family === family);
  return {
    ...(driver !== undefined && { driver }),
    ...(mode === 'overlay' && { attachable: true }),
    ...(Object.keys(options).length > 0 && { driver_opts: { ...options } }),
    ...(has(6) && !has(4) && { enable_ipv4: false }),
    ...(has(6) && { enable_ipv6: true }),
    ...(pools.length > 0 && { ipam: { config: pools.map(poolDefinition) } }),
  };
}

function poolDefinition({ subnet, gateway, ipRange, auxAddresses }: NetworkPlan['pools'][number]): Plain {
  return {
    subnet,
    ...(gateway !== undefined && { gateway }),
    ...(ipRange !== undefined && { ip_range: ipRange }),
    ...(Object.keys(auxAddresses).length > 0 && { aux_addresses: { ...auxAddresses } }),
  };
}

/** How Compose refers to a network that it does not manage. */
export function externalDefinition(dockerName: string): { readonly [key: string]: Plain } {
  return { name: dockerName, external: true };
}

/** `services.<name>.networks.<key>`; null where there is nothing to say. */
export function attachmentDefinition(attachment: AttachmentPlan): Plain {
  const { ipv4Address, ipv6Address, macAddress, aliases, interfaceName, gwPriority } = attachment;
  const definition = {
    ...(ipv4Address !== undefined && { ipv4_address: ipv4Address }),
    ...(ipv6Address !== undefined && { ipv6_address: ipv6Address }),
    ...(macAddress !== undefined && { mac_address: macAddress }),
    ...(aliases.length > 0 && { aliases: [...aliases] }),
    ...(interfaceName !== undefined && { interface_name: interfaceName }),
    ...(gwPriority !== undefined && { gw_priority: gwPriority }),
  };
  return Object.keys(definition).length > 0 ? definition : null;
}

/** One entry of `ports` in the long syntax. */
export function portDefinition({ source, hostIp }: PlannedPort): Plain {
  const { published, target, protocol, mode } = source;
  return {
    mode,
    ...(hostIp !== undefined && { host_ip: hostIp }),
    target,
    ...(published && {
      published: published.first === published.last ? `${published.first}` : `${published.first}-${published.last}`,
    }),
    protocol,
  };
}

/**
 * What of a service's attachments the file does not say yet. A network that it is on anyway (`default`, where it lists
 * none) needs a word only beside others.
 */
export function changedAttachments(plan: ServicePlan): readonly AttachmentPlan[] {
  if (!plan.managed || plan.networkMode !== undefined) return [];
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
      attachment.ipv4Address === before.ipv4Address?.value &&
      attachment.ipv6Address === before.ipv6Address?.value &&
      attachment.macAddress === before.macAddress?.value &&
      attachment.interfaceName === before.interfaceName?.value &&
      attachment.gwPriority === before.gwPriority?.value;
    return same ? [] : [{ ...attachment, aliases }];
  });
}

/** Whether `ports` must be taken out, written anew, or may stay. */
export function portsChange(plan: ServicePlan): 'none' | 'remove' | 'replace' {
  const before = plan.service.ports;
  if (!plan.managed || before.length === 0) return 'none';
  if (plan.ports.length === 0) return 'remove';
  return plan.ports.length < before.length || plan.ports.some(({ source, hostIp }) => hostIp !== source.hostIp)
    ? 'replace'
    : 'none';
}

/** `extra_hosts` entries as Compose writes them. */
export const extraHostEntry = ({ host, address }: { readonly host: string; readonly address: string }) =>
  `${host}:${address}`;
