/**
 * Compose's two tags. `!reset` drops what earlier files (or an extended service) say at a place; `!override` drops it
 * and puts the tagged value there.
 */
import type { Entry, Mapping, Tree } from '../tree.ts';

/** Places that a document drops from what it is merged over. */
export interface Drops {
  readonly all: boolean;
  readonly children: ReadonlyMap<string, Drops>;
}

interface BuildingDrops {
  all: boolean;
  readonly children: Map<string, BuildingDrops>;
}

/** The document without its `!reset` values, and the places that its tags name. */
export function takeTags(tree: Tree): { readonly tree: Tree; readonly drops: Drops } {
  const drops: BuildingDrops = { all: false, children: new Map() };
  return { tree: strip(tree, drops) ?? { kind: 'mapping', entries: new Map(), span: tree.span }, drops };
}

function strip(tree: Tree, drops: BuildingDrops): Tree | undefined {
  if (tree.tag) drops.all = true;
  if (tree.tag === '!reset') return undefined;
  // What is below `!override` replaces everything anyway.
  if (tree.tag === '!override') return tree;
  if (tree.kind === 'sequence') {
    // Compose cannot drop an item of an earlier list: a place inside a list names nothing.
    const unused: BuildingDrops = { all: false, children: new Map() };
    const items = tree.items.map((item) => strip(item, unused)).filter((item) => item !== undefined);
    return items.length === tree.items.length && items.every((item, i) => item === tree.items[i])
      ? tree
      : { ...tree, items };
  }
  if (tree.kind !== 'mapping') return tree;
  let entries: Map<string, Entry> | undefined;
  for (const entry of tree.entries.values()) {
    const below: BuildingDrops = { all: false, children: new Map() };
    const value = strip(entry.value, below);
    if (below.all || below.children.size > 0) drops.children.set(entry.key, below);
    if (value === entry.value) continue;
    entries ??= new Map(tree.entries);
    if (value) entries.set(entry.key, { ...entry, value });
    else entries.delete(entry.key);
  }
  return entries ? { ...tree, entries } : tree;
}

/** `target` without the places dropped. */
export function applyDrops(target: Mapping, drops: Drops): Mapping {
  if (drops.children.size === 0) return target;
  let entries: Map<string, Entry> | undefined;
  for (const [key, below] of drops.children) {
    const entry = target.entries.get(key);
    if (!entry) continue;
    if (below.all) (entries ??= new Map(target.entries)).delete(key);
    else if (entry.value.kind === 'mapping') {
      const value = applyDrops(entry.value, below);
      if (value !== entry.value) (entries ??= new Map(target.entries)).set(key, { ...entry, value });
    }
  }
  return entries ? { ...target, entries } : target;
}

/** The drops below a path of keys. */
export function dropsAt(drops: Drops | undefined, ...path: readonly string[]): Drops | undefined {
  return path.reduce<Drops | undefined>((found, key) => found?.children.get(key), drops);
}
