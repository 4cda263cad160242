/** The ways in which an annotation can be written into a text, the usual one first. */
import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { isPlainMap, type Plain, type PlainMap, samePlain } from '../override/plain-data.ts';
import { effectivePairs, plainOf, type Targets } from '../render/anchors.ts';
import { extension } from '../render/changes.ts';
import type { Edit } from '../source/edit.ts';
import {
  columnOf,
  endsInOpenBlock,
  isMergeKey,
  keyOf,
  lineStart,
  pairIn,
  pairStart,
  type SourceText,
  type YamlPair,
} from '../source/source-text.ts';
import {
  commentsIn,
  hasComments,
  insertPair,
  removePair,
  replaceValue,
  type Style,
  styleOf,
  type Written,
} from './pair-edits.ts';

/** The mapping that gets the annotation. */
export interface Target extends Written {
  readonly map: YAMLMap;
  /** The pair whose value the mapping is; absent for the whole document's. */
  readonly entry?: YamlPair;
  readonly targets: Targets;
  /** Keys of the mapping whose place the annotation takes. */
  readonly replaced: readonly string[];
}

/** @param value the annotation in the form in which it is to be written; absent: it goes */
export function attempts(target: Target, value: Plain | undefined): readonly (readonly Edit[])[] {
  const { source, map, entry } = target;
  const own = pairIn(map, extension);
  const style = styleOf(target, map, entry);
  if (value === undefined) return complete(own && removePair(source, map, own));
  const gone = target.replaced.map((key) => pairIn(map, key)!);
  const [place, ...rest] = own ? [own, ...gone] : gone;
  if (!place) return insertions(target, value, style);
  const removals = rest.map((pair) => removePair(source, map, pair));
  if (removals.includes(undefined)) return [];
  const removed = [...removals.flatMap((edits) => edits!), ...keptComments(target, place, rest)];
  const written = own ? rewritings(target, own, value, style) : [renamed(source, place, value, style)];
  return written.map((edits) => [...edits, ...removed]);
}

const complete = (edits: readonly Edit[] | undefined) => (edits ? [edits] : []);

/** Last in the mapping; elsewhere where the last value ends in a way that nothing can follow. */
function insertions({ source, map, entry }: Target, value: Plain, style: Style): readonly (readonly Edit[])[] {
  const insert = (before?: YamlPair) => insertPair(source, map, extension, value, style, before);
  if (map.flow) return [insert()];
  // At the top level order is by section: defaults stand before what they are for.
  const services = entry ? undefined : pairIn(map, 'services');
  return [
    ...(services ? [insert(services)] : []),
    ...(endsInOpenBlock(map, source.text) ? [] : [insert()]),
    insert(map.items.at(-1)),
    insert(map.items[0]),
  ];
}

/** What people have noted within the keys that go stands above what takes their place. */
function keptComments({ source, writer, map }: Target, place: YamlPair, gone: readonly YamlPair[]): readonly Edit[] {
  const comments = gone.flatMap((pair) => commentsIn(source, pair));
  if (map.flow || comments.length === 0) return [];
  const start = lineStart(source.text, pairStart(place));
  if (source.text.slice(start, pairStart(place)).trim() !== '') return [];
  const indent = ' '.repeat(columnOf(source.text, pairStart(place)));
  return [{ start, end: start, text: comments.map((line) => indent + line + writer.eol).join('') }];
}

/** Another key and value in a pair's place. */
function renamed(source: SourceText, pair: YamlPair, value: Plain, style: Style): readonly Edit[] {
  const [start, end] = (pair.key as Node).range!;
  const quoted = isScalar(pair.key) && pair.key.type === 'QUOTE_DOUBLE';
  const key = { start, end, text: style.writer.inline(extension, quoted) };
  return [key, ...replaceValue(source, pair, value, style)];
}

/** Key by key where it stays a mapping, else as a whole. */
function rewritings(target: Target, own: YamlPair, value: Plain, style: Style): readonly (readonly Edit[])[] {
  const { source } = target;
  const node = own.value as Node | null;
  const whole = replaceValue(source, own, value, style);
  if (!isMap(node)) return [whole];
  const wanted = isPlainMap(value) ? value : { mode: value };
  // A mapping becomes a word again only where nothing that a person wrote in it is lost.
  const stays = isPlainMap(value) || node.items.length === 1 || hasComments(source, own);
  return [...(stays ? complete(keyByKey(target, own, node, wanted)) : []), whole];
}

function keyByKey(target: Target, own: YamlPair, map: YAMLMap, wanted: PlainMap): readonly Edit[] | undefined {
  const { source, targets } = target;
  const style = styleOf(target, map, own);
  const edits: Edit[] = [];
  for (const pair of map.items.filter((item) => !isMergeKey(item) && !(keyOf(item) in wanted))) {
    const removal = removePair(source, map, pair);
    if (!removal) return undefined;
    edits.push(...removal);
  }
  const effective = effectivePairs(map, targets);
  for (const [key, value] of Object.entries(wanted)) {
    const said = effective.get(key)?.pair;
    if (said && samePlain(plainOf(said.value, targets), value)) continue;
    const pair = pairIn(map, key);
    edits.push(...(pair ? replaceValue(source, pair, value, style) : insertPair(source, map, key, value, style)));
  }
  return edits;
}
