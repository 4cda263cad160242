/**
 * A change of a mapping as the smallest changes of its text: what is there already is added to rather than written
 * anew.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { isList, isPlainMap, type Plain, samePlain } from '../override/plain-data.ts';
import type { SourceChange } from '../source/edit-source.ts';
import { isMergeKey, keyOf, pairIn, type YamlPair } from '../source/source-text.ts';
import { plainOf, type Targets } from './anchors.ts';

/** @param anchored nodes that aliases lead to: a change inside them would be a change elsewhere too */
export function minimalChanges(
  map: YAMLMap,
  remove: ReadonlySet<string>,
  set: ReadonlyMap<string, Plain>,
  targets: Targets,
  anchored: ReadonlySet<Node>,
): readonly SourceChange[] {
  const inner: SourceChange[] = [];
  const whole = new Map<string, Plain>();
  for (const [key, value] of set) {
    const pair = pairIn(map, key);
    const changes = pair && within(pair.value as Node | null, value, targets, anchored);
    if (changes) inner.push(...changes);
    else whole.set(key, value);
  }
  const gone: ReadonlySet<YamlPair> = new Set(map.items.filter((pair) => remove.has(keyOf(pair)) && !isMergeKey(pair)));
  if (gone.size === 0 && whole.size === 0) return inner;
  return [{ kind: 'map', map, remove: gone, set: whole }, ...inner];
}

/** The changes that turn a value into another; nothing where it must be written anew. */
function within(
  node: Node | null,
  wanted: Plain,
  targets: Targets,
  anchored: ReadonlySet<Node>,
): readonly SourceChange[] | undefined {
  if (samePlain(plainOf(node, targets), wanted)) return [];
  if (!node || isAlias(node) || anchored.has(node)) return undefined;
  if (isMap(node)) return withinMap(node, wanted, targets, anchored);
  if (isSeq(node) && isList(wanted) && wanted.length >= node.items.length) {
    const items = node.items.map((item, index) => within(item as Node, wanted[index]!, targets, anchored));
    if (items.some((changes) => changes === undefined)) return undefined;
    const more = wanted.slice(node.items.length);
    return [
      ...items.flatMap((changes) => changes!),
      ...(more.length > 0 ? [{ kind: 'append', list: node, items: more } as const] : []),
    ];
  }
  const inPlace = isScalar(node) && !node.type?.startsWith('BLOCK') && node.source !== '' && node.tag === undefined;
  return inPlace && wanted !== null && !isList(wanted) && !isPlainMap(wanted)
    ? [{ kind: 'scalar', node, value: wanted }]
    : undefined;
}

function withinMap(
  node: YAMLMap,
  wanted: Plain,
  targets: Targets,
  anchored: ReadonlySet<Node>,
): readonly SourceChange[] | undefined {
  if (!isPlainMap(wanted) || node.items.length === 0 || Object.keys(wanted).length === 0 || node.items.some(isMergeKey))
    return undefined;
  const set = new Map(Object.entries(wanted).filter(([key]) => !pairIn(node, key) || wanted[key] !== undefined));
  const remove = new Set(node.items.map(keyOf).filter((key) => !(key in wanted)));
  return minimalChanges(node, remove, set, targets, anchored);
}
