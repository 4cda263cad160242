/**
 * YAML's merge keys and aliases as seen from one mapping of a document: what it has of its own and what it inherits.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import { plainValue } from '../../compose/yaml/scalars.ts';
import type { Plain } from '../override/plain-data.ts';
import { isMergeKey, keyOf, type SourceText, type YamlPair } from '../source/source-text.ts';

/** Where the aliases of a document lead: to the last anchor of their name that stands before them. */
export type Targets = ReadonlyMap<Node, Node>;

export function aliasTargets({ text, document }: SourceText): Targets {
  const targets = new Map<Node, Node>();
  if (!text.includes('*')) return targets;
  const anchors = new Map<string, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function resolved(node: unknown, targets: Targets): Node | undefined {
  return isAlias(node) ? targets.get(node) : ((node as Node | undefined) ?? undefined);
}

/**
 * The mappings that make up a value, those that win first. Anchors cannot form rings: their targets stand before them.
 */
export function layersOf(value: unknown, targets: Targets): readonly YAMLMap[] {
  const map = resolved(value, targets);
  if (!isMap(map)) return [];
  const layers: YAMLMap[] = [map];
  for (const pair of map.items.filter(isMergeKey)) {
    const merged = resolved(pair.value, targets);
    for (const source of isSeq(merged) ? merged.items : [merged]) layers.push(...layersOf(source, targets));
  }
  return layers;
}

export interface EffectivePair {
  readonly pair: YamlPair;
  /** The mapping in whose text it stands. */
  readonly owner: YAMLMap;
}

/** The pairs in force, by key. */
export function effectivePairs(value: unknown, targets: Targets): ReadonlyMap<string, EffectivePair> {
  const found = new Map<string, EffectivePair>();
  for (const owner of layersOf(value, targets)) {
    for (const pair of owner.items)
      if (!isMergeKey(pair) && !found.has(keyOf(pair))) found.set(keyOf(pair), { pair, owner });
  }
  return found;
}

/** A node as data, as it is written: aliases and merge keys followed, variables not filled in. */
export function plainOf(value: unknown, targets: Targets): Plain {
  const node = resolved(value, targets);
  if (isScalar(node))
    return node.type === 'PLAIN' ? plainValue(node.source ?? '') : (node.source ?? String(node.value));
  if (isSeq(node)) return node.items.map((item) => plainOf(item, targets));
  if (!isMap(node)) return null;
  return Object.fromEntries(
    [...effectivePairs(node, targets)].map(([key, { pair }]) => [key, plainOf(pair.value, targets)]),
  );
}
