/**
 * The plan → the source rewritten as a plain Compose file without `x-netmode`. What does not change keeps its bytes; a
 * project of several files becomes one text first (`one-text.ts`).
 */
import { isAlias, isMap, isSeq, visit, type Alias, type Document, type YAMLMap, type Node } from 'yaml';
import { toPlain, type Tree } from '../compose/tree.ts';
import type { NetworkPlan, Plan, ServicePlan } from '../plan/types.ts';
import {
  attachmentDefinition,
  changedAttachments,
  externalDefinition,
  extraHostEntry,
  networkDefinition,
  portDefinition,
  portsChange,
  type Plain,
} from './definitions.ts';
import { effectivePairs, flattened, isMergeKey } from './merge-keys.ts';
import { oneText } from './one-text.ts';
import { SourceEditor, type YamlPair } from './source-edit.ts';

export interface RenderOptions {
  /** Refer to shared networks as external instead of defining them. */
  readonly external: boolean;
}

const extension = 'x-netmode';

/** @returns the whole file */
export function renderOf(plan: Plan, options: RenderOptions): string {
  const { text, document } = oneText(plan.project);
  const root = document.contents;
  if (!isMap(root)) return text;
  const editor = new SourceEditor(text, document);
  const pruned = unusedAfter(document);
  const services = valueOf(root, 'services');
  const handled = new Set<YAMLMap>();
  if (isMap(services)) {
    const detached = servicesToDetach(services, plan, document);
    for (const pair of services.items) {
      const service = plan.services.get(keyOf(pair));
      if (service) editService(editor, pair, service, document, detached, handled);
    }
  }
  editNetworks(editor, root, plan, options, handled);
  for (const { map, pair } of extensionsIn(document)) {
    if (handled.has(map) || map === root || pruned.some(({ inside }) => inside.has(map))) continue;
    handled.add(map);
    editor.editMap(map, { remove: new Set([pair]) });
  }
  const gone = new Set([...root.items.filter((pair) => keyOf(pair) === extension), ...pruned.map(({ pair }) => pair)]);
  editor.editMap(root, { remove: gone });
  return editor.result();
}

const keyOf = (pair: YamlPair) => String((pair.key as { value?: unknown }).value ?? '');

const valueOf = (map: YAMLMap, key: string) => map.items.find((pair) => keyOf(pair) === key)?.value as Node | undefined;

/** What of one service must be written: the keys to set, and those to take out. */
function serviceChanges(plan: ServicePlan): { set: Map<string, Plain>; remove: Set<string> } {
  const set = new Map<string, Plain>();
  const remove = new Set<string>([extension]);
  const { service } = plan;
  if (plan.managed && plan.networkMode !== service.networkMode?.value) {
    if (plan.networkMode === undefined) remove.add('network_mode');
    else set.set('network_mode', plan.networkMode);
  }
  if (plan.managed && plan.networkMode !== undefined && service.networks) remove.add('networks');
  if (changedAttachments(plan).length > 0) set.set('networks', attachmentsOf(plan));
  const ports = portsChange(plan);
  if (ports === 'remove') remove.add('ports');
  if (ports === 'replace') set.set('ports', plan.ports.map(portDefinition));
  if (plan.extraHosts.length > 0) {
    const own = service.extraHosts.map(extraHostEntry);
    set.set('extra_hosts', [...own, ...plan.extraHosts.map(extraHostEntry)].map(literal));
  }
  return { set, remove };
}

/** All attachments, in the short list form where none has anything to say. What netcompose does not know of is kept. */
function attachmentsOf({ networks, service }: ServicePlan): Plain {
  const definitions = [...networks.values()].map((attachment) => {
    const declared = service.networks?.value.get(attachment.network)?.tree;
    const before = declared ? toPlain(declared) : null;
    const definition = attachmentDefinition(attachment);
    const merged = definition === null && before === null ? null : { ...(before as object | null), ...(definition as object | null) };
    return [attachment.network, merged] as const;
  });
  if (definitions.every(([, definition]) => definition === null)) return definitions.map(([key]) => key);
  return Object.fromEntries(definitions.map(([key, definition]) => [key, literal(definition as Plain)]));
}

/** Compose fills in variables in the rendered file too: a literal `$` is doubled. */
function literal(value: Plain): Plain {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
  return value;
}

function editService(editor: SourceEditor, pair: YamlPair, plan: ServicePlan, document: Document, detached: ReadonlySet<YamlPair>, handled: Set<YAMLMap>): void {
  const { set, remove } = serviceChanges(plan);
  if (detached.has(pair)) {
    // It shares text with a service or fragment that changes otherwise: written out, it stands on its own.
    const own = flattened(pair.value as Node, document);
    for (const key of remove) delete own[key];
    if (isMap(pair.value)) handled.add(pair.value);
    editor.replaceValue(pair, { ...own, ...Object.fromEntries(set) });
    return;
  }
  if (!isMap(pair.value)) return;
  handled.add(pair.value);
  const gone = new Set(pair.value.items.filter((item) => remove.has(keyOf(item))));
  const { networks, hosts } = inPlace(editor, pair.value, plan, set);
  if (networks) set.delete('networks');
  if (hosts) set.delete('extra_hosts');
  editor.editMap(pair.value, { remove: gone, set });
}

/** Adds to the lists and mappings that are there already, rather than writing them anew. */
function inPlace(editor: SourceEditor, service: YAMLMap, plan: ServicePlan, set: ReadonlyMap<string, Plain>): { networks: boolean; hosts: boolean } {
  const networks = valueOf(service, 'networks');
  const hosts = valueOf(service, 'extra_hosts');
  let done = { networks: false, hosts: false };
  const changed = changedAttachments(plan);
  if (set.has('networks') && isMap(networks) && changed.every(({ network }) => !networks.has(network)) && !hasMergeKey(networks)) {
    editor.editMap(networks, { set: new Map(changed.map((one) => [one.network, literal(attachmentDefinition(one))])) });
    done = { ...done, networks: true };
  } else if (set.has('networks') && isSeq(networks) && Array.isArray(set.get('networks'))) {
    editor.appendItems(networks, changed.map(({ network }) => network));
    done = { ...done, networks: true };
  }
  if (set.has('extra_hosts') && isSeq(hosts)) {
    editor.appendItems(hosts, plan.extraHosts.map(extraHostEntry).map(literal));
    done = { ...done, hosts: true };
  }
  return done;
}

const hasMergeKey = (map: YAMLMap) => map.items.some((pair) => isMergeKey(pair));

/**
 * Services that cannot be edited where they stand: those that must lose a key they inherit, and those that inherit from a
 * service that changes.
 */
function servicesToDetach(services: YAMLMap, plan: Plan, document: Document): ReadonlySet<YamlPair> {
  const detached = new Set<YamlPair>();
  const changing = new Map<unknown, ReturnType<typeof serviceChanges>>();
  for (const pair of services.items) {
    const service = plan.services.get(keyOf(pair));
    if (!service) continue;
    const changes = serviceChanges(service);
    if (isMap(pair.value)) changing.set(pair.value, changes);
    const inherited = effectivePairs(pair.value as Node, document).filter(({ owner }) => owner !== pair.value);
    const loses = inherited.some(({ pair: { key } }) => changes.remove.has(String((key as { value?: unknown }).value)) && String((key as { value?: unknown }).value) !== extension);
    if (loses || (isAlias(pair.value) && (changes.set.size > 0 || changes.remove.size > 1))) detached.add(pair);
  }
  for (const pair of services.items) {
    const changedBelow = effectivePairs(pair.value as Node, document).some(({ owner }) => {
      const changes = owner === pair.value ? undefined : changing.get(owner);
      return changes !== undefined && (changes.set.size > 0 || changes.remove.size > 1);
    });
    if (changedBelow) detached.add(pair);
  }
  return detached;
}

function editNetworks(editor: SourceEditor, root: YAMLMap, plan: Plan, { external }: RenderOptions, handled: Set<YAMLMap>): void {
  const networks = valueOf(root, 'networks');
  const set = new Map<string, Plain>();
  for (const network of plan.networks.values()) {
    if (network.kind === 'native') continue;
    const before = network.declared ? plan.project.networks.get(network.key)?.tree : undefined;
    set.set(network.key, literal(definitionOf(network, before, external)));
  }
  if (isMap(networks)) {
    for (const pair of networks.items) if (set.has(keyOf(pair)) && isMap(pair.value)) handled.add(pair.value);
    editor.editMap(networks, { set });
  } else if (set.size > 0) editor.appendTopLevel(root, 'networks', Object.fromEntries(set));
}

/** Keys that netcompose's own definition replaces; labels, a name and the like stay. */
const replaced = new Set([extension, 'driver', 'driver_opts', 'ipam', 'enable_ipv4', 'enable_ipv6']);

function definitionOf(network: NetworkPlan, before: Tree | undefined, external: boolean): Plain {
  if (network.kind === 'shared' && external) return externalDefinition(network.dockerName!);
  const kept = before?.kind === 'mapping' ? Object.entries(toPlain(before) as Record<string, Plain>).filter(([key]) => !replaced.has(key)) : [];
  const definition = { ...networkDefinition(network), ...Object.fromEntries(kept) };
  return Object.keys(definition).length > 0 ? definition : null;
}

/** Every `x-netmode` below the top level, fragments included. */
function extensionsIn(document: Document): readonly { readonly map: YAMLMap; readonly pair: YamlPair }[] {
  const found: { map: YAMLMap; pair: YamlPair }[] = [];
  visit(document, {
    Map: (_, map) => {
      const pair = map.items.find((item) => keyOf(item) === extension);
      if (pair) found.push({ map, pair });
    },
  });
  return found;
}

/** Top-level `x-` fragments whose anchors were used inside `x-netmode` only: nothing needs them any more. */
function unusedAfter(document: Document): readonly { readonly pair: YamlPair; readonly inside: ReadonlySet<unknown> }[] {
  const root = document.contents;
  if (!isMap(root)) return [];
  const used = new Map<string, { inside: number; outside: number }>();
  visit(document, {
    Alias: (_, alias: Alias, path) => {
      const within = path.some((step) => (step as YamlPair).key !== undefined && keyOf(step as YamlPair) === extension);
      const count = used.get(alias.source) ?? { inside: 0, outside: 0 };
      used.set(alias.source, within ? { ...count, inside: count.inside + 1 } : { ...count, outside: count.outside + 1 });
    },
  });
  return root.items.flatMap((pair) => {
    if (!keyOf(pair).startsWith('x-') || keyOf(pair) === extension) return [];
    const inside = new Set<unknown>();
    const anchors: string[] = [];
    visit(pair.value as Node, {
      Node: (_, node) => {
        inside.add(node);
        if ('anchor' in node && node.anchor) anchors.push(node.anchor);
      },
    });
    const counts = anchors.map((anchor) => used.get(anchor)).filter((count) => count !== undefined);
    const onlyInside = counts.length > 0 && counts.every(({ outside }) => outside === 0);
    return onlyInside ? [{ pair, inside }] : [];
  });
}
