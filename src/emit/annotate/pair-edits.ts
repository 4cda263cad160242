/**
 * One pair put into a mapping, or taken out of it, so that the one undoes the other to the byte: nothing beside the
 * pair's own lines (in brackets: its own text and one comma) is touched, no blank line is added or removed.
 */
import { isMap, isScalar, Lexer, type Node, type YAMLMap } from 'yaml';
import type { Plain } from '../override/plain-data.ts';
import type { Edit } from '../source/edit.ts';
import {
  colonEnd,
  columnOf,
  commaBefore,
  endsInColon,
  keyEnd,
  lastScalar,
  lineEnd,
  lineStart,
  nextLine,
  ownIndent,
  pairEnd,
  pairStart,
  type SourceText,
  type YamlPair,
} from '../source/source-text.ts';
import type { YamlWriter } from '../source/yaml-writer.ts';

/** How new text is written: in which columns, and whether within brackets. */
export interface Style {
  readonly writer: YamlWriter;
  /** By how much the inside of a mapping is indented, here rather than in the file on the whole. */
  readonly step: number;
  readonly flow: boolean;
  /** Whether there is a space within the brackets. */
  readonly padded: boolean;
}

/** A text, and how what is new in it is written. */
export interface Written {
  readonly source: SourceText;
  readonly writer: YamlWriter;
}

/** @param owner the pair whose value the mapping is; absent for the whole document's */
export function styleOf({ source: { text }, writer }: Written, map: YAMLMap, owner?: YamlPair): Style {
  const [first] = map.items;
  const here = owner && first && !map.flow ? columnOf(text, pairStart(first)) - columnOf(text, pairStart(owner)) : 0;
  return {
    writer,
    step: here > 0 ? here : writer.style.indent,
    flow: map.flow === true,
    padded: /^\{\s/.test(text.slice(map.range![0], map.range![0] + 2)),
  };
}

/** A value within brackets: a plain word that brackets or commas would end is quoted. */
const inFlow = ({ writer }: Style, value: Plain) => writer.inline([value]).slice(1, -1).trim();

/** What comes behind a key's colon: a mapping over several lines, all else on the key's own. */
function valueText(style: Style, value: Plain, column: number, eol: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return ` ${style.flow ? inFlow(style, value) : style.writer.inline(value)}`;
  }
  if (style.flow) {
    const pairs = Object.entries(value).map(([key, inner]) => `${style.writer.inline(key)}: ${inFlow(style, inner)}`);
    const pad = style.padded ? ' ' : '';
    return ` {${pad}${pairs.join(', ')}${pad}}`;
  }
  const lead = eol + ' '.repeat(column + style.step);
  const lines = Object.entries(value).map(
    ([key, inner]) => `${style.writer.inline(key)}: ${style.writer.inline(inner)}`,
  );
  return lines.map((line) => lead + line).join('');
}

/** The line break of the line on which the offset lies, else of the file's first line. */
function eolAt(text: string, offset: number, writer: YamlWriter): string {
  const end = text.indexOf('\n', offset);
  if (end < 0) return writer.eol;
  return text[end - 1] === '\r' ? '\r\n' : '\n';
}

/** @param before the pair before which it stands rather than last; only in a mapping without brackets */
export function insertPair(
  { text }: SourceText,
  map: YAMLMap,
  key: string,
  value: Plain,
  style: Style,
  before?: YamlPair,
): readonly Edit[] {
  const last = map.items.at(-1);
  if (style.flow) return insertInFlow(text, map, `${style.writer.inline(key)}:${valueText(style, value, 0, '')}`);
  if (!last) return [];
  const column = columnOf(text, pairStart(map.items[0]!));
  if (before) {
    const start = lineStart(text, pairStart(before));
    const eol = eolAt(text, start, style.writer);
    const line = `${' '.repeat(column)}${style.writer.inline(key)}:${valueText(style, value, column, eol)}${eol}`;
    return [{ start, end: start, text: line }];
  }
  const end = lastLineEnd(text, last, column);
  const eol = eolAt(text, end, style.writer);
  const lines = `${' '.repeat(column)}${style.writer.inline(key)}:${valueText(style, value, column, eol)}`;
  return [{ start: end, end, text: eol + lines }];
}

function insertInFlow(text: string, map: YAMLMap, pair: string): readonly Edit[] {
  const last = map.items.at(-1);
  const [start, end] = map.range!;
  if (!last) {
    return text.slice(start + 1, end - 1).trim() === '' ? [{ start, end, text: `{ ${pair} }` }] : [];
  }
  const at = pairEnd(last, text);
  const behind = text.slice(at, end - 1);
  const ownLine = ownIndent(text, pairStart(last));
  const comma = /^\s*,/.exec(behind)?.[0].length ?? 0;
  const rest = text.slice(at + comma, lineEnd(text, at + comma));
  const hasOwnLine = ownLine !== undefined && /^[ \t]*(?:#.*)?$/.test(rest);
  if (endsInColon(last, text) && (comma === 0 || !hasOwnLine)) return [behindColon(text, at, pair, ownLine)];
  if (!hasOwnLine) return [{ start: at, end: at, text: `, ${pair}` }];
  // A line for each pair: the new one gets its own, below what is said behind the last.
  const below = lineEnd(text, at + comma);
  const eol = text[below] === '\r' ? '\r\n' : '\n';
  const line = { start: below, end: below, text: `${eol}${ownLine}${pair}${comma > 0 ? ',' : ''}` };
  return comma > 0 ? [line] : [{ start: at, end: at, text: ',' }, line];
}

/** A comma that follows the colon at once would be a part of the key. */
function behindColon(text: string, at: number, pair: string, ownLine: string | undefined): Edit {
  const end = lineEnd(text, at);
  const [blanks] = /^[ \t]*/.exec(text.slice(at))!;
  if (!/^(?:#|$)/.test(text.slice(at + blanks.length, end)))
    return { start: at + blanks.length, end: at + blanks.length, text: `, ${pair}` };
  const eol = text[end] === '\r' ? '\r\n' : '\n';
  const indent = ownLine ?? `${/^[ \t]*/.exec(text.slice(lineStart(text, at)))![0]}  `;
  return { start: end, end, text: `${eol}${indent}, ${pair}` };
}

/** @returns nothing where the pair shares its line with something that would be left */
export function removePair({ text }: SourceText, map: YAMLMap, pair: YamlPair): readonly Edit[] | undefined {
  if (map.flow) return removeFromFlow(text, map, pair);
  const start = pairStart(pair);
  const column = columnOf(text, start);
  const line = lineStart(text, start);
  if (text.slice(line, start).trim() !== '') return undefined;
  const end = lastLineEnd(text, pair, column);
  if (map.items.length === 1) return [{ start, end, text: '{}' }];
  // A block of text loses its last line break where the file ends without one: there the line break before stays,
  // unless a comment ends the block.
  const previous = map.items[map.items.indexOf(pair) - 1];
  const block = previous && lastScalar(previous.value as Node | null);
  if (end === text.length && block && text.slice(block.range![1], line).trim() === '')
    return [{ start: line, end, text: '' }];
  // The line break before goes, the one behind stays: so the text ends as it did.
  if (line > 1) return [{ start: line - (text[line - 2] === '\r' ? 2 : 1), end, text: '' }];
  return [{ start: line, end: nextLine(text, end), text: '' }];
}

function removeFromFlow(text: string, map: YAMLMap, pair: YamlPair): readonly Edit[] | undefined {
  const [start, end] = [pairStart(pair), pairEnd(pair, text)];
  if (map.items.length === 1) return [{ start: map.range![0], end: map.range![1], text: '{}' }];
  const comma = commaBefore(pair);
  const after = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0;
  if (comma === undefined) {
    const next = map.items[map.items.indexOf(pair) + 1];
    return next && [{ start, end: pairStart(next), text: '' }];
  }
  const line = lineStart(text, start);
  const rest = text.slice(end + after, lineEnd(text, end + after));
  // A line that begins with its comma goes as a whole.
  if (after === 0 && line > 0 && rest.trim() === '' && text.slice(line, comma).trim() === '' && comma >= line)
    return [{ start: line - (text[line - 2] === '\r' ? 2 : 1), end: lineEnd(text, end), text: '' }];
  if (text.slice(line, start).trim() !== '' || !/^[ \t]*(?:#.*)?$/.test(rest)) {
    return text.slice(comma, start).includes('#') ? undefined : [{ start: comma, end, text: '' }];
  }
  const whole = {
    start: line - (text[line - 2] === '\r' ? 2 : 1),
    end: lineEnd(text, end + after),
    text: '',
  };
  return after > 0 ? [whole] : [{ start: comma, end: comma + 1, text: '' }, whole];
}

/** The pair with another value; a comment behind the value, or between the colon and its lines, stays. */
export function replaceValue({ text }: SourceText, pair: YamlPair, value: Plain, style: Style): readonly Edit[] {
  const node = pair.value as Node | null;
  const colon = colonEnd(pair);
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const inPlace = isScalar(node) && node.source !== '' && !node.type?.startsWith('BLOCK') && node.tag === undefined;
  if (inPlace && !isMapping && colon !== undefined) {
    const quoted = node.type === 'QUOTE_DOUBLE' && typeof value === 'string';
    const [start, end] = [node.range![0], node.range![1]];
    const single = node.type === 'QUOTE_SINGLE' && typeof value === 'string' && !value.includes("'");
    const written = single ? `'${value}'` : quoted ? style.writer.inline(value, true) : undefined;
    return [{ start, end, text: written ?? valueText(style, value, 0, '').trim() }];
  }
  const column = columnOf(text, pairStart(pair));
  const from = colon ?? keyEnd(pair);
  const end = pairEnd(pair, text);
  const lead = colon === undefined ? ':' : '';
  const eol = eolAt(text, from, style.writer);
  if (style.flow) return [{ start: from, end, text: lead + valueText(style, value, column, eol) }];
  // To lines of its own: what follows the old value stays on the key's line. Back from there: likewise.
  const overLines = text.slice(from, end).includes('\n') && !(isMap(node) && node.flow === true);
  const suffix = overLines ? text.slice(from, lineEnd(text, from)) : text.slice(end, lineEnd(text, end));
  const stop = overLines ? lastLineEnd(text, pair, column) : lineEnd(text, end);
  const kept = suffix.trim() === '' ? '' : suffix.trimEnd();
  const written = valueText(style, value, column, eol);
  return [{ start: from, end: stop, text: lead + (isMapping ? kept + written : written + kept) }];
}

/** Whether there are comments in the value, which a shorter form would lose. */
export function hasComments({ text }: SourceText, pair: YamlPair): boolean {
  const from = lineEnd(text, colonEnd(pair) ?? keyEnd(pair));
  const end = lastLineEnd(text, pair, columnOf(text, pairStart(pair)));
  return from < end && /(?:^|\s)#/.test(text.slice(from, end));
}

/** The comments in a pair's lines, each with its `#`. */
export function commentsIn({ text }: SourceText, pair: YamlPair): readonly string[] {
  const start = pairStart(pair);
  const lines = text.slice(start, lastLineEnd(text, pair, columnOf(text, start)));
  return [...new Lexer().lex(lines)].filter((token) => token.startsWith('#'));
}

/**
 * The end of the pair's last line, or of the comments below that are indented more than its key: they are about its
 * inside. Blank lines behind a block of text belong to it only where it keeps them (`|+`).
 */
function lastLineEnd(text: string, pair: YamlPair, column: number): number {
  const own = pairEnd(pair, text);
  const block = lastScalar(pair.value as Node | null);
  const header = block && text.slice(block.range![0], lineEnd(text, block.range![0]));
  let end = header !== undefined && !header.includes('+') ? text.slice(0, own).trimEnd().length : own;
  end = lineEnd(text, end);
  for (let next = nextLine(text, end); next < text.length; next = nextLine(text, next)) {
    const line = text.slice(next, lineEnd(text, next));
    if (line.trim() === '') continue;
    const indent = /^ */.exec(line)![0].length;
    if (line[indent] !== '#' || indent <= column) break;
    end = next + line.length;
  }
  return end;
}
