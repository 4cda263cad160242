/** The forms that a value is brought into before it is merged: short ones are written out, as Compose does. */
import { at, type Entry, type Mapping, type Sequence, type Tree } from '../tree.ts';

/** `KEY=value` strings of a mapping, one string as a list of one; null is an empty list. */
export function asSequence(tree: Tree): Sequence {
  if (tree.kind === 'sequence') return tree;
  const { span } = tree;
  if (tree.kind === 'scalar') return { kind: 'sequence', span, items: tree.value === null ? [] : [tree] };
  const items: Tree[] = [];
  for (const { key, keySpan, value } of tree.entries.values()) {
    const values = value.kind === 'sequence' ? value.items : [value];
    for (const each of values) {
      const empty = each.kind === 'scalar' && each.value === null;
      items.push({
        kind: 'scalar',
        span: { ...keySpan, end: each.span.end },
        value: empty ? key : `${key}=${textOf(each)}`,
      });
    }
  }
  return { kind: 'sequence', span, items };
}

export function asNamed(tree: Mapping | Sequence, rule: 'names' | 'dependencies'): Mapping {
  if (tree.kind === 'mapping') return tree;
  const entries = new Map<string, Entry>();
  for (const item of tree.items) {
    const key = textOf(item);
    entries.set(key, { key, keySpan: item.span, value: rule === 'names' ? nothing(item) : started(item) });
  }
  return { kind: 'mapping', span: tree.span, entries };
}

function nothing({ span }: Tree): Tree {
  return { kind: 'scalar', value: null, span };
}

/** What a name in a list of dependencies is short for. */
function started({ span }: Tree): Mapping {
  const values = { condition: 'service_started', required: true } as const;
  const entries = Object.entries(values).map(([key, value]): [string, Entry] => [
    key,
    { key, keySpan: span, value: { kind: 'scalar', value, span } },
  ]);
  return { kind: 'mapping', span, entries: new Map(entries) };
}

export function asBuild(tree: Tree): Mapping {
  if (tree.kind === 'mapping') return tree;
  const { span } = tree;
  const context: [string, Entry][] =
    tree.kind === 'scalar' && tree.value !== null ? [['context', { key: 'context', keySpan: span, value: tree }]] : [];
  return { kind: 'mapping', span, entries: new Map(context) };
}

/** `external: { name }` is `external: true` and `name` by the time that another file is merged over it. */
export function withName(tree: Tree): Tree {
  const external = at(tree, 'external');
  if (tree.kind !== 'mapping' || external?.kind !== 'mapping') return tree;
  const [newForm, oldForm] = [at(tree, 'name'), at(external, 'name')];
  // Two different names are reported later.
  if (newForm && oldForm && textOf(newForm) !== textOf(oldForm)) return tree;
  const entries = new Map(tree.entries);
  entries.set('external', {
    ...tree.entries.get('external')!,
    value: { kind: 'scalar', value: true, span: external.span },
  });
  const name = external.entries.get('name');
  if (name && !entries.has('name')) entries.set('name', name);
  return { ...tree, entries };
}

export function otherDriver(base: Tree, over: Tree): boolean {
  if (base.kind !== 'mapping' || over.kind !== 'mapping') return false;
  const [first, second] = [base.entries.get('driver'), over.entries.get('driver')];
  return first !== undefined && second !== undefined && textOf(first.value) !== textOf(second.value);
}

export function subnetOf(pool: Mapping): string {
  const subnet = pool.entries.get('subnet');
  return subnet ? textOf(subnet.value) : '';
}

export function textOf(tree: Tree): string {
  return tree.kind === 'scalar' ? String(tree.value) : '';
}
