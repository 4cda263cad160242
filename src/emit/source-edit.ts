/**
 * Edits of a YAML text that leave every byte outside them alone: comments, quoting, spacing and order survive because
 * nothing is written again but what changes. Positions come from the text's own parsed document.
 */
import { isMap, isScalar, isSeq, stringify, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Plain } from './definitions.ts';

export type YamlPair = Pair<unknown, unknown>;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Collects edits of one text; ranges never overlap, because each pair is edited once. */
export class SourceEditor {
  readonly #text: string;
  readonly #step: number;
  readonly #edits: Edit[] = [];

  constructor(text: string, document: Document) {
    this.#text = text;
    this.#step = indentStep(document, text);
  }

  /** Takes pairs out of a mapping, changes values of others and adds new ones, in that place of a removed pair if there is one. */
  editMap(map: YAMLMap, changes: { readonly remove?: ReadonlySet<YamlPair>; readonly set?: ReadonlyMap<string, Plain> }): void {
    const remove = changes.remove ?? new Set();
    const set = changes.set ?? new Map<string, Plain>();
    if (remove.size === 0 && set.size === 0) return;
    if (map.flow) this.#rewriteFlow(map, remove, set);
    else this.#editBlock(map, remove, set);
  }

  /** Adds items to the end of a list, in the list's own style. */
  appendItems(list: YAMLSeq, items: readonly Plain[]): void {
    const last = list.items.at(-1) as Node | undefined;
    if (list.flow || !last) {
      const at = last ? endOf(last) : list.range![0] + 1;
      this.#replace(at, at, (last ? ', ' : '') + items.map(flowText).join(', '));
      return;
    }
    const dash = this.#text.lastIndexOf('-', last.range![0]);
    const indent = ' '.repeat(dash - this.#lineStart(dash));
    const at = this.#lineEnd(this.#trimmedEnd(endOf(last)));
    this.#replace(at, at, items.map((item) => `\n${indent}- ${flowText(item)}`).join(''));
  }

  /** Replaces a value, such as an alias, by a mapping of its own. */
  replaceValue(pair: YamlPair, value: Plain): void {
    const key = pair.key as Node;
    const column = key.range![0] - this.#lineStart(key.range![0]);
    this.#replace(key.range![0], this.#valueEnd(pair), this.#pairText(keyText(pair), value, column));
  }

  /** Adds a pair at the end of the document's top level, set apart as the others are. */
  appendTopLevel(map: YAMLMap, key: string, value: Plain): void {
    const at = this.#text.length;
    const apart = /\n[ \t]*\n\S/.test(this.#text) ? '\n' : '';
    const newline = this.#text.endsWith('\n') || at === 0 ? '' : '\n';
    this.#replace(at, at, `${newline}${map.items.length > 0 ? apart : ''}${this.#pairText(key, value, 0)}\n`);
  }

  /** The text with all edits made. */
  result(): string {
    const edits = [...this.#edits].sort((a, b) => a.start - b.start || a.end - b.end);
    let out = '';
    let at = 0;
    for (const { start, end, text } of edits) {
      out += this.#text.slice(at, start) + text;
      at = Math.max(at, end);
    }
    return out + this.#text.slice(at);
  }

  #replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  #editBlock(map: YAMLMap, remove: ReadonlySet<YamlPair>, set: ReadonlyMap<string, Plain>): void {
    const added = new Map(set);
    const first = map.items[0]?.key as Node | undefined;
    const column = first ? first.range![0] - this.#lineStart(first.range![0]) : 0;
    for (const pair of map.items) {
      const key = keyText(pair);
      if (remove.has(pair) || !added.has(key)) continue;
      this.replaceValue(pair, added.get(key)!);
      added.delete(key);
    }
    const newText = [...added].map(([key, value]) => ' '.repeat(column) + this.#pairText(key, value, column) + '\n').join('');
    const removed = map.items.filter((pair) => remove.has(pair));
    removed.forEach((pair, index) => this.#removeLines(pair, index === 0 ? newText : '', column));
    if (removed.length > 0 || newText === '') return;
    const last = map.items.at(-1)!;
    const at = this.#lineEnd(this.#valueEnd(last));
    this.#replace(at, at, `\n${newText.slice(0, -1)}`);
  }

  /** Takes a pair's lines out whole; at the top level, with the blank line that set it apart. */
  #removeLines(pair: YamlPair, instead: string, column: number): void {
    const key = pair.key as Node;
    const start = this.#lineStart(key.range![0]);
    let end = Math.min(this.#text.length, this.#lineEnd(this.#valueEnd(pair)) + 1);
    if (instead === '' && column === 0) {
      const blank = /^(?:[ \t]*\n)+/.exec(this.#text.slice(end));
      const apart = start === 0 || /\n[ \t]*\n$/.test(this.#text.slice(0, start));
      if (blank && apart) end += blank[0].length;
    }
    // A first pair may share its line with the dash or the anchor before it.
    const lead = this.#text.slice(start, key.range![0]);
    if (lead.trim() !== '') this.#replace(key.range![0], end, instead === '' ? '\n' : instead.trimStart());
    else this.#replace(start, end, instead);
  }

  #rewriteFlow(map: YAMLMap, remove: ReadonlySet<YamlPair>, set: ReadonlyMap<string, Plain>): void {
    const added = new Map(set);
    const parts = map.items.flatMap((pair) => {
      if (remove.has(pair)) return [];
      const key = keyText(pair);
      const start = (pair.key as Node).range![0];
      if (!added.has(key)) return this.#text.slice(start, this.#valueEnd(pair));
      const value = added.get(key)!;
      added.delete(key);
      return `${key}: ${flowText(value)}`;
    });
    for (const [key, value] of added) parts.push(`${key}: ${flowText(value)}`);
    const [start] = map.range!;
    const padded = /^\{\s/.test(this.#text.slice(start)) || parts.length === 0 ? ' ' : '';
    this.#replace(start, this.#trimmedEnd(endOf(map)), parts.length === 0 ? '{}' : `{${padded}${parts.join(', ')}${padded}}`);
  }

  #pairText(key: string, value: Plain, column: number): string {
    const text = stringify({ [key]: value }, { indent: this.#step, lineWidth: 0, compat: 'yaml-1.1', nullStr: '' }).trimEnd();
    return text.replaceAll('\n', `\n${' '.repeat(column)}`).replace(/: $/gm, ':');
  }

  #valueEnd(pair: YamlPair): number {
    const value = pair.value as Node | null;
    const end = value?.range ? this.#trimmedEnd(endOf(value)) : 0;
    const key = pair.key as Node;
    // An empty value's range lies behind the colon; a pair without one has only its key.
    return Math.max(end, key.range![1]) + (end <= key.range![1] && this.#text[key.range![1]] === ':' ? 1 : 0);
  }

  #trimmedEnd(offset: number): number {
    let end = offset;
    while (end > 0 && /\s/.test(this.#text[end - 1]!)) end--;
    return end;
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #lineEnd(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end;
  }
}

/** Where a node's own text ends; a block collection's range runs on over what follows its last item. */
function endOf(node: Node): number {
  if (isMap(node) && !node.flow && node.items.length > 0) {
    const last = node.items.at(-1)!;
    return last.value ? endOf(last.value as Node) : (last.key as Node).range![1] + 1;
  }
  if (isSeq(node) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1) as Node);
  return node.range![1];
}

function keyText(pair: YamlPair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** A value on one line, as it may stand inside brackets. */
function flowText(value: Plain): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, compat: 'yaml-1.1' }).trimEnd();
}

/** The text's own indentation: that of the first key below a top-level one. */
function indentStep(document: Document, text: string): number {
  if (!isMap(document.contents)) return 2;
  for (const { value } of document.contents.items) {
    if (!isMap(value) || value.flow || value.items.length === 0) continue;
    const start = (value.items[0]!.key as Node).range![0];
    const column = start - (text.lastIndexOf('\n', start - 1) + 1);
    if (column > 0) return column;
  }
  return 2;
}
