/** `services` as typed services. */
import uniqBy from 'lodash/uniqBy.js';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import { at, type Entry, entriesOf, type Mapping, type Tree } from '../tree.ts';
import { numberIn, present, stringIn, stringsIn } from './fields.ts';
import { readNetworkMode } from './network-mode.ts';
import { readExpose, readPorts } from './ports.ts';
import type { Attachment, Dependency, ExtraHost, Service } from './project.ts';

/** Reports `compose/invalid-model` for what a service says that cannot be. */
export function readServices(
  tree: Tree | undefined,
  inForce: ReadonlySet<string>,
  report: Report,
): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>();
  for (const entry of entriesOf(tree))
    if (entry.value.kind === 'mapping') services.set(entry.key, readService(entry, entry.value, inForce, report));
  return services;
}

function readService(
  { key: name, keySpan }: Entry,
  tree: Mapping,
  inForce: ReadonlySet<string>,
  report: Report,
): Service {
  const profiles = stringsIn(at(tree, 'profiles')).map(({ value }) => value);
  return present({
    name,
    span: keySpan,
    active: isActive(profiles, inForce),
    profiles,
    image: stringIn(at(tree, 'image')),
    hostname: stringIn(at(tree, 'hostname')),
    containerName: stringIn(at(tree, 'container_name')),
    networkMode: modeIn(stringIn(at(tree, 'network_mode'))),
    networks: readAttachments(at(tree, 'networks')),
    ports: readPorts(at(tree, 'ports'), name, report),
    expose: readExpose(at(tree, 'expose'), name, report),
    dependsOn: readDependencies(tree),
    extraHosts: readExtraHosts(at(tree, 'extra_hosts'), name, report),
    macAddress: stringIn(at(tree, 'mac_address')),
    replicas: readReplicas(tree, keySpan),
    provider: at(tree, 'provider')?.span,
    netmode: at(tree, 'x-netmode'),
    tree,
  });
}

const modeIn = (written: Located<string> | undefined): Service['networkMode'] =>
  written ? { ...written, value: readNetworkMode(written.value) } : undefined;

/** An empty list or mapping says nothing, as no `networks` at all. */
function readAttachments(tree: Tree | undefined): Located<ReadonlyMap<string, Attachment>> | undefined {
  const attachments = new Map<string, Attachment>();
  if (tree?.kind === 'sequence') {
    for (const { value, span } of stringsIn(tree))
      attachments.set(value, { network: value, span, linkLocalIps: [], aliases: [] });
  }
  for (const entry of entriesOf(tree)) attachments.set(entry.key, readAttachment(entry));
  return tree && attachments.size > 0 ? { value: attachments, span: tree.span } : undefined;
}

function readAttachment({ key: network, keySpan: span, value: tree }: Entry): Attachment {
  return present({
    network,
    span,
    ipv4Address: stringIn(at(tree, 'ipv4_address')),
    ipv6Address: stringIn(at(tree, 'ipv6_address')),
    linkLocalIps: stringsIn(at(tree, 'link_local_ips')),
    macAddress: stringIn(at(tree, 'mac_address')),
    aliases: uniqBy(stringsIn(at(tree, 'aliases')), 'value'),
    interfaceName: stringIn(at(tree, 'interface_name')),
    gwPriority: wholeIn(at(tree, 'gw_priority')),
    priority: wholeIn(at(tree, 'priority')),
    tree,
  });
}

/** Compose takes any number here and cuts it; what does not fit, endless or none at all, becomes the smallest. */
function wholeIn(tree: Tree | undefined): Located<number> | undefined {
  const number = numberIn(tree);
  const fits = number && number.value >= smallest && number.value < -smallest;
  return number && { ...number, value: fits ? Math.trunc(number.value) : smallest };
}

/** Of Go's `int` with 64 bits. */
const smallest = -(2 ** 63);

function readDependencies(tree: Mapping): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  const dependsOn = at(tree, 'depends_on');
  if (dependsOn?.kind === 'sequence') {
    for (const { value, span } of stringsIn(dependsOn)) found.set(value, { service: value, from: 'depends_on', span });
  }
  for (const { key, keySpan } of entriesOf(dependsOn))
    found.set(key, { service: key, from: 'depends_on', span: keySpan });
  for (const { value, span } of stringsIn(at(tree, 'links'))) {
    const [service = value, alias] = value.split(':');
    const known = found.get(service) ?? { service, from: 'links', span };
    found.set(service, alias === undefined || known.alias !== undefined ? known : { ...known, alias });
  }
  return [...found.values()];
}

/** `host=address` or `host:address`, several addresses by commas; or a mapping (`types/hostList.go`). */
function readExtraHosts(tree: Tree | undefined, service: string, report: Report): readonly ExtraHost[] {
  const hosts: ExtraHost[] = [];
  const add = (host: string, addresses: readonly string[], span: Span) => {
    if (host === '' || /[:=]/.test(host))
      report('compose/invalid-model', span, `"${service}": "${host}" is not a host name`);
    else hosts.push(...addresses.map((address) => ({ host, address: address.replace(/^\[(.+)\]$/, '$1'), span })));
  };
  for (const { key, keySpan, value } of entriesOf(tree))
    add(
      key,
      stringsIn(value).map((address) => address.value),
      keySpan,
    );
  for (const { value, span } of tree?.kind === 'sequence' ? stringsIn(tree) : []) {
    const separator = value.includes('=') ? '=' : ':';
    const cut = value.indexOf(separator);
    if (cut < 0)
      report('compose/invalid-model', span, `"${service}": extra host "${value}" has no address`, {
        help: `"${value}=<address>"`,
      });
    else add(value.slice(0, cut), value.slice(cut + 1).split(','), span);
  }
  return hosts;
}

function readReplicas(tree: Mapping, keySpan: Span): Located<number> {
  const written = numberIn(at(tree, 'deploy', 'replicas')) ?? numberIn(at(tree, 'scale'));
  // No such number of containers is told of once; nothing follows from it.
  return written && Number.isInteger(written.value) && written.value >= 0 ? written : { value: 1, span: keySpan };
}

/** Which profiles are in force: from `--profile`, else from `COMPOSE_PROFILES`. */
export function profilesInForce(given: readonly string[], variables: ReadonlyMap<string, string>): ReadonlySet<string> {
  if (given.length > 0) return new Set(given);
  return new Set((variables.get('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim()));
}

/** A service without profiles always starts; `*` stands for all profiles. */
function isActive(profiles: readonly string[], inForce: ReadonlySet<string>): boolean {
  return profiles.length === 0 || inForce.has('*') || profiles.some((profile) => inForce.has(profile));
}
