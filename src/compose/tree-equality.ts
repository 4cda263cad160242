/** Whether two trees say the same, wherever they stand. */
import type { Tree } from './tree.ts';

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
