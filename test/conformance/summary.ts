/** What is compared of a model in the form of `docker compose config --format json`, in one canonical form. */

import { rangeText } from '../../src/compose/project/port-runs.ts';
import { parsePortRange } from '../../src/compose/project/port-syntax.ts';

/** Path → value, both as text. */
export type Summary = ReadonlyMap<string, string>;

type Plain = Readonly<Record<string, unknown>>;

export function summary(model: unknown): Summary {
  const lines = new Map<string, string>();
  const root = record(model);
  lines.set('name', text(root['name']));
  for (const [name, value] of Object.entries(record(root['services'])))
    addService(lines, `services.${name}`, record(value));
  for (const [key, value] of Object.entries(record(root['networks'])))
    addNetwork(lines, `networks.${key}`, record(value));
  return lines;
}

/** One line for each value that differs. */
export function differences(theirs: Summary, ours: Summary): readonly string[] {
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  return keys.flatMap((key) => {
    const [their, our] = [theirs.get(key), ours.get(key)];
    return their === our ? [] : [`${key}: Compose ${their ?? 'nothing'} · netcompose ${our ?? 'nothing'}`];
  });
}

function addService(lines: Map<string, string>, path: string, service: Plain): void {
  for (const key of ['image', 'hostname', 'container_name', 'network_mode', 'mac_address'])
    lines.set(`${path}.${key}`, text(service[key]));
  const replicas = service['scale'] ?? record(service['deploy'])['replicas'] ?? 1;
  lines.set(`${path}.replicas`, text(replicas));
  lines.set(`${path}.profiles`, sorted(list(service['profiles']).map(text)));
  lines.set(
    `${path}.expose`,
    sorted(
      list(service['expose'])
        .map((port) => text(port).replace(/\/tcp$/, ''))
        .filter(isPort),
    ),
  );
  lines.set(`${path}.extra_hosts`, sorted(list(service['extra_hosts']).map(text)));
  lines.set(`${path}.ports`, sorted(new Set(list(service['ports']).map((port) => portText(record(port))))));
  for (const name of Object.keys(record(service['depends_on']))) lines.set(`${path}.depends_on.${name}`, 'yes');
  for (const [name, value] of Object.entries(record(service['networks']))) {
    const attachment = record(value);
    lines.set(`${path}.networks.${name}`, 'yes');
    for (const key of ['ipv4_address', 'ipv6_address', 'mac_address', 'interface_name', 'gw_priority', 'priority']) {
      lines.set(`${path}.networks.${name}.${key}`, text(attachment[key] === 0 ? undefined : attachment[key]));
    }
    lines.set(`${path}.networks.${name}.aliases`, sorted(list(attachment['aliases']).map(text)));
    lines.set(`${path}.networks.${name}.driver_opts`, pairs(attachment['driver_opts']));
  }
}

function addNetwork(lines: Map<string, string>, path: string, network: Plain): void {
  const { external, ...definition } = network;
  // In this very form Compose hashes it, to see whether it has changed.
  if (external !== true) lines.set(`${path}.definition`, JSON.stringify(definition));
  for (const key of ['name', 'driver', 'enable_ipv4', 'enable_ipv6']) lines.set(`${path}.${key}`, text(network[key]));
  for (const key of ['external', 'internal', 'attachable']) lines.set(`${path}.${key}`, text(network[key] ?? false));
  lines.set(`${path}.driver_opts`, pairs(network['driver_opts']));
  const ipam = record(network['ipam']);
  lines.set(`${path}.ipam.driver`, text(ipam['driver']));
  list(ipam['config']).forEach((value, i) => {
    const pool = record(value);
    for (const key of ['subnet', 'gateway', 'ip_range']) lines.set(`${path}.ipam.${i}.${key}`, text(pool[key]));
    lines.set(`${path}.ipam.${i}.aux_addresses`, pairs(pool['aux_addresses']));
  });
}

/** What else `expose` may hold, Compose does not read either. */
function isPort(exposed: string): boolean {
  return /^\d+(?:-\d+)?(?:\/[a-z]+)?$/.test(exposed);
}

function portText(port: Plain): string {
  const { host_ip: hostIp = '', published = '', target, protocol = 'tcp', mode = 'ingress' } = port;
  // What is no port, Docker refuses: netcompose has said so, and reads none.
  const shown = rangeText(parsePortRange(text(published)));
  // Compose's model leaves a target of 0 out.
  return `${text(hostIp)}:${shown}:${text(target ?? 0)}/${text(protocol).toLowerCase()} ${text(mode)}`;
}

function record(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function pairs(value: unknown): string {
  return sorted(Object.entries(record(value)).map(([key, each]) => `${key}=${text(each)}`));
}

function sorted(values: Iterable<string>): string {
  return [...values].sort().join(' ');
}
