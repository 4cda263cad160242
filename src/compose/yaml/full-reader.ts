/** Reads the yaml package's nodes into trees: follows aliases and merge keys, gives scalars go-yaml's meaning. */

import type { ParsedNode, YAMLMap, Node as YamlNode, Scalar as YamlScalar } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../../diagnostics/source.ts';
import type { Entry, Mapping, Primitive, Sequence, Tree } from '../tree.ts';
import { forPeople } from './messages.ts';
import { isPlainInFlow, isTimestamp, mismatch, scalarValue } from './scalars.ts';
import { SharedTags } from './shared-tags.ts';

/** Nodes that aliases may add up to in one file; go-yaml stops at about as many. */
const expansionLimit = 500_000;
/** Deeper nesting is no Compose file, and the phases that follow walk the tree by recursion. */
const depthLimit = 200;

/** One for each file; every fault is reported as `compose/invalid-yaml` and sets `failed`. */
export class TreeReader {
  failed = false;
  tagged = false;
  readonly #source: SourceFile;
  readonly #report: Report;
  #anchors = new Map<string, Tree | undefined>();
  #sizes = new Map<Tree, number>();
  #expanded = 0;
  #sharedTags = new SharedTags();

  constructor(source: SourceFile, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  fault(message: string, start: number, end: number, advice?: string): void {
    this.failed = true;
    const { text, help } = forPeople(message);
    this.#report('compose/invalid-yaml', { source: this.#source, start, end: Math.max(end, start) }, text, {
      help: advice ?? help,
    });
  }

  read(contents: ParsedNode | null): Tree {
    this.#anchors = new Map();
    this.#sharedTags = new SharedTags();
    return contents ? this.#node(contents, 0) : { kind: 'scalar', value: null, span: this.#span(0, 0) };
  }

  #span(start: number, end: number): Span {
    return { source: this.#source, start, end };
  }

  #node(node: YamlNode, depth: number): Tree {
    const [start, end] = node.range ?? [0, 0];
    if (isAlias(node)) return this.#alias(node.source, start, end);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) {
      // go-yaml ends the name at any other character, and the rest is then wrong.
      const other = /[^A-Za-z0-9_-]/.exec(anchor)?.[0];
      if (other !== undefined) this.fault(`"&${anchor}": the name of an anchor cannot have "${other}"`, start, start);
      this.#anchors.set(anchor, undefined);
    }
    const tree = this.#content(node, start, end, depth);
    if (anchor !== undefined) this.#anchors.set(anchor, tree);
    return tree;
  }

  #content(node: YamlNode, start: number, end: number, depth: number): Tree {
    const base = { span: this.#span(start, end), node, ...this.#tag(node) };
    if (depth > depthLimit) {
      if (!this.failed) this.fault('the file is nested too deeply', start, start);
      return { ...base, kind: 'scalar', value: null };
    }
    if (isScalar(node)) return { ...base, kind: 'scalar', value: this.#value(node, start, end) };
    if (isSeq(node)) {
      const items: Tree[] = [];
      let last = start + 1;
      for (const item of node.items as YamlNode[]) {
        if (node.flow) this.#withinBrackets(item);
        const tree = (node.flow && this.#lonePair(item)) || this.#node(item, depth + 1);
        items.push(tree);
        if (!isEmpty(item)) last = endOf(item, tree);
      }
      return { ...base, span: node.flow ? base.span : this.#span(start, last), kind: 'sequence', items };
    }
    const map = node as YAMLMap;
    const { entries, end: last } = this.#entries(map, depth);
    return { ...base, span: map.flow ? base.span : this.#span(start, last), kind: 'mapping', entries };
  }

  #value(node: YamlScalar, start: number, end: number): Primitive {
    const value = scalarValue(node);
    const wanted = mismatch(node, value);
    if (wanted) this.fault(`"${String(value)}" is not a ${wanted}`, start, end);
    const written = node.type === 'QUOTE_DOUBLE' ? this.#source.text.slice(start, end) : '';
    if (!written.includes('\\')) return value;
    const slash = /^(?:[^\\]|\\[^/])*\\(?=\/)/.exec(written)?.[0].length;
    if (slash !== undefined) this.fault('"\\/" is not an escape', start + slash - 1, start + slash + 1, 'write "/"');
    // go-yaml also takes `\'`, which the package gives back as it is.
    const other = written.replace(/\\[^]/g, (found) => (found === "\\'" ? "'" : found));
    return other === written ? value : scalarValue(parseDocument(other).contents as YamlScalar);
  }

  #withinBrackets(node: unknown): void {
    if (!isScalar(node) || node.type !== 'PLAIN' || isPlainInFlow(node.source ?? '')) return;
    const [start, end] = node.range ?? [0, 0];
    const text = node.source ?? '';
    const indicator = text.startsWith(':') ? '":" at its start' : '"?"';
    this.fault(
      `text within brackets cannot have ${indicator} without quotes`,
      start,
      end,
      `write ${JSON.stringify(text)}`,
    );
  }

  /**
   * Within brackets go-yaml ends a plain key only at a colon with a blank behind it: `{ lan:, iot: }` has the keys
   * `lan:` and `iot` (docs/findings.md), and of `{ lan:{} }` it can make nothing.
   */
  #withColon<K extends { readonly text: string; readonly span: Span }>(key: K): K {
    const { text } = this.#source;
    const { start, end } = key.span;
    const next = text[end] === ':' ? (text[end + 1] ?? '') : '';
    if (/^[,}\]]/.test(next)) return { ...key, text: `${key.text}:`, span: this.#span(start, end + 1) };
    if (/^[[{]/.test(next))
      this.fault('":" needs a blank behind it within brackets', end, end + 1, `write "${key.text}: ${next}"`);
    return key;
  }

  /** An item that is a key without a value, in no braces: with its colon it is a text to go-yaml. */
  #lonePair(item: YamlNode): Tree | undefined {
    if (!isMap(item) || item.items.length !== 1 || this.#source.text[item.range![0]] === '{') return undefined;
    const [pair] = (item as YAMLMap<YamlNode, YamlNode | null>).items;
    if (!pair || !isPlain(pair.key) || (pair.value && !isEmpty(pair.value))) return undefined;
    const { text, span } = this.#withColon(this.#key(pair.key, item));
    return text.endsWith(':') ? { kind: 'scalar', value: text, span, node: item } : undefined;
  }

  #tag(node: YamlNode): { readonly tag?: '!reset' | '!override' } {
    const tag = (node as { tag?: string }).tag;
    if (tag !== '!reset' && tag !== '!override') return {};
    this.tagged = true;
    return { tag };
  }

  #entries(node: YAMLMap, depth: number): { readonly entries: ReadonlyMap<string, Entry>; readonly end: number } {
    const entries = new Map<string, Entry>();
    const merged: Mapping[] = [];
    let mergeKey: Span | undefined;
    let end = 0;
    for (const pair of node.items) {
      const value = pair.value as YamlNode | null;
      const written = this.#key(pair.key as YamlNode | null, node);
      const key = node.flow && isPlain(pair.key) ? this.#withColon(written) : written;
      const empty = !value || isEmpty(value);
      if (node.flow) for (const part of [pair.key, value]) this.#withinBrackets(part);
      const tree: Tree = empty
        ? { ...(value && { node: value }), ...this.#nothingAfter(key.span) }
        : this.#node(value, depth + 1);
      end = Math.max(end, empty ? tree.span.end : endOf(value, tree));
      const first = key.merge ? mergeKey : entries.get(key.text)?.keySpan;
      if (first) this.#duplicate(key.text, key.span, first);
      else if (key.merge) {
        mergeKey = key.span;
        merged.push(...this.#mergeSources(tree, key.span));
      } else entries.set(key.text, { key: key.text, keySpan: key.span, value: tree });
    }
    // A key of the mapping itself wins over a merged one, an earlier source over a later.
    for (const source of merged) {
      for (const entry of source.entries.values()) {
        const present = entries.get(entry.key);
        if (!present) entries.set(entry.key, entry);
        // `!reset` takes the key out of this mapping, so that the merged one is left; it also drops what earlier files
        // say.
        else if (present.value.tag === '!reset')
          entries.set(entry.key, { ...entry, value: { ...entry.value, tag: '!override' } });
      }
    }
    return { entries, end };
  }

  /** An absent value stands just behind its key's colon. */
  #nothingAfter({ end }: Span): Tree {
    return { kind: 'scalar', value: null, span: this.#span(end + 1, end + 1) };
  }

  #key(node: YamlNode | null, parent: YAMLMap): { text: string; span: Span; merge: boolean } {
    const [start, end] = node?.range ?? parent.range ?? [0, 0];
    const span = this.#span(start, end);
    let scalar: unknown = node;
    if (node && isAlias(node)) {
      const tree = this.#alias(node.source, start, end);
      if (tree.kind === 'scalar' && typeof tree.value === 'string') return { text: tree.value, span, merge: false };
      scalar = null;
    }
    if (!isScalar(scalar)) {
      this.#notText('nothing or a collection', span);
      return { text: '', span, merge: false };
    }
    const value = scalarValue(scalar);
    if (scalar.type === 'PLAIN' && isTimestamp(String(scalar.source))) this.#notText('a date', span, scalar.source);
    else if (typeof value !== 'string')
      this.#notText(value === null ? 'nothing' : `the ${typeof value} ${String(value)}`, span, scalar.source);
    return { text: scalar.source ?? String(value), span, merge: scalar.type === 'PLAIN' && scalar.source === '<<' };
  }

  #notText(what: string, span: Span, source?: string): void {
    this.failed = true;
    this.#report('compose/invalid-model', span, `${what} is not a key: keys are strings`, {
      help: source === undefined ? undefined : `write "${source}":`,
    });
  }

  #duplicate(key: string, span: Span, first: Span): void {
    this.failed = true;
    this.#report('compose/invalid-yaml', span, `"${key}" is given twice`, {
      related: [{ message: 'first given here', span: first }],
    });
  }

  #mergeSources(tree: Tree, span: Span): readonly Mapping[] {
    const sources = tree.kind === 'sequence' ? tree.items : [tree];
    const mappings = sources.filter((source): source is Mapping => source.kind === 'mapping');
    if (mappings.length < sources.length) {
      this.failed = true;
      this.#report('compose/invalid-yaml', span, '"<<" takes a mapping or a list of mappings');
    }
    if (!this.tagged || tree.kind !== 'sequence') return mappings;
    return mappings.map((mapping) => this.#sharedTags.inMergeList(mapping) as Mapping);
  }

  #alias(name: string, start: number, end: number): Tree {
    const tree = this.#anchors.get(name);
    if (tree) {
      this.#expanded += this.#size(tree);
      if (this.#expanded > expansionLimit && !this.failed) this.fault('the aliases repeat too much', start, end);
      return this.tagged ? this.#sharedTags.behindAlias(tree) : tree;
    }
    this.fault(
      this.#anchors.has(name) ? `"${name}" contains itself` : `there is no anchor "${name}" before this`,
      start,
      end,
    );
    return { kind: 'scalar', value: null, span: this.#span(start, end) };
  }

  /** Nodes in the tree, counting a shared part as often as it occurs. */
  #size(tree: Tree): number {
    if (tree.kind === 'scalar') return 1;
    const known = this.#sizes.get(tree);
    if (known !== undefined) return known;
    let size = 1;
    if (tree.kind === 'sequence') for (const item of (tree as Sequence).items) size += this.#size(item);
    else for (const { value } of tree.entries.values()) size += this.#size(value);
    this.#sizes.set(tree, size);
    return size;
  }
}

/** Whether it stands there without quotes. */
const isPlain = (node: unknown): boolean => isScalar(node) && node.type === 'PLAIN';

/** A value of which the text has nothing. */
function isEmpty(node: YamlNode): boolean {
  return isScalar(node) && node.source === '' && node.type === 'PLAIN' && !node.tag && !node.anchor;
}

/**
 * Where a value ends in its text: the package includes the line breaks after a block collection, and an alias stands
 * elsewhere.
 */
function endOf(node: YamlNode, tree: Tree): number {
  const inBlock = (isMap(node) || isSeq(node)) && !node.flow;
  return inBlock ? tree.span.end : (node.range?.[1] ?? tree.span.end);
}
