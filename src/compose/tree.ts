/**
 * A YAML value with its places: what all Compose files become before anything is decided.
 * Aliases and merge keys are already followed, variables already filled in; nothing is ever changed in place.
 */
import type { Node as YamlNode } from 'yaml';
import type { Span } from '../diagnostics/source.ts';

export type Primitive = string | number | boolean | null;

interface Base {
  readonly span: Span;
  /** `!reset` or `!override`, Compose's two tags; others are dropped. */
  readonly tag?: '!reset' | '!override';
  /**
   * The node in its document, where there is one: rendering takes style and comments from it. Absent in a project of
   * one file, which is rendered from the document itself.
   */
  readonly node?: YamlNode;
}

export interface Scalar extends Base {
  readonly kind: 'scalar';
  readonly value: Primitive;
  /** As written, before variables were filled in; present only where that changed something. */
  readonly raw?: string;
}

export interface Sequence extends Base {
  readonly kind: 'sequence';
  readonly items: readonly Tree[];
}

export interface Mapping extends Base {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

export type Tree = Scalar | Sequence | Mapping;

/** The value under a path of keys, or nothing where any step is missing or not a mapping. */
export function at(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let current = tree;
  // Called for each key of each service: an iterator would take most of the time.
  for (let step = 0; step < path.length; step++) {
    if (current?.kind !== 'mapping') return undefined;
    current = current.entries.get(path[step]!)?.value;
  }
  return current;
}

/** The mapping's entries, or none where the tree is not a mapping. */
export function entriesOf(tree: Tree | undefined): readonly Entry[] {
  return tree?.kind === 'mapping' ? [...tree.entries.values()] : [];
}

/** The tree as plain data, as a JSON parser would give it. */
export function toPlain(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'sequence':
      return tree.items.map(toPlain);
    case 'mapping':
      return Object.fromEntries([...tree.entries.values()].map(({ key, value }) => [key, toPlain(value)]));
  }
}

/** What a tree is, in a message for people. */
export function describe(tree: Tree): string {
  if (tree.kind !== 'scalar') return tree.kind === 'mapping' ? 'a mapping' : 'a list';
  if (tree.value === null) return 'nothing';
  return { string: 'a string', number: 'a number', boolean: 'a boolean' }[
    typeof tree.value as 'string' | 'number' | 'boolean'
  ];
}

/** Whether two trees say the same, wherever they stand. */
export function sameTree(a: Tree, b: Tree): boolean {
  if (a === b) return true;
  if (a.kind === 'scalar') return b.kind === 'scalar' && Object.is(a.value, b.value);
  if (a.kind === 'sequence') {
    return (
      b.kind === 'sequence' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameTree(item, b.items[i]!))
    );
  }
  if (b.kind !== 'mapping' || a.entries.size !== b.entries.size) return false;
  for (const { key, value } of a.entries.values()) {
    const other = b.entries.get(key);
    if (!other || !sameTree(value, other.value)) return false;
  }
  return true;
}

/** Where a value stands in the model: a list of keys and indexes, never a string to be taken apart again. */
export type Path = readonly (string | number)[];

/** A path for people: `services.web.ports[0]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
  return text;
}
