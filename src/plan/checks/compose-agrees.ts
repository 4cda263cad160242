/**
 * Compose's own resolved model (`docker compose config --format json`) against the plan. Two programs that read the
 * same files must agree before anything is touched.
 */
import { networkModeText } from '../../compose/project/network-mode.ts';
import { canonical, formatAddress } from '../facts/ip.ts';
import type { AttachmentPlan, Plan, ServicePlan } from '../types.ts';

/** What of the resolved model concerns networking; everything else is ignored. */
export interface ResolvedModel {
  readonly services?: Readonly<Record<string, ResolvedService>>;
  readonly networks?: Readonly<
    Record<string, { readonly name?: string; readonly external?: boolean; readonly driver?: string } | null>
  >;
}

interface ResolvedService {
  readonly network_mode?: string;
  readonly networks?: Readonly<Record<string, ResolvedAttachment | null>>;
  readonly ports?: readonly {
    readonly target: number;
    readonly published?: string | number;
    readonly host_ip?: string;
    readonly protocol?: string;
  }[];
}

interface ResolvedAttachment {
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
  readonly mac_address?: string;
  readonly aliases?: readonly string[];
  readonly interface_name?: string;
  readonly gw_priority?: number;
}

export interface Difference {
  /** Absent where a network differs. */
  readonly service?: string;
  readonly what: string;
  readonly planned: string;
  readonly resolved: string;
}

/** Every difference in networking of the services that Compose would start; none where the two agree. */
export function compareResolved(plan: Plan, model: ResolvedModel): readonly Difference[] {
  const differences: Difference[] = [];
  const services = model.services ?? {};
  for (const name of Object.keys(services)) {
    if (!plan.services.has(name))
      differences.push({ service: name, what: 'the service', planned: 'nothing', resolved: 'a service' });
  }
  const names = [...plan.services.values()].filter(({ service }) => service.active).map(({ service }) => service.name);
  for (const name of names) {
    // A service of a profile may be active here because the command line names it, which `config` does not know.
    if (!services[name] && plan.services.get(name)!.service.profiles.length === 0) {
      differences.push({ service: name, what: 'the service', planned: 'a service', resolved: 'nothing' });
    }
  }
  for (const name of names) {
    const resolved = services[name];
    if (resolved) compareService(differences, plan.services.get(name)!, resolved);
  }
  compareNetworks(differences, plan, model);
  return differences;
}

function compare(
  differences: Difference[],
  service: string | undefined,
  what: string,
  planned: string,
  resolved: string,
): void {
  if (planned !== resolved)
    differences.push({
      ...(service !== undefined && { service }),
      what,
      planned: planned || 'nothing',
      resolved: resolved || 'nothing',
    });
}

function compareService(differences: Difference[], plan: ServicePlan, resolved: ResolvedService): void {
  const { name } = plan.service;
  compare(
    differences,
    name,
    'network_mode',
    plan.networkMode ? networkModeText(plan.networkMode) : '',
    resolved.network_mode ?? '',
  );
  const keys = [...plan.networks.keys()].sort();
  compare(
    differences,
    name,
    'networks',
    keys.join(', '),
    Object.keys(resolved.networks ?? {})
      .sort()
      .join(', '),
  );
  for (const key of keys) {
    const attachment = resolved.networks?.[key];
    if (attachment === undefined) continue;
    compare(
      differences,
      name,
      `networks.${key}`,
      attachmentText(planned(plan.networks.get(key)!)),
      attachmentText(attachment ?? {}),
    );
  }
  const ports = plan.ports.map(({ source, hostIp }) =>
    portText(source.target, publishedText(source.published), hostIp, source.protocol),
  );
  const resolvedPorts = (resolved.ports ?? []).map((port) =>
    portText(port.target, String(port.published ?? ''), port.host_ip, port.protocol),
  );
  // Of a service that is left as it is, Compose keeps `ports` in the model even where nothing will be published.
  if (plan.managed || plan.takesOver || plan.ports.length > 0)
    compare(differences, name, 'ports', ports.sort().join(', '), resolvedPorts.sort().join(', '));
}

function planned(plan: AttachmentPlan): ResolvedAttachment {
  const { ipv4Address, ipv6Address, macAddress, aliases, interfaceName, gwPriority } = plan;
  return {
    ...(ipv4Address && { ipv4_address: formatAddress(ipv4Address.value) }),
    ...(ipv6Address && { ipv6_address: formatAddress(ipv6Address.value) }),
    ...(macAddress && { mac_address: macAddress.value }),
    ...(aliases.length > 0 && { aliases }),
    ...(interfaceName && { interface_name: interfaceName.value }),
    ...(gwPriority && { gw_priority: gwPriority.value }),
  };
}

function attachmentText(attachment: ResolvedAttachment): string {
  const { ipv4_address, ipv6_address, mac_address, aliases, interface_name, gw_priority } = attachment;
  const parts = {
    // Compose passes on the spelling of the file.
    ipv4_address: ipv4_address && canonical(ipv4_address),
    ipv6_address: ipv6_address && canonical(ipv6_address),
    mac_address,
    aliases: [...new Set(aliases ?? [])].sort().join(' '),
    interface_name,
    gw_priority: gw_priority || undefined,
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}

const publishedText = (range: { readonly first: number; readonly last: number } | undefined) =>
  range === undefined ? '' : range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`;

const portText = (target: number, published: string, hostIp: string | undefined, protocol: string | undefined) =>
  `${hostIp ? `${hostIp}:` : ''}${published}:${target}/${protocol ?? 'tcp'}`;

function compareNetworks(differences: Difference[], plan: Plan, model: ResolvedModel): void {
  for (const { key, kind, dockerName, driver } of plan.networks.values()) {
    const resolved = model.networks?.[key];
    if (!resolved || kind === 'native') continue; // a network that no started service joins is left out by Compose
    if (kind === 'shared')
      compare(
        differences,
        undefined,
        `networks.${key}`,
        `external ${dockerName}`,
        `${resolved.external ? 'external ' : ''}${resolved.name ?? ''}`,
      );
    else
      compare(
        differences,
        undefined,
        `networks.${key}.driver`,
        driver ?? '',
        resolved.driver ?? (driver === 'bridge' ? 'bridge' : ''),
      );
  }
}
