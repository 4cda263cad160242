/** Reads typed values out of trees. A value of another type is skipped: the check of the schema has reported it. */
import type { Located } from '../../diagnostics/source.ts';
import { entriesOf, type Primitive, type Scalar, type Tree } from '../tree.ts';

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

/** A mapping of scalars, each as text, or a list of `KEY=VALUE`. */
export function textsIn(tree: Tree | undefined): ReadonlyMap<string, Located<string>> {
  const texts = new Map<string, Located<string>>();
  for (const { key, value } of entriesOf(tree)) {
    if (value.kind === 'scalar') texts.set(key, { value: textOf(value), span: value.span });
  }
  for (const { value, span } of tree?.kind === 'sequence' ? stringsIn(tree) : []) {
    const [key] = value.split('=', 1);
    texts.set(key!, { value: value.slice(key!.length + 1), span });
  }
  return texts;
}

/** What Go's `strconv.ParseBool` makes of a word, as Docker reads one; nothing of any other. */
export function goBoolean(word: string | undefined): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(word ?? '')) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(word ?? '') ? false : undefined;
}

function textOf({ value, span }: Scalar): string {
  if (value === null) return '';
  const isFloat = typeof value === 'number' && /[.e]/i.test(span.source.text.slice(span.start, span.end));
  return isFloat ? floatText(value) : String(value);
}

/** A floating-point number as Go's `%v` has it, which Compose makes texts with: an exponent from a million on. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return { Infinity: '+Inf', '-Infinity': '-Inf' }[String(value)] ?? 'NaN';
  const [digits, exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** An object without the keys that are undefined, as `exactOptionalPropertyTypes` wants it. */
export function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T)[]) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}
