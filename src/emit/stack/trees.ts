/** Trees made of other trees and of plain data. */
import { type Entry, entriesOf, type Mapping, type Primitive, type Scalar, type Tree } from '../../compose/tree.ts';
import type { Span } from '../../diagnostics/source.ts';
import { isPlainMap, type Plain, type PlainMap } from '../override/plain-data.ts';

export const withValue = (entry: Entry, value: Tree): Entry => ({ ...entry, value });

/** In the style of `tree`, with other entries. */
export const mapping = (tree: Tree, entries: readonly Entry[]): Mapping => ({
  ...bare(entries, tree.span),
  ...(tree.node && { node: tree.node }),
});

export const bare = (entries: readonly Entry[], span: Span): Mapping => ({
  kind: 'mapping',
  span,
  entries: new Map(entries.map((entry) => [entry.key, entry])),
});

export const scalar = (value: Primitive, span: Span): Scalar => ({ kind: 'scalar', span, value });

export const without = (tree: Tree, keys: readonly string[]): Tree =>
  tree.kind === 'mapping'
    ? mapping(
        tree,
        entriesOf(tree).filter(({ key }) => !keys.includes(key)),
      )
    : tree;

export const entryOf = (key: string, value: Plain, span: Span): Entry => ({
  key,
  keySpan: span,
  value: treeFrom(value, span),
});

export const entriesFrom = (values: PlainMap, span: Span): readonly Entry[] =>
  Object.entries(values).map(([key, value]) => entryOf(key, value, span));

export function treeFrom(value: Plain, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'sequence', span, items: value.map((item: Plain) => treeFrom(item, span)) };
  if (isPlainMap(value)) return bare(entriesFrom(value, span), span);
  return scalar(value as Primitive, span);
}
