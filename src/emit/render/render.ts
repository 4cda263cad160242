/**
 * The plan → the source rewritten as a plain Compose file without `x-netmode`. What does not change keeps its bytes; a
 * project of several files becomes one text first (`single-source.ts`).
 */
import { isAlias, isMap, type Node, visit, type YAMLMap } from 'yaml';
import type { Plan } from '../../plan/types.ts';
import { isPlainMap, type Plain, written } from '../override/plain-data.ts';
import { edited, type SourceChange } from '../source/edit-source.ts';
import { isMergeKey, keyOf, pairIn, parseSource, type SourceText, type YamlPair } from '../source/source-text.ts';
import { aliasTargets, effectivePairs, type Targets } from './anchors.ts';
import { extension, networkChange, serviceChange } from './changes.ts';
import { leftAliases, nodesIn, promoted, writtenOut } from './inline-aliases.ts';
import { minimalChanges } from './minimal-changes.ts';
import { type Entry, entryOf, type MapChange, shareOut } from './shared-fragments.ts';
import { oneText } from './single-source.ts';

export interface RenderOptions {
  /** Refer to shared networks as external instead of defining them. */
  readonly external: boolean;
}

/** Each round follows anchors one level further; files nest them a few levels deep. */
const roundLimit = 100;

/** @returns the whole file */
export function renderOf(plan: Plan, options: RenderOptions): string {
  let source = oneText(plan.project);
  const usedBefore = usedFragments(source, aliasTargets(source));
  for (let round = 0; round < roundLimit; round++) {
    const root = source.document.contents;
    if (!isMap(root)) return source.text;
    const targets = aliasTargets(source);
    const entries = entriesOf(root, plan, options, targets);
    const { maps, expand } = shareOut(entries);
    if (expand.length > 0) {
      source = parseSource(writtenOut(source, expand));
      continue;
    }
    const changes = changesOf(root, plan, options, entries, maps, targets);
    const left = leftAliases(source.document, goneNodes(changes), targets);
    if (left.length === 0) return withoutUnused(edited(source, changes), usedBefore);
    source = parseSource(promoted(source, left));
  }
  throw new Error('anchors are nested too deeply to be rendered');
}

function entriesOf(root: YAMLMap, plan: Plan, { external }: RenderOptions, targets: Targets): readonly Entry[] {
  const services = [...effectivePairs(pairIn(root, 'services')?.value, targets)].flatMap(([key, pair]) => {
    const service = plan.services.get(key);
    return service ? [entryOf(pair, serviceChange(service), targets)] : [];
  });
  const networks = [...effectivePairs(pairIn(root, 'networks')?.value, targets)].flatMap(([key, pair]) => {
    const network = plan.networks.get(key);
    return network ? [entryOf(pair, networkChange(network, plan.project, external), targets)] : [];
  });
  return [...services, ...networks];
}

function changesOf(
  root: YAMLMap,
  plan: Plan,
  { external }: RenderOptions,
  entries: readonly Entry[],
  maps: ReadonlyMap<YAMLMap, MapChange>,
  targets: Targets,
): readonly SourceChange[] {
  const changes = new Map<YAMLMap, MapChange>(maps);
  const rootChange: MapChange = { set: new Map(), remove: new Set([extension]) };
  changes.set(root, rootChange);
  addNetworks(root, rootChange, changes, plan, external, entries);
  for (const map of extensionsIn(root)) {
    const change = changes.get(map) ?? { set: new Map(), remove: new Set() };
    changes.set(map, { set: change.set, remove: new Set([...change.remove, extension]) });
  }
  const anchored = new Set(targets.values());
  const result: SourceChange[] = [];
  for (const [map, { set, remove }] of changes) result.push(...minimalChanges(map, remove, set, targets, anchored));
  return withoutInner(withoutEmptyMerges(result, entries, targets));
}

/** Networks that the file does not have yet, and entries that are no mapping (`lan:` alone, a number). */
function addNetworks(
  root: YAMLMap,
  rootChange: MapChange,
  changes: Map<YAMLMap, MapChange>,
  plan: Plan,
  external: boolean,
  entries: readonly Entry[],
): void {
  const set = new Map<string, Plain>();
  const known = new Map(entries.map((entry) => [entry.pair, entry]));
  const section = pairIn(root, 'networks');
  const own = isMap(section?.value) ? section.value : undefined;
  for (const network of plan.networks.values()) {
    const pair = own && pairIn(own, network.key);
    if (network.declared && (!pair || isMap(pair.value) || isAlias(pair.value))) continue;
    const change = (pair && known.get(pair)?.change) ?? networkChange(network, plan.project, external);
    const definition = Object.fromEntries(change.set);
    if (network.kind !== 'native' && Object.keys(definition).length > 0) set.set(network.key, definition);
    else if (network.kind !== 'native' && !network.declared) set.set(network.key, null);
  }
  if (set.size === 0) return;
  if (own && (own.items.length > 0 || root.flow)) changes.set(own, { set, remove: new Set() });
  else {
    // Absent, empty, or a part of the file that has another name.
    const before = section && plan.project.model.entries.get('networks')?.value;
    const kept = before && isAlias(section.value) ? written(before) : null;
    rootChange.set.set('networks', { ...(kept !== null && isPlainMap(kept) && kept), ...Object.fromEntries(set) });
  }
}

/**
 * Mappings with an `x-netmode` in places where it is the extension: not among labels or variables that happen to be so
 * called.
 */
function extensionsIn(root: YAMLMap): readonly YAMLMap[] {
  const found: YAMLMap[] = [];
  const look = (value: unknown) => {
    visit(value as Node, { Map: (_, map) => void (pairIn(map, extension) && found.push(map)) });
  };
  for (const pair of root.items)
    if (keyOf(pair).startsWith('x-') && keyOf(pair) !== extension && pair.value) look(pair.value);
  for (const section of ['services', 'networks']) {
    const value = pairIn(root, section)?.value;
    if (!isMap(value)) continue;
    for (const { value: entry } of value.items) {
      if (!isMap(entry)) continue;
      if (pairIn(entry, extension)) found.push(entry);
      const merged = pairIn(entry, '<<');
      if (merged?.value) look(merged.value);
    }
  }
  return found;
}

/** A fragment that held an `x-netmode` and nothing else is empty: services need not merge it any more. */
function withoutEmptyMerges(
  changes: readonly SourceChange[],
  entries: readonly Entry[],
  targets: Targets,
): readonly SourceChange[] {
  const empties = (change: SourceChange) =>
    change.kind === 'map' && change.set.size === 0 && change.remove.size === change.map.items.length;
  const emptied = new Set<unknown>(changes.filter(empties).map((change) => change.kind === 'map' && change.map));
  const merges = entries.flatMap(({ pair: { value } }) => {
    if (!isMap(value)) return [];
    const remove = value.items.filter(
      (pair) => isMergeKey(pair) && isAlias(pair.value) && emptied.has(targets.get(pair.value)),
    );
    return remove.length > 0 && value.items.length > remove.length ? [{ map: value, remove }] : [];
  });
  const rest = new Map(merges.map(({ map, remove }) => [map, new Set<YamlPair>(remove)]));
  const merged = changes.map((change) => {
    const more = change.kind === 'map' ? rest.get(change.map) : undefined;
    if (change.kind !== 'map' || !more) return change;
    rest.delete(change.map);
    return { ...change, remove: new Set([...change.remove, ...more]) };
  });
  return [...merged, ...[...rest].map(([map, remove]) => ({ kind: 'map', map, remove, set: new Map() }) as const)];
}

/** Changes inside what another change takes out are left to it. */
function withoutInner(changes: readonly SourceChange[]): readonly SourceChange[] {
  const gone = goneNodes(changes);
  return changes.filter(
    (change) => !gone.has(change.kind === 'map' ? change.map : change.kind === 'append' ? change.list : change.node),
  );
}

/** What the changes take out. A scalar that is changed keeps its place, not what anchors know of it. */
function goneNodes(changes: readonly SourceChange[]): ReadonlySet<unknown> {
  return nodesIn(
    changes.flatMap((change) => {
      if (change.kind !== 'map') return [];
      return change.map.items.flatMap((pair) => {
        if (change.remove.has(pair)) return [pair.key, pair.value];
        return change.set.has(keyOf(pair)) ? [pair.value] : [];
      });
    }),
  );
}

/** Top-level `x-` fragments that aliases lead into. */
function usedFragments({ document }: SourceText, targets: Targets): ReadonlySet<string> {
  const aimed = new Set<unknown>(targets.values());
  const root = document.contents;
  if (aimed.size === 0 || !isMap(root)) return new Set();
  const fragments = root.items.filter((pair: YamlPair) => {
    let used = false;
    if (keyOf(pair).startsWith('x-') && pair.value)
      visit(pair.value as Node, { Node: (_, node) => void (used ||= aimed.has(node)) });
    return used;
  });
  return new Set(fragments.map(keyOf));
}

/** The text without fragments that were used before and are not any more. */
function withoutUnused(text: string, usedBefore: ReadonlySet<string>): string {
  let current = text;
  for (let round = 0; round <= usedBefore.size; round++) {
    if (usedBefore.size === 0) break;
    const source: SourceText = parseSource(current);
    const root = source.document.contents;
    if (!isMap(root)) break;
    const used = usedFragments(source, aliasTargets(source));
    const remove = new Set(root.items.filter((pair) => usedBefore.has(keyOf(pair)) && !used.has(keyOf(pair))));
    if (remove.size === 0) break;
    current = edited(source, [{ kind: 'map', map: root, remove, set: new Map() }]);
  }
  return current;
}
