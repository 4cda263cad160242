/** A YAML text with its document, and where each part of the document stands in it. */
import { Composer, type Document, isMap, isScalar, isSeq, type Node, type Pair, Parser, type YAMLMap } from 'yaml';
import { readPlainYaml } from '../../compose/yaml/quick-reader.ts';
import { SourceFile } from '../../diagnostics/source.ts';
import { plainDocument } from './plain-document.ts';

export type YamlPair = Pair<unknown, unknown>;

export interface SourceText {
  readonly text: string;
  readonly document: Document;
  /** Whether more documents follow the first. */
  readonly more: boolean;
}

/** The text's first document, by the quick reader where it can, else by the yaml package. */
export function parseSource(text: string): SourceText {
  const tree = readPlainYaml(new SourceFile('', text));
  return tree ? { text, document: plainDocument(text, tree), more: false } : parseWithTokens(text);
}

/** The same by the yaml package alone, with the tokens that the document was made of. */
export function parseWithTokens(text: string): SourceText {
  const options = {
    keepSourceTokens: true,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
    version: '1.2',
    merge: false,
  } as const;
  const composer = new Composer(options);
  const documents = [...composer.compose(new Parser().parse(text), true, text.length)];
  return { text, document: documents[0]!, more: documents.length > 1 };
}

export const keyOf = (pair: YamlPair) => (isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : '');

export const isMergeKey = (pair: YamlPair) =>
  isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.source === '<<';

export function pairIn(map: YAMLMap, key: string): YamlPair | undefined {
  return map.items.find((pair) => keyOf(pair) === key);
}

interface Token {
  readonly type: string;
  readonly offset: number;
  readonly source: string;
}

/** The tokens before a pair's key and between key and value; the yaml package keeps them, but types them loosely. */
function tokensOf(pair: YamlPair): { readonly start: readonly Token[]; readonly sep: readonly Token[] } {
  const { start, sep } = (pair.srcToken ?? {}) as { start?: readonly Token[]; sep?: readonly Token[] };
  return { start: start ?? [], sep: sep ?? [] };
}

const isSpace = ({ type }: Token) => type === 'space' || type === 'newline' || type === 'comment' || type === 'comma';

/** Where the pair begins: its `?`, its key's anchor or tag, or its key. */
export function pairStart(pair: YamlPair): number {
  const first = tokensOf(pair).start.find((token) => !isSpace(token));
  return first?.offset ?? (pair.key as Node).range![0];
}

export function keyEnd(pair: YamlPair): number {
  return (pair.key as Node).range![1];
}

/** Behind the colon; absent where there is none (`{ a }`, `? a`). */
export function colonEnd(pair: YamlPair): number | undefined {
  const colon = tokensOf(pair).sep.find(({ type }) => type === 'map-value-ind');
  return colon && colon.offset + 1;
}

/** The comment between the colon and a value on further lines. */
export function commentAfterKey(pair: YamlPair): string | undefined {
  const { sep } = tokensOf(pair);
  const end = sep.findIndex(({ type }) => type === 'newline');
  return sep.slice(0, end < 0 ? sep.length : end).find(({ type }) => type === 'comment')?.source;
}

/** The comma before a pair of a flow mapping. */
export function commaBefore(pair: YamlPair): number | undefined {
  return tokensOf(pair).start.find(({ type }) => type === 'comma')?.offset;
}

/** Where the pair's own text ends, without what follows on the line. */
export function pairEnd(pair: YamlPair, text: string): number {
  const value = pair.value as Node | null;
  const end = value ? contentEnd(value, text) : 0;
  if (value?.range && value.range[1] > value.range[0]) return end;
  const last = tokensOf(pair)
    .sep.filter((token) => !isSpace(token))
    .at(-1);
  return last ? last.offset + last.source.length : keyEnd(pair);
}

/**
 * Whether a pair ends with its colon: Compose takes that for a part of the key where a comma follows at once
 * (`{ lan:, iot: }`).
 */
export const endsInColon = (pair: YamlPair, text: string): boolean => colonEnd(pair) === pairEnd(pair, text);

/** Where a node's own text ends; a block collection's range runs on over what follows its last item. */
export function contentEnd(node: Node, text: string): number {
  const [start, end] = node.range!;
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) {
    return isMap(node)
      ? pairEnd(node.items.at(-1)!, text)
      : Math.max(start + 1, contentEnd(node.items.at(-1) as Node, text));
  }
  if (isScalar(node) && node.type?.startsWith('BLOCK'))
    return text[end - 1] === '\n' ? end - (text[end - 2] === '\r' ? 2 : 1) : end;
  return end;
}

/**
 * Whether the mapping ends with a block of text and the file there, without a line break: a line below would add one to
 * the text.
 */
export function endsInOpenBlock(map: YAMLMap, text: string): boolean {
  const block = lastScalar(map);
  return block !== undefined && !text.slice(block.range![0]).includes('\n', block.range![1] - block.range![0] - 1);
}

/** The block of text (`|`, `>`) with which a value ends. */
export function lastScalar(node: Node | null): Node | undefined {
  if (isMap(node) && !node.flow) return lastScalar((node.items.at(-1)?.value ?? null) as Node | null);
  if (isSeq(node) && !node.flow) return lastScalar((node.items.at(-1) ?? null) as Node | null);
  return isScalar(node) && node.type?.startsWith('BLOCK') === true ? node : undefined;
}

interface CstItem {
  readonly start?: readonly Token[];
  readonly sep?: readonly Token[];
  readonly key?: CstNode | null;
  readonly value?: CstNode;
}

interface CstNode {
  readonly items?: readonly CstItem[];
}

/** The anchors within a pair's text. */
export function anchorsIn(pair: YamlPair): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  const look = ({ start, sep, key, value }: CstItem) => {
    for (const { type, offset, source } of [...(start ?? []), ...(sep ?? [])]) {
      if (type === 'anchor') found.push({ start: offset, end: offset + source.length });
    }
    for (const node of [key, value]) for (const item of node?.items ?? []) look(item);
  };
  look((pair.srcToken ?? {}) as CstItem);
  return found;
}

export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') && offset > 0 ? 1 : start;
}

/** Before the line break, of either kind. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** Where the next line begins, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The spaces before what begins a line that is not the text's first; nothing where something else stands there. */
export function ownIndent(text: string, offset: number): string | undefined {
  const start = lineStart(text, offset);
  const lead = text.slice(start, offset);
  return text[start - 1] === '\n' && /^[ \t]*$/.test(lead) ? lead : undefined;
}

/** The text moved to another column; its first line is left where it is put. */
export function reindented(text: string, from: number, to: number): string {
  if (from === to) return text;
  const less = new RegExp(`^ {0,${Math.max(0, from - to)}}`);
  const moved = (line: string) => (to > from ? ' '.repeat(to - from) + line : line.replace(less, ''));
  const shift = (line: string) => (line.trim() === '' ? line : moved(line));
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? line : shift(line)))
    .join('\n');
}
