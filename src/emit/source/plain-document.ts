/**
 * The yaml package's nodes for a text that the quick reader takes, made from its tree: what edits look at (places,
 * style, the tokens around a key) and nothing else. The package itself would take most of what rendering costs.
 */
import { type CST, Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Entry, Mapping, Sequence, Tree } from '../../compose/tree.ts';

/** @param tree the text's, as the quick reader gives it: there are no anchors, aliases, tags or merge keys */
export function plainDocument(text: string, tree: Tree): Document {
  const document = new Document();
  document.contents = nodeOf(text, tree);
  return document;
}

function nodeOf(text: string, tree: Tree): Node {
  if (tree.kind === 'mapping') return mapOf(text, tree);
  if (tree.kind === 'sequence') return listOf(text, tree);
  const { start, end } = tree.span;
  if (start === end) {
    const at = pastSpaces(text, start);
    return scalarOf(null, '', 'PLAIN', at, at);
  }
  const quote = text[start];
  const quoted = quote === '"' || quote === "'";
  const type = quoted ? (quote === '"' ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE') : 'PLAIN';
  return scalarOf(tree.value, quoted ? String(tree.value) : text.slice(start, end), type, start, end);
}

function scalarOf(value: unknown, source: string, type: Scalar.Type, start: number, end: number): Scalar {
  const scalar = new Scalar(value);
  scalar.source = source;
  scalar.type = type;
  scalar.range = [start, end, end];
  return scalar;
}

function listOf(text: string, { span, items }: Sequence): YAMLSeq {
  const list = new YAMLSeq();
  list.range = [span.start, span.end, span.end];
  if (text[span.start] === '[') list.flow = true;
  for (const item of items) list.items.push(nodeOf(text, item));
  return list;
}

function mapOf(text: string, { span, entries }: Mapping): YAMLMap {
  const map = new YAMLMap();
  map.range = [span.start, span.end, span.end];
  const flow = text[span.start] === '{';
  if (flow) map.flow = true;
  let before: number | undefined;
  for (const entry of entries.values()) {
    map.items.push(pairOf(text, entry, flow && before !== undefined ? text.indexOf(',', before) : undefined));
    before = Math.max(entry.keySpan.end, entry.value.span.end);
  }
  return map;
}

function pairOf(text: string, { key, keySpan, value }: Entry, comma: number | undefined): Pair {
  const pair = new Pair<unknown, unknown>(scalarOf(key, key, 'PLAIN', keySpan.start, keySpan.end), nodeOf(text, value));
  const sep: CST.SourceToken[] = [token('map-value-ind', keySpan.end, ':'), ...commentBehind(text, keySpan.end + 1)];
  const start = comma === undefined ? [] : [token('comma', comma, ',')];
  return Object.assign(pair, { srcToken: { start, sep } as unknown as CST.CollectionItem });
}

/** The comment between a colon and a value on further lines, or none. */
function commentBehind(text: string, colonEnd: number): readonly CST.SourceToken[] {
  const at = pastSpaces(text, colonEnd);
  if (text.charCodeAt(at) !== 35) return [];
  const end = text.indexOf('\n', at);
  return [token('comment', at, text.slice(at, end < 0 ? text.length : end))];
}

function pastSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

function token(type: CST.SourceToken['type'], offset: number, source: string): CST.SourceToken {
  return { type, offset, indent: 0, source };
}
