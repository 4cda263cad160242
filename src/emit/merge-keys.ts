/** YAML's merge keys and aliases as seen from one mapping of a document: what it has of its own and what it inherits. */
import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type YAMLMap } from 'yaml';
import type { Plain } from './definitions.ts';
import type { YamlPair } from './source-edit.ts';

export interface EffectivePair {
  readonly pair: YamlPair;
  /** The mapping in whose text it stands. */
  readonly owner: YAMLMap;
}

export const isMergeKey = (pair: YamlPair) => isScalar(pair.key) && pair.key.value === '<<';

/** The pairs in force: a mapping's own before inherited ones, earlier sources before later. Anchors cannot form rings here. */
export function effectivePairs(node: Node | undefined, document: Document): readonly EffectivePair[] {
  const found = new Map<string, EffectivePair>();
  collect(resolve(node, document), document, found, 0);
  return [...found.values()];
}

/** Deeper than any real file; a ring of anchors ends here. */
const deepest = 100;

function collect(node: Node | undefined, document: Document, found: Map<string, EffectivePair>, depth: number): void {
  if (!isMap(node) || depth > deepest) return;
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (!isMergeKey(pair) && !found.has(key)) found.set(key, { pair, owner: node });
  }
  for (const pair of node.items.filter(isMergeKey)) {
    const value = resolve(pair.value as Node, document);
    const sources = isSeq(value) ? (value.items as Node[]) : [value];
    for (const source of sources) collect(resolve(source, document), document, found, depth + 1);
  }
}

function resolve(node: Node | undefined, document: Document): Node | undefined {
  return isAlias(node) ? (node.resolve(document) as Node | undefined) : node;
}

/** The mapping written out, as data: aliases and merge keys followed. */
export function flattened(node: Node, document: Document): Record<string, Plain> {
  const pairs = effectivePairs(node, document);
  return Object.fromEntries(pairs.map(({ pair }) => [String((pair.key as { value?: unknown }).value), plainOf(pair.value as Node | null, document, 0)]));
}

function plainOf(node: Node | null, document: Document, depth: number): Plain {
  const target = resolve(node ?? undefined, document);
  if (!target || depth > deepest) return null;
  if (isScalar(target)) return target.value as Plain;
  if (isSeq(target)) return target.items.map((item) => plainOf(item as Node, document, depth + 1));
  return Object.fromEntries(effectivePairs(target, document).map(({ pair }) => [String((pair.key as { value?: unknown }).value), plainOf(pair.value as Node | null, document, depth + 1)]));
}
