/** Text that stands for another part of the file (aliases, merge keys) replaced by a copy of that part. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import { isPlainInFlow } from '../../compose/yaml/scalars.ts';
import { type Edit, withEdits } from '../source/edit.ts';
import {
  anchorsIn,
  colonEnd,
  columnOf,
  contentEnd,
  isMergeKey,
  keyEnd,
  lineEnd,
  lineStart,
  nextLine,
  pairEnd,
  pairStart,
  reindented,
  type SourceText,
  type YamlPair,
} from '../source/source-text.ts';
import { YamlWriter } from '../source/yaml-writer.ts';
import type { Targets } from './anchors.ts';
import type { Entry } from './shared-fragments.ts';

/** Each entry with what it inherits as pairs of its own, except what it is going to lose or to set. */
export function writtenOut({ text, document }: SourceText, entries: readonly Entry[]): string {
  const writer = new YamlWriter(text, document);
  const edits: Edit[] = [];
  for (const entry of entries) {
    const { pair, effective, change } = entry;
    const mapping = isMap(pair.value) ? pair.value : undefined;
    const stays = (key: string) => !change.remove.has(key) && !change.set.has(key);
    const inherited = [...effective].flatMap(([key, { owner, pair: other }]) =>
      owner !== mapping && stays(key) ? [other] : [],
    );
    if (mapping) edits.push(...expandedMerges(text, mapping, inherited, writer.eol));
    else edits.push(asOwnMapping(text, entry, inherited, writer));
  }
  return withEdits(text, edits);
}

function expandedMerges(
  text: string,
  { items, flow }: YAMLMap,
  inherited: readonly YamlPair[],
  eol: string,
): readonly Edit[] {
  const merges = items.filter(isMergeKey);
  return merges.map((merge, index): Edit => {
    const start = pairStart(merge);
    const end = pairEnd(merge, text);
    const column = columnOf(text, start);
    if (index === 0 && inherited.length > 0) {
      const copies = inherited.map((each) => (flow ? flowPair(each, text) : blockPair(each, text, column)));
      return { start, end, text: flow ? copies.join(', ') : copies.join(eol + ' '.repeat(column)) };
    }
    const comma = /^\s*,\s*/.exec(text.slice(end))?.[0].length ?? 0;
    if (flow) return { start, end: end + comma, text: '' };
    const alone =
      text.slice(lineStart(text, start), start).trim() === '' && /^\s*$/.test(text.slice(end, lineEnd(text, end)));
    // What is taken out may be all that there was.
    if (items.length === merges.length) return { start, end, text: index === 0 ? '{}' : '' };
    return alone ? { start: lineStart(text, start), end: nextLine(text, end), text: '' } : { start, end, text: '' };
  });
}

function asOwnMapping(text: string, { pair, inFlow }: Entry, inherited: readonly YamlPair[], writer: YamlWriter): Edit {
  const start = colonEnd(pair) ?? keyEnd(pair);
  const end = pairEnd(pair, text);
  if (inFlow || inherited.length === 0)
    return { start, end, text: ` { ${inherited.map((each) => flowPair(each, text)).join(', ')} }` };
  const column = columnOf(text, pairStart(pair)) + writer.style.indent;
  const lead = writer.eol + ' '.repeat(column);
  return { start, end, text: inherited.map((each) => lead + blockPair(each, text, column)).join('') };
}

/** An alias that is left when the part that it stands for goes. */
export interface LeftAlias {
  readonly alias: Node;
  readonly target: Node;
  /** Whether it stands within brackets, where everything is on one line. */
  readonly flow: boolean;
}

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

/** Aliases given the text of what they stand for, with its anchor. */
export function promoted({ text, document }: SourceText, aliases: readonly LeftAlias[]): string {
  const { eol, style } = new YamlWriter(text, document);
  const edits = aliases.map(({ alias, target, flow }): Edit => {
    const [start, after] = alias.range!;
    const name = `&${(target as { anchor?: string }).anchor}`;
    const inline = flow || !(isMap(target) || isSeq(target)) || target.flow === true;
    if (flow) return { start, end: after, text: `${name} ${flowText(target, text)}` };
    const column = indentOf(text, start) + (inline ? 0 : style.indent);
    const from = inline ? indentOf(text, target.range![0]) : columnOf(text, target.range![0]);
    const end = contentEnd(target, text);
    const copy = reindented(text.slice(target.range![0], inline ? end : lineEnd(text, end)), from, column);
    return {
      start,
      end: after,
      text: inline ? `${name} ${copy}`.trimEnd() : `${name}${eol}${' '.repeat(column)}${copy}`,
    };
  });
  return withEdits(text, edits);
}

/** Spaces and dashes before the first key or value of the line. */
const indentOf = (text: string, offset: number) =>
  /^(?:\s|-(?=\s))*/.exec(text.slice(lineStart(text, offset), offset))![0].length;

/** A pair's text moved to a column, without the anchors in it: they stay where they are. */
function blockPair(pair: YamlPair, text: string, column: number): string {
  const start = pairStart(pair);
  const end = pairEnd(pair, text);
  const anchors = anchorsIn(pair).map(({ start: from, end: to }): Edit => {
    // Of the spaces around it one stays, or none at the end of a line.
    const [before, behind] = text[to] === ' ' ? [0, 1] : [1, 0];
    return { start: from - before - start, end: to + behind - start, text: '' };
  });
  const copy = withEdits(text.slice(start, end), anchors);
  return reindented(colonEnd(pair) === undefined ? `${copy}:` : copy, columnOf(text, start), column);
}

function flowPair(pair: YamlPair, text: string): string {
  return `${flowText(pair.key as Node, text)}: ${flowText(pair.value as Node | null, text)}`;
}

/** A node on one line, as it may stand inside brackets; aliases stay, anchors and comments do not. */
function flowText(node: Node | null, text: string): string {
  if (!node) return 'null';
  if (isAlias(node)) return `*${node.source} `;
  if (isMap(node)) return `{ ${node.items.map((pair) => flowPair(pair, text)).join(', ')} }`;
  if (isSeq(node)) return `[${node.items.map((item) => flowText(item as Node, text)).join(', ')}]`;
  const value = isScalar(node) ? (node.source ?? String(node.value)) : '';
  const plain = isScalar(node) && node.type === 'PLAIN' && isPlainInFlow(value) && !/[,[\]{}#:\n]/.test(value);
  return plain ? value || 'null' : JSON.stringify(value);
}
