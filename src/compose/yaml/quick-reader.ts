/**
 * A quick reader for the YAML that most Compose files are written in: block mappings and lists, scalars and flow
 * collections on one line. It gives exactly the tree that the yaml package's nodes would give (a test holds it to
 * that), some twenty times sooner; whatever it does not know, faults included, it leaves to the package.
 */
import type { SourceFile, Span } from '../../diagnostics/source.ts';
import type { Entry, Primitive, Tree } from '../tree.ts';
import { plainValue } from './scalars.ts';

/** Thrown and caught here only: the text goes beyond the subset. */
const beyond = new Error('not plain');

const strange = /[\t\r\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const keyStart = /[A-Za-z_][A-Za-z0-9_./-]*(?=:(?:[ \n]|$))/y;
const flowKey = /[A-Za-z_][A-Za-z0-9_./-]*(?=: )/y;
const flowPlainStart = /[A-Za-z0-9_./+]|-(?=[A-Za-z0-9_./-])/;
const flowPlainMore = /[A-Za-z0-9_./+@=$%*&!~-]|:(?=[A-Za-z0-9_./-])| (?=[A-Za-z0-9_./+@=$%~-])/;
const flowPlain = new RegExp(`(?:${flowPlainStart.source})(?:${flowPlainMore.source})*`, 'y');
const depthLimit = 60;

/**
 * The tree of a text within the subset.
 *
 * @returns null where the text says nothing at all; nothing where it goes beyond the subset
 */
export function readPlainYaml(source: SourceFile): Tree | null | undefined {
  if (strange.test(source.text)) return undefined;
  try {
    return new PlainReader(source).document();
  } catch (error) {
    if (error === beyond) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #source: SourceFile;
  readonly #text: string;
  /** Where the next line starts. */
  #next = 0;
  /** The current line's indent, -1 at the end; where its content starts and ends. */
  #indent = 0;
  #at = 0;
  #end = 0;
  #depth = 0;

  constructor(source: SourceFile) {
    this.#source = source;
    this.#text = source.text;
  }

  document(): Tree | null {
    this.#advance();
    if (this.#indent === 0 && this.#text.slice(this.#at, this.#end) === '---') this.#advance();
    else if (this.#indent < 0) return null;
    if (this.#indent < 0) throw beyond;
    const tree = this.#block();
    if (this.#indent >= 0) throw beyond;
    return tree;
  }

  /** To the next line that has content. */
  #advance(): void {
    const text = this.#text;
    while (this.#next < text.length) {
      const start = this.#next;
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      this.#next = end + 1;
      let at = start;
      while (at < end && text.charCodeAt(at) === 32) at++;
      if (at === end || text.charCodeAt(at) === 35) continue;
      while (text.charCodeAt(end - 1) === 32) end--;
      // A second document, or the end of this one. The first line may be `---`: nothing has been read before it.
      if (at === start && this.#end > 0 && (text.startsWith('---', at) || text.startsWith('...', at))) throw beyond;
      this.#indent = at - start;
      this.#at = at;
      this.#end = end;
      return;
    }
    this.#indent = -1;
  }

  #span(start: number, end: number): Span {
    return { source: this.#source, start, end };
  }

  #scalar(value: Primitive, start: number, end: number): Tree {
    return { span: this.#span(start, end), kind: 'scalar', value };
  }

  /** The mapping or list that starts on the current line. */
  #block(): Tree {
    if (++this.#depth > depthLimit) throw beyond;
    const tree = this.#isItem() ? this.#list() : this.#mapping();
    this.#depth--;
    return tree;
  }

  #isItem(): boolean {
    return (
      this.#text.charCodeAt(this.#at) === 45 &&
      (this.#at + 1 === this.#end || this.#text.charCodeAt(this.#at + 1) === 32)
    );
  }

  #mapping(): Tree {
    const indent = this.#indent;
    const start = this.#at;
    let end = start;
    const entries = new Map<string, Entry>();
    while (this.#indent === indent && !this.#isItem()) {
      const keyAt = this.#at;
      keyStart.lastIndex = keyAt;
      const key = this.#key(keyStart, keyAt);
      const keyEnd = keyAt + key.length;
      const value = this.#valueAfter(keyEnd + 1, indent, true);
      if (entries.has(key)) throw beyond;
      entries.set(key, { key, keySpan: this.#span(keyAt, keyEnd), value });
      end = Math.max(keyEnd + 1, value.span.end);
    }
    if (this.#indent > indent) throw beyond;
    return { span: this.#span(start, end), kind: 'mapping', entries };
  }

  #list(): Tree {
    const indent = this.#indent;
    const start = this.#at;
    let end = start + 1;
    const items: Tree[] = [];
    while (this.#indent === indent && this.#isItem()) {
      const dash = this.#at;
      let at = dash + 1;
      while (at < this.#end && this.#text.charCodeAt(at) === 32) at++;
      keyStart.lastIndex = at;
      let item: Tree;
      if (at < this.#end && keyStart.test(this.#text)) {
        // `- key: value`: a mapping that starts in the middle of the line.
        this.#indent += at - dash;
        this.#at = at;
        item = this.#block();
      } else item = this.#valueAfter(dash + 1, indent, false);
      items.push(item);
      if (item.span.end > item.span.start) end = item.span.end;
    }
    if (this.#indent > indent) throw beyond;
    return { span: this.#span(start, end), kind: 'sequence', items };
  }

  #key(pattern: RegExp, at: number): string {
    const match = pattern.exec(this.#text);
    if (!match || typeof plainValue(match[0]) !== 'string') throw beyond;
    return this.#text.slice(at, at + match[0].length);
  }

  /** What follows a key or a dash: on the line, or on the lines below. The current line is then the one after it. */
  #valueAfter(from: number, indent: number, ofKey: boolean): Tree {
    const text = this.#text;
    let at = from;
    while (at < this.#end && text.charCodeAt(at) === 32) at++;
    if (at < this.#end && !(text.charCodeAt(at) === 35 && at > from)) {
      const value = this.#inline(at);
      this.#advance();
      // More text for the same scalar, or a fault.
      if (this.#indent > indent) throw beyond;
      return value;
    }
    this.#advance();
    if (this.#indent > indent || (ofKey && this.#indent === indent && this.#isItem())) return this.#block();
    return this.#scalar(null, from, from);
  }

  #inline(at: number): Tree {
    const text = this.#text;
    const first = text.charCodeAt(at);
    if (first === 91 || first === 123) {
      const [tree, end] = this.#flow(at);
      this.#nothingAfter(end);
      return tree;
    }
    if (first === 34 || first === 39) {
      const [tree, end] = this.#quoted(at);
      this.#nothingAfter(end);
      return tree;
    }
    if (!isPlainStart(text, at)) throw beyond;
    let value = text.slice(at, this.#end);
    const comment = value.indexOf(' #');
    if (comment >= 0) value = value.slice(0, comment).replace(/ +$/, '');
    if (value.includes(': ') || value.endsWith(':') || value === '<<') throw beyond;
    return this.#scalar(plainValue(value), at, at + value.length);
  }

  #nothingAfter(at: number): void {
    if (at === this.#end) return;
    if (this.#text.charCodeAt(at) !== 32) throw beyond;
    let next = at;
    while (this.#text.charCodeAt(next) === 32) next++;
    if (this.#text.charCodeAt(next) !== 35) throw beyond;
  }

  #quoted(at: number): readonly [Tree, number] {
    const text = this.#text;
    const quote = text[at]!;
    let close = text.indexOf(quote, at + 1);
    while (quote === "'" && close >= 0 && text[close + 1] === "'") close = text.indexOf("'", close + 2);
    if (close < 0 || close >= this.#end) throw beyond;
    const content = text.slice(at + 1, close);
    if (quote === '"' && content.includes('\\')) throw beyond;
    const value = quote === "'" && content.includes("''") ? content.replaceAll("''", "'") : content;
    return [this.#scalar(value, at, close + 1), close + 1];
  }

  #flow(at: number): readonly [Tree, number] {
    if (++this.#depth > depthLimit) throw beyond;
    const result = this.#text.charCodeAt(at) === 91 ? this.#flowList(at) : this.#flowMapping(at);
    this.#depth--;
    return result;
  }

  #flowList(start: number): readonly [Tree, number] {
    const items: Tree[] = [];
    let at = this.#skip(start + 1);
    while (this.#text.charCodeAt(at) !== 93) {
      const [item, end] = this.#flowValue(at);
      items.push(item);
      at = this.#afterFlowItem(end, 93);
    }
    return [{ span: this.#span(start, at + 1), kind: 'sequence', items }, at + 1];
  }

  #flowMapping(start: number): readonly [Tree, number] {
    const entries = new Map<string, Entry>();
    let at = this.#skip(start + 1);
    while (this.#text.charCodeAt(at) !== 125) {
      flowKey.lastIndex = at;
      const key = this.#key(flowKey, at);
      const keyEnd = at + key.length;
      const valueAt = this.#skip(keyEnd + 1);
      const next = this.#text.charCodeAt(valueAt);
      const [value, end] =
        next === 44 || next === 125
          ? ([this.#scalar(null, keyEnd + 1, keyEnd + 1), valueAt] as const)
          : this.#flowValue(valueAt);
      if (entries.has(key)) throw beyond;
      entries.set(key, { key, keySpan: this.#span(at, keyEnd), value });
      at = this.#afterFlowItem(end, 125);
    }
    return [{ span: this.#span(start, at + 1), kind: 'mapping', entries }, at + 1];
  }

  #flowValue(at: number): readonly [Tree, number] {
    const text = this.#text;
    const first = text.charCodeAt(at);
    if (first === 91 || first === 123) return this.#flow(at);
    if (first === 34 || first === 39) return this.#quoted(at);
    flowPlain.lastIndex = at;
    const match = flowPlain.exec(text);
    if (!match) throw beyond;
    const end = at + match[0].length;
    return [this.#scalar(plainValue(match[0]), at, end), end];
  }

  /** Past the comma, or at the closing bracket. */
  #afterFlowItem(from: number, closing: number): number {
    const at = this.#skip(from);
    const char = this.#text.charCodeAt(at);
    if (char === 44) return this.#skip(at + 1);
    if (char !== closing) throw beyond;
    return at;
  }

  /** Past spaces, which must not reach the end of the line. */
  #skip(from: number): number {
    let at = from;
    while (at < this.#end && this.#text.charCodeAt(at) === 32) at++;
    if (at >= this.#end) throw beyond;
    return at;
  }
}

/** Characters that begin something else than a plain scalar; `-`, `?` and `:` do so only before a space. */
const indicators = new Set([...',[]{}#&*!|>\'"%@`'].map((char) => char.charCodeAt(0)));

function isPlainStart(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  if (indicators.has(first) || first === 63 || first === 58) return false;
  return first !== 45 || (text.charCodeAt(at + 1) !== 32 && text.charCodeAt(at + 1) !== 10 && at + 1 < text.length);
}
