/** New YAML text in the manner of the text that it goes into: indentation, lists, line breaks, JSON's quotes. */
import { Document, isMap, isPair, isScalar, isSeq, type Scalar, stringify, visit, type YAMLSeq } from 'yaml';
import { isPlainInFlow } from '../../compose/yaml/scalars.ts';
import type { Plain } from '../override/plain-data.ts';
import { columnOf, pairStart } from './source-text.ts';

/** Quoted are words that YAML 1.1 readers take for something else (`no`, `22:22`). */
const compat = 'yaml-1.1' as const;

export class YamlWriter {
  /** The line break of the text's first line. */
  readonly eol: string;
  readonly style: { readonly indent: number; readonly indentSeq: boolean };
  readonly #json: boolean;

  constructor(text: string, document: Document) {
    this.eol = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
    this.style = { indent: indentStep(text, document), indentSeq: indentsLists(text, document) };
    const root = document.contents;
    this.#json =
      isMap(root) && root.flow === true && root.items.every(({ key }) => isScalar(key) && key.type === 'QUOTE_DOUBLE');
  }

  /** `key: value`, without indentation before the first line. */
  pair(key: string, value: Plain, column: number): string {
    return `${this.inline(key)}:${this.value(value, column)}`;
  }

  /** What comes behind the colon of a key that stands in the given column. */
  value(value: Plain, column: number): string {
    const text = stringify({ k: value }, { ...this.style, lineWidth: 0, compat, nullStr: '' }).trimEnd();
    return text
      .slice('k:'.length)
      .replace(/: $/gm, ':')
      .replaceAll('\n', this.eol + ' '.repeat(column));
  }

  /** A whole document's text as the value of a key in the given column, on lines of its own. */
  indented(text: string, column: number): string {
    const lines = text.trimEnd().split('\n');
    return lines.map((line) => this.eol + (line === '' ? '' : ' '.repeat(column + this.style.indent) + line)).join('');
  }

  /** Within brackets that have lines of their own: JSON is spread out, indented by what its line is. */
  inlineOverLines(value: Plain, indent: string): string {
    if (!this.#json) return this.inline(value);
    return JSON.stringify(value, null, this.style.indent).replaceAll('\n', this.eol + indent);
  }

  /** On one line, as it may stand inside brackets; a null is nothing there only as a whole value. */
  inline(value: Plain, quoted = false): string {
    if (this.#json || (quoted && typeof value === 'string')) return json(value);
    const document = new Document(value, { compat });
    visit(document, {
      Scalar: (_, node) => {
        if (typeof node.value === 'string' && !isPlainInFlow(node.value)) node.type = 'QUOTE_DOUBLE';
      },
    });
    return document.toString({ collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
  }
}

function json(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(json).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${json(inner as Plain)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** That of the first key below a top-level one. */
function indentStep(text: string, { contents }: Document): number {
  if (!isMap(contents)) return 2;
  for (const { value } of contents.items) {
    if (!isMap(value) || value.items.length === 0) continue;
    const first = pairStart(value.items[0]!);
    const column = columnOf(text, first);
    if (!value.flow && column > 0) return column;
    // In JSON the root's pairs are indented already.
    if (value.flow && /\n[ ]+$/.test(text.slice(0, first))) return Math.max(1, column >> 1);
  }
  return 2;
}

/** Whether lists are indented more than their keys, as the first one is. */
function indentsLists(text: string, { contents }: Document): boolean {
  const first = firstList(contents, undefined);
  return !first || columnOf(text, first.list.range![0]) > columnOf(text, first.key.range![0]);
}

/** The first list on lines of its own below a key. */
function firstList(value: unknown, key: unknown): { readonly key: Scalar; readonly list: YAMLSeq } | undefined {
  if ((!isMap(value) && !isSeq(value)) || value.flow) return undefined;
  if (isSeq(value) && value.items.length > 0 && isScalar(key)) return { key, list: value };
  for (const item of value.items) {
    const found = isPair(item) ? firstList(item.value, item.key) : firstList(item, undefined);
    if (found) return found;
  }
  return undefined;
}
