/** Reads typed values out of trees. A value of another type is skipped: the check of the schema has reported it. */
import type { Located } from '../../diagnostics/source.ts';
import { entriesOf, type Primitive, type Tree } from '../tree.ts';

export function stringIn(tree: Tree | undefined): Located<string> | undefined {
  return scalarIn(tree, (value): value is string => typeof value === 'string');
}

export function numberIn(tree: Tree | undefined): Located<number> | undefined {
  return scalarIn(tree, (value): value is number => typeof value === 'number');
}

export function booleanIn(tree: Tree | undefined): Located<boolean> | undefined {
  return scalarIn(tree, (value): value is boolean => typeof value === 'boolean');
}

function scalarIn<T extends Primitive>(
  tree: Tree | undefined,
  is: (value: Primitive) => value is T,
): Located<T> | undefined {
  return tree?.kind === 'scalar' && is(tree.value) ? { value: tree.value, span: tree.span } : undefined;
}

/** The strings of a list, or of one string. */
export function stringsIn(tree: Tree | undefined): readonly Located<string>[] {
  const items = tree?.kind === 'sequence' ? tree.items : tree ? [tree] : [];
  return items.map(stringIn).filter((item) => item !== undefined);
}

/** A mapping of scalars, each as text. */
export function textsIn(tree: Tree | undefined): ReadonlyMap<string, Located<string>> {
  const texts = new Map<string, Located<string>>();
  for (const { key, value } of entriesOf(tree)) {
    if (value.kind === 'scalar')
      texts.set(key, { value: value.value === null ? '' : String(value.value), span: value.span });
  }
  return texts;
}

/** What Go's `strconv.ParseBool` makes of a word, as Docker reads one; nothing of any other. */
export function goBoolean(word: string | undefined): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(word ?? '')) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(word ?? '') ? false : undefined;
}

/** An object without the keys that are undefined, as `exactOptionalPropertyTypes` wants it. */
export function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T)[]) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}
