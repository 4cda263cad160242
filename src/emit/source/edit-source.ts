/**
 * Edits of a YAML text that leave every byte outside them alone: comments, quoting, spacing and order survive because
 * nothing is written again but what changes. Positions come from the text's own parsed document.
 */
import { type Document, isScalar, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Plain } from '../override/plain-data.ts';
import { type Edit, withEdits } from './edit.ts';
import { editFlowMap } from './edit-flow.ts';
import {
  colonEnd,
  columnOf,
  commentAfterKey,
  contentEnd,
  endsInOpenBlock,
  keyEnd,
  keyOf,
  lineEnd,
  lineStart,
  nextLine,
  ownIndent,
  pairEnd,
  pairStart,
  type SourceText,
  type YamlPair,
} from './source-text.ts';
import { YamlWriter } from './yaml-writer.ts';

/** One change of a document's nodes; each node is changed by one at most. */
export type SourceChange =
  | {
      readonly kind: 'map';
      readonly map: YAMLMap;
      readonly remove: ReadonlySet<YamlPair>;
      readonly set: ReadonlyMap<string, Plain>;
    }
  | { readonly kind: 'append'; readonly list: YAMLSeq; readonly items: readonly Plain[] }
  | { readonly kind: 'scalar'; readonly node: Node; readonly value: Plain };

/** @returns the text with all changes made */
export function edited({ text, document }: SourceText, changes: readonly SourceChange[]): string {
  const editor = new Editor(text, document);
  // Where an inner and an outer mapping end at one place, what is added to the inner one comes first.
  const startOf = (change: SourceChange) =>
    (change.kind === 'map' ? change.map : change.kind === 'append' ? change.list : change.node).range![0];
  for (const change of [...changes].sort((a, b) => startOf(b) - startOf(a))) editor.make(change);
  return withEdits(text, editor.edits);
}

class Editor {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #root: unknown;
  readonly #writer: YamlWriter;

  constructor(text: string, document: Document) {
    this.#text = text;
    this.#root = document.contents;
    this.#writer = new YamlWriter(text, document);
  }

  make(change: SourceChange): void {
    switch (change.kind) {
      case 'map':
        if (change.map.flow) this.#flow(change.map, change.remove, change.set);
        else this.#block(change.map, change.remove, change.set);
        break;
      case 'append':
        this.#append(change.list, change.items);
        break;
      case 'scalar': {
        const quoted = isScalar(change.node) && change.node.type?.startsWith('QUOTE') === true;
        const [start] = change.node.range!;
        this.#replace(start, contentEnd(change.node, this.#text), this.#writer.inline(change.value, quoted));
        break;
      }
    }
  }

  #replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  #append(list: YAMLSeq, items: readonly Plain[]): void {
    const last = list.items.at(-1) as Node | undefined;
    const end = last ? contentEnd(last, this.#text) : list.range![0] + 1;
    if (list.flow) {
      const comma = this.#text[end - 1] === ':' ? ' , ' : ', ';
      this.#replace(end, end, (last ? comma : '') + items.map((item) => this.#writer.inline(item)).join(', '));
      return;
    }
    const indent = ' '.repeat(columnOf(this.#text, list.range![0]));
    const at = lineEnd(this.#text, end);
    this.#replace(at, at, items.map((item) => `${this.#writer.eol}${indent}- ${this.#writer.inline(item)}`).join(''));
  }

  #flow(map: YAMLMap, remove: ReadonlySet<YamlPair>, set: ReadonlyMap<string, Plain>): void {
    this.edits.push(...editFlowMap(this.#text, map, remove, set, this.#writer));
  }

  /** New pairs stand where the first removed one stood; at the top level, where order is by section, they come last. */
  #block(map: YAMLMap, remove: ReadonlySet<YamlPair>, set: ReadonlyMap<string, Plain>): void {
    const added = new Map(set);
    for (const pair of map.items) {
      const key = keyOf(pair);
      if (remove.has(pair) || !added.has(key)) continue;
      this.#setValue(pair, added.get(key)!);
      added.delete(key);
    }
    const column = columnOf(this.#text, pairStart(map.items[0]!));
    const lines = [...added].map(([key, value]) => ' '.repeat(column) + this.#writer.pair(key, value, column));
    const kept = map.items.filter((pair) => !remove.has(pair));
    const atEnd = lines.length > 0 && kept.length > 0 && (map === this.#root || remove.size === 0);
    if (atEnd && endsInOpenBlock(map, this.#text)) this.#addBefore(kept.at(-1)!, lines);
    else if (atEnd) this.#addAfter(kept.at(-1)!, lines, column, map === this.#root);
    const instead = atEnd
      ? []
      : lines.length > 0
        ? lines
        : kept.length === 0 && remove.size > 0
          ? [`${' '.repeat(column)}{}`]
          : [];
    this.#removePairs(map, remove, instead.join(this.#writer.eol), column);
  }

  #setValue(pair: YamlPair, value: Plain): void {
    const column = columnOf(this.#text, pairStart(pair));
    const [first, ...more] = this.#writer.value(value, column).split(this.#writer.eol) as [string, ...string[]];
    const end = pairEnd(pair, this.#text);
    const from = colonEnd(pair);
    const rest = this.#text.slice(end, lineEnd(this.#text, end));
    const comment = commentAfterKey(pair) ?? (/^\s+#/.test(rest) && more.length > 0 ? rest.trim() : undefined);
    const lines = [comment === undefined ? first : `${first} ${comment}`, ...more].join(this.#writer.eol);
    const to = comment !== undefined && rest.trim() === comment ? end + rest.length : end;
    this.#replace(from ?? keyEnd(pair), to, from === undefined ? `:${lines}` : lines);
  }

  /** A line below an open block of text would add a line break to it. */
  #addBefore(last: YamlPair, lines: readonly string[]): void {
    const at = lineStart(this.#text, pairStart(last));
    this.#replace(at, at, lines.map((line) => line + this.#writer.eol).join(''));
  }

  #addAfter(last: YamlPair, lines: readonly string[], column: number, section: boolean): void {
    const { eol } = this.#writer;
    const end = this.#endWithComments(last, column);
    const apart = section && /\n[ \t]*\r?\n/.test(this.#text.trim()) ? eol : '';
    this.#replace(end, end, eol + apart + lines.join(eol));
  }

  /**
   * The end of the pair's last line, or of the comments below it that are indented more than its key: those are about
   * its inside.
   */
  #endWithComments(pair: YamlPair, column: number): number {
    let end = lineEnd(this.#text, pairEnd(pair, this.#text));
    for (let next = nextLine(this.#text, end); next < this.#text.length; next = nextLine(this.#text, next)) {
      const line = this.#text.slice(next, lineEnd(this.#text, next));
      const indent = /^ */.exec(line)![0].length;
      if (line.trim() === '') continue;
      if (line[indent] !== '#' || indent <= column) break;
      end = next + line.length;
    }
    return end;
  }

  #removePairs(map: YAMLMap, remove: ReadonlySet<YamlPair>, instead: string, column: number): void {
    let left = instead;
    for (let index = 0; index < map.items.length; index++) {
      const pair = map.items[index]!;
      if (!remove.has(pair)) continue;
      const start = pairStart(pair);
      if (this.#text.slice(lineStart(this.#text, start), start).trim() === '')
        this.#removeLines(pair, left, column, index === 0);
      else {
        // The first pair shares its line with the dash, the colon or the `---` before it.
        const after = map.items.slice(index).findIndex((item) => !remove.has(item));
        const next = after < 0 ? undefined : map.items[index + after]!;
        const end = this.#endWithComments(
          map.items[index + (after < 0 ? map.items.length - index : after) - 1]!,
          column,
        );
        if (left !== '') this.#replace(start, end, left.trimStart());
        else this.#replace(start, next ? pairStart(next) : end, '');
        index += (after < 0 ? map.items.length : after) - 1;
      }
      left = '';
    }
  }

  /** Takes a pair's lines out whole, with one of two blank lines that would be left next to each other. */
  #removeLines(pair: YamlPair, instead: string, column: number, first: boolean): void {
    const text = this.#text;
    const start = lineStart(text, pairStart(pair));
    let last = this.#endWithComments(pair, column);
    if (instead !== '') {
      this.#replace(start, last, instead);
      return;
    }
    if (start <= 1) {
      const after = /^(?:[ \t]*\r?\n)*/.exec(text.slice(nextLine(text, last)))![0].length;
      this.#replace(start, nextLine(text, last) + after, '');
      return;
    }
    // The line break before goes, the one behind stays: so the text ends as it did, and what is added there follows it.
    const breakBefore = start - 1 - (text[start - 2] === '\r' ? 1 : 0);
    const blankBefore = (first && column > 0) || ownIndent(text, breakBefore) !== undefined;
    const blankAfter = /^\r?\n(?:[ \t]*\r?\n)*(?=[ \t]*\r?\n)/.exec(text.slice(last));
    if (blankBefore && blankAfter) last += blankAfter[0].length;
    const atEnd = text.slice(last).trim() === '';
    this.#replace(atEnd ? text.slice(0, start).trimEnd().length : breakBefore, last, '');
  }
}
