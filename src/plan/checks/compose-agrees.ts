/**
 * Compose's own resolved model (`docker compose config --format json`) against the plan. Two programs that read the
 * same files must agree before anything is touched.
 */
import { networkModeText } from '../../compose/project/network-mode.ts';
import { rangeText } from '../../compose/project/port-runs.ts';
import { parsePortRange } from '../../compose/project/port-syntax.ts';
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
    /** Absent where the file says 0. */
    readonly target?: number;
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
    // Compose keeps in the model what it makes nothing of: a program takes the place of the container.
    if (resolved && !plan.services.get(name)!.service.provider)
      compareService(differences, plan.services.get(name)!, resolved);
  }
  compareNetworks(differences, plan, model);
  return differences;
}

/** All of a plan that `compareResolved` looks at, as text: equal texts give equal comparisons with equal models. */
export function comparedText(plan: Plan): string {
  const services = [...plan.services.values()].map(({ service, managed, takesOver, networkMode, networks, ports }) => [
    ...[service.name, service.active, service.profiles.length, service.provider !== undefined, managed, takesOver],
    networkMode ? networkModeText(networkMode) : '',
    [...networks].map(([key, attachment]) => [key, attachmentText(planned(attachment))]),
    ports.map(({ source: { target, published, protocol }, hostIp }) =>
      portText(target, rangeText(published), hostIp, protocol),
    ),
  ]);
  const networks = [...plan.networks.values()].map(({ key, kind, dockerName, driver }) => [
    ...[key, kind, dockerName, driver],
  ]);
  return JSON.stringify([services, networks]);
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
    unescaped(resolved.network_mode ?? ''),
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
      attachmentText(plainly(attachment ?? {})),
    );
  }
  // Of a service that is left as it is, Compose keeps `ports` in the model even where nothing will be published.
  if (plan.managed || plan.takesOver || plan.ports.length > 0) comparePorts(differences, plan, resolved);
}

/** Only those that differ are told of: a range may be of thousands. */
function comparePorts(differences: Difference[], { service, ports }: ServicePlan, resolved: ResolvedService): void {
  const ours = ports.map(({ source: { target, published, protocol }, hostIp }) =>
    portText(target, rangeText(published), hostIp, protocol),
  );
  const theirs = (resolved.ports ?? []).map(({ target, published, host_ip, protocol }) =>
    portText(target ?? 0, rangeText(parsePortRange(String(published ?? ''))), host_ip && unescaped(host_ip), protocol),
  );
  const without = (texts: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    return [...new Set(texts)].filter((text) => !known.has(text)).sort();
  };
  compare(differences, service.name, 'ports', listed(without(ours, theirs)), listed(without(theirs, ours)));
}

/** As many as a person reads. */
function listed(texts: readonly string[], most = 3): string {
  const more = texts.length - most;
  return more > 0 ? `${texts.slice(0, most).join(', ')} and ${more} more` : texts.join(', ');
}

/** `config` doubles each dollar, so that what it prints may be read as a Compose file again. */
const unescaped = (text: string) => text.replaceAll('$$', () => '$');

function planned(plan: AttachmentPlan): ResolvedAttachment {
  const { ipv4Address, ipv6Address, macAddress, aliases, interfaceName, gwPriority } = plan;
  return {
    ...(ipv4Address && { ipv4_address: formatAddress(ipv4Address.value) }),
    ...(ipv6Address && { ipv6_address: formatAddress(ipv6Address.value) }),
    ...(macAddress && { mac_address: macAddress.value }),
    aliases,
    ...(interfaceName && { interface_name: interfaceName.value }),
    ...(gwPriority && { gw_priority: gwPriority.value }),
  };
}

/** What Compose resolved, as the file means it. */
function plainly(attachment: ResolvedAttachment): ResolvedAttachment {
  return Object.fromEntries(
    Object.entries(attachment).map(([key, value]) => [
      key,
      typeof value === 'string' ? unescaped(value) : Array.isArray(value) ? value.map(unescaped) : value,
    ]),
  );
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

/**
 * Compose passes on the spelling of the file: "08080", `TCP`. A published port that is none counts as absent on both
 * sides: it has been reported where it stands.
 */
const portText = (target: number, published: string, hostIp: string | undefined, protocol: string | undefined) =>
  `${hostIp ? `${canonical(hostIp)}:` : ''}${published}:${target}/${(protocol || 'tcp').toLowerCase()}`;

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
