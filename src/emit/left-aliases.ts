/** Aliases that would lose what they stand for. */
import { type Document, type Node, visit, type YAMLMap } from 'yaml';
import type { Targets } from './render/anchors.ts';
import type { LeftAlias } from './render/inline-aliases.ts';

/** All nodes of some values. */
export function nodesIn(values: readonly unknown[]): ReadonlySet<unknown> {
  const nodes = new Set<unknown>();
  for (const value of values) if (value) visit(value as Node, { Node: (_, node) => void nodes.add(node) });
  return nodes;
}

/** The first alias of each anchor that goes, where it stays itself. */
export function leftAliases(document: Document, gone: ReadonlySet<unknown>, targets: Targets): readonly LeftAlias[] {
  if (targets.size === 0) return [];
  const left = new Map<Node, LeftAlias>();
  visit(document, {
    Alias: (_, alias, path) => {
      const target = targets.get(alias);
      if (!target || !gone.has(target) || gone.has(alias) || left.has(target)) return;
      left.set(target, { alias, target, flow: path.some((node) => (node as YAMLMap).flow === true) });
    },
  });
  return [...left.values()];
}
