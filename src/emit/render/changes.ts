/** The plan → what of each service and network must be written, as data; where in the text is decided elsewhere. */

import omit from 'lodash/omit.js';
import { networkModeText, sameNetworkMode } from '../../compose/project/network-mode.ts';
import type { Project } from '../../compose/project/project.ts';
import { at, type Tree, toPlain } from '../../compose/tree.ts';
import { canonical } from '../../plan/facts/ip.ts';
import { floatingLabel } from '../../plan/facts/ownership.ts';
import { networkDefinition } from '../../plan/networks/definition.ts';
import { isMovedGuest } from '../../plan/services/guests.ts';
import type { AttachmentPlan, NetworkPlan, PlannedPort, ServicePlan } from '../../plan/types.ts';
import {
  addedHosts,
  attachmentDefinition,
  changedAttachments,
  droppedKeys,
  externalDefinition,
  extraHostEntry,
  floatingTexts,
  guestKeys,
  keysRemoved,
  ownerDependency,
  portDefinitions,
  portsChange,
} from '../override/definitions.ts';
import { isList, isPlainMap, literal, type Plain, type PlainMap, samePlain, written } from '../override/plain-data.ts';

export const extension = 'x-netmode';

/** What becomes of a mapping: keys to set and keys to take out. */
export interface Change {
  readonly set: ReadonlyMap<string, Plain>;
  readonly remove: ReadonlySet<string>;
  /** Whether every other key goes too, except `x-*`. */
  readonly only?: boolean;
}

export function serviceChange(plan: ServicePlan): Change {
  const set = new Map<string, Plain>();
  const remove = new Set<string>([extension]);
  const { service } = plan;
  if (plan.managed && !sameNetworkMode(plan.networkMode, service.networkMode?.value)) {
    if (plan.networkMode === undefined) remove.add('network_mode');
    else set.set('network_mode', literal(networkModeText(plan.networkMode)));
  }
  for (const key of keysRemoved(plan)) remove.add(key);
  const dependency = ownerDependency(plan);
  if (dependency) set.set('depends_on', dependsOn(plan, dependency));
  if (plan.managed && plan.networkMode !== undefined && service.networks) remove.add('networks');
  if (changedAttachments(plan).length > 0) set.set('networks', attachmentsOf(plan));
  const ports = isMovedGuest(plan) ? 'none' : portsChange(plan);
  if (ports === 'remove') remove.add('ports');
  if (ports === 'replace') set.set('ports', portsOf(plan));
  for (const [key, value] of Object.entries(guestKeys(plan)))
    set.set(key, key === 'expose' ? exposed(plan, value) : literal(value));
  if (floatingTexts(plan).length > 0) set.set('labels', labelsOf(plan));
  if (plan.links.length > 0) set.set('links', linksOf(plan));
  if (addedHosts(plan).length > 0) set.set('extra_hosts', extraHostsOf(plan));
  return { set, remove };
}

/** With what the file says, in its form: a list has them as `KEY=VALUE`. */
function labelsOf(plan: ServicePlan): Plain {
  const tree = at(plan.service.tree, 'labels');
  const before = tree ? written(tree) : {};
  const floating = floatingTexts(plan).join(' ');
  if (isList(before)) return [...before, literal(`${floatingLabel}=${floating}`)];
  return { ...(isPlainMap(before) && before), [floatingLabel]: literal(floating) };
}

/** With what the file says of others; a list becomes a mapping, which alone has room for `restart`. */
function dependsOn({ service }: ServicePlan, added: PlainMap): Plain {
  const tree = at(service.tree, 'depends_on');
  const before = tree ? written(tree) : {};
  if (isPlainMap(before)) {
    const [[owner, said]] = Object.entries(added) as [[string, PlainMap]];
    const known = before[owner];
    return { ...before, [owner]: { ...said, ...(known !== undefined && isPlainMap(known) && known), restart: true } };
  }
  const names = isList(before) ? before.map(String) : [];
  return { ...Object.fromEntries(names.map((name) => [name, { condition: 'service_started' }])), ...added };
}

function exposed({ service }: ServicePlan, added: Plain): Plain {
  const tree = at(service.tree, 'expose');
  const before = tree ? written(tree) : [];
  return [...(isList(before) ? before : [before]), ...(isList(added) ? added : [])];
}

/** All attachments: those that the file has as they are written there, with what netcompose adds. */
function attachmentsOf(plan: ServicePlan): Plain {
  const changed = new Map(changedAttachments(plan).map((attachment) => [attachment.network, attachment]));
  const entries = [...plan.networks.keys()].map((key) => [key, attachmentOf(plan, key, changed.get(key))] as const);
  const asMapping = at(plan.service.tree, 'networks')?.kind === 'mapping';
  return !asMapping && entries.every(([, value]) => value === null)
    ? entries.map(([key]) => key)
    : Object.fromEntries(entries);
}

function attachmentOf(plan: ServicePlan, key: string, changed: AttachmentPlan | undefined): Plain {
  const { service } = plan;
  const tree = service.networks?.value.get(key)?.tree;
  const before = tree ? written(tree) : null;
  if (!changed) return before;
  const planned = asWritten(attachmentDefinition(changed), service.netmode ? [service.netmode] : []);
  if (!isPlainMap(before)) return planned;
  const lists = [before['aliases'], (planned as PlainMap | null)?.['aliases']];
  const aliases = lists.flatMap((list) => (list !== undefined && isList(list) ? list : []));
  const merged = omit({ ...before, ...(planned as PlainMap | null) }, droppedKeys(plan, changed)) as Record<
    string,
    Plain
  >;
  // Addresses that the file writes with a variable mean what the plan says: they stay as they are.
  for (const [name, value] of Object.entries(before))
    if (Object.hasOwn(merged, name) && !differs(tree, name, merged[name]!)) merged[name] = value;
  if (Object.keys(merged).length === 0 && aliases.length === 0) return null;
  return aliases.length > 0 ? { ...merged, aliases } : merged;
}

function differs(tree: Tree | undefined, name: string, value: Plain): boolean {
  const before = at(tree, name);
  return !before || !samePlain(literal(inOneSpelling(toPlain(before) as Plain)), inOneSpelling(value));
}

/** Each entry as written, published for this host alone where the plan says so. */
function portsOf(plan: ServicePlan): Plain {
  const tree = at(plan.service.tree, 'ports');
  const listed = tree?.kind === 'sequence' ? tree.items : [];
  const items = [...listed, ...plan.ports.map(({ source }) => source.tree)];
  const byItem = new Map<Tree, PlannedPort[]>(items.map((item) => [item, []]));
  for (const port of plan.ports) byItem.get(port.source.tree)?.push(port);
  if ([...byItem.values()].flat().length !== plan.ports.length) return portDefinitions(plan.ports).map(literal);
  return [...byItem].flatMap(([item, ports]) => (ports.length > 0 ? portItem(item, ports) : []));
}

function portItem(item: Tree, ports: readonly PlannedPort[]): readonly Plain[] {
  const before = written(item);
  if (ports.every(({ source, hostIp }) => source.hostIp === hostIp)) return [before];
  const hostIp = ports[0]?.hostIp;
  if (isPlainMap(before)) return [{ ...before, ...(hostIp !== undefined && { host_ip: hostIp }) }];
  const simple = hostIp !== undefined && ports.every(({ source }) => source.hostIp === undefined);
  if (!simple) return portDefinitions(ports).map(literal);
  return [`${hostIp}:${ports.some(({ source }) => source.published) ? '' : ':'}${before}`];
}

function linksOf({ service, links }: ServicePlan): Plain {
  const tree = at(service.tree, 'links');
  const before = tree ? written(tree) : [];
  return [...(isList(before) ? before : []), ...links.map(literal)];
}

function extraHostsOf(plan: ServicePlan): Plain {
  const { service } = plan;
  const extraHosts = addedHosts(plan);
  const tree = at(service.tree, 'extra_hosts');
  const before = tree ? written(tree) : [];
  if (isPlainMap(before))
    return { ...before, ...Object.fromEntries(extraHosts.map(({ host, address }) => [host, literal(address)])) };
  return [...(isList(before) ? before : []), ...extraHosts.map(extraHostEntry).map(literal)];
}

/** Keys that netcompose's own definition of a shared network takes the place of; labels, a name and the like stay. */
const replaced = ['driver', 'driver_opts', 'ipam', 'enable_ipv4', 'enable_ipv6', 'external'];

/**
 * @param external whether shared networks are referred to rather than defined
 */
export function networkChange(network: NetworkPlan, project: Project, external: boolean): Change {
  const declared = network.declared ? project.networks.get(network.key) : undefined;
  const before = declared?.tree;
  if (network.kind === 'native') return { set: new Map(), remove: new Set([extension]) };
  if (network.kind === 'shared' && external) {
    return {
      set: new Map(Object.entries(externalDefinition(network.dockerName))),
      remove: new Set([extension]),
      only: true,
    };
  }
  const definition = Object.entries(networkDefinition(network)).filter(
    ([key, value]) => !isThere(at(before, key), value),
  );
  const gone = network.kind === 'shared' ? replaced.filter((key) => !(key in networkDefinition(network))) : [];
  const said = [
    declared?.netmode,
    project.netmode,
    ...(declared ? [] : [...project.services.values()].map(({ netmode }) => netmode)),
  ];
  const set = asWritten(
    Object.fromEntries(definition),
    said.filter((tree) => tree !== undefined),
  ) as PlainMap;
  return { set: new Map(Object.entries(set)), remove: new Set([extension, ...gone]) };
}

/** Whether the file says so already: pools of its own, perhaps with variables, are left as written. */
function isThere(before: Tree | undefined, wanted: Plain): boolean {
  if (!before) return false;
  const plain = inOneSpelling(toPlain(before) as Plain);
  if (!isPlainMap(plain) || !isPlainMap(wanted)) return samePlain(plain, wanted);
  return Object.entries(wanted).every(([key, value]) => key in plain && samePlain(plain[key]!, value));
}

/**
 * What the plan takes from an `x-netmode` with variables in it is written with them, as everything else in the file is.
 */
function asWritten(value: Plain, said: readonly Tree[]): Plain {
  const raw = new Map<string, string>();
  for (const tree of [...said].reverse()) collectRaw(tree, raw);
  return raw.size === 0 ? literal(value) : replacedBy(value, raw);
}

/** Addresses as the plan spells them, so that a file that spells them otherwise says the same. */
function inOneSpelling(value: Plain): Plain {
  if (typeof value === 'string') return canonical(value);
  if (isList(value)) return value.map(inOneSpelling);
  if (!isPlainMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inOneSpelling(inner)]));
}

function collectRaw(tree: Tree, raw: Map<string, string>): void {
  if (tree.kind === 'scalar') {
    // What may stand for `auto` is filled in: only netcompose knows the word.
    if (tree.raw !== undefined && !/\bauto\b/.test(tree.raw)) raw.set(canonical(String(tree.value)), tree.raw);
  } else if (tree.kind === 'sequence') for (const item of tree.items) collectRaw(item, raw);
  else for (const { value } of tree.entries.values()) collectRaw(value, raw);
}

function replacedBy(value: Plain, raw: ReadonlyMap<string, string>): Plain {
  if (isList(value)) return value.map((item) => replacedBy(item, raw));
  if (isPlainMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replacedBy(inner, raw)]));
  return (typeof value === 'string' ? raw.get(canonical(value)) : undefined) ?? literal(value);
}
