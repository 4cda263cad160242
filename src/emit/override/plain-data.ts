/** Plain data as it stands in YAML, and Compose trees as such data. */
import type { Tree } from '../../compose/tree.ts';

/** The order of keys is the order in the file. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

/** Compose fills in variables in what is emitted too: a literal `$` is doubled. */
export function literal(value: Plain): Plain {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (isList(value)) return value.map(literal);
  if (isPlainMap(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
  return value;
}

/** A tree as it was written, variables and doubled `$` as they stand in the text. */
export function written(tree: Tree): Plain {
  switch (tree.kind) {
    case 'scalar':
      return tree.raw ?? tree.value;
    case 'sequence':
      return tree.items.map(written);
    case 'mapping':
      return Object.fromEntries([...tree.entries.values()].map(({ key, value }) => [key, written(value)]));
  }
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

export function isPlainMap(value: Plain): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether both mean the same to Compose, which reads `80` and `"80"` alike wherever netcompose writes. */
export function samePlain(a: Plain, b: Plain): boolean {
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => samePlain(item, b[index]!));
  if (isPlainMap(a)) {
    const keys = Object.keys(a);
    return (
      isPlainMap(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => key in b && samePlain(a[key]!, b[key]!))
    );
  }
  return !isList(b) && !isPlainMap(b) && (a === null) === (b === null) && String(a) === String(b);
}
