/** Edits of a mapping in braces, on one line or several, with the comments between its pairs. */
import type { YAMLMap } from 'yaml';
import type { Plain } from '../override/plain-data.ts';
import type { Edit } from './edit.ts';
import {
  colonEnd,
  commaBefore,
  endsInColon,
  keyEnd,
  keyOf,
  lineEnd,
  lineStart,
  nextLine,
  ownIndent,
  pairEnd,
  pairStart,
  type YamlPair,
} from './source-text.ts';
import type { YamlWriter } from './yaml-writer.ts';

/** New pairs stand where the first removed one stood, else last. */
export function editFlowMap(
  text: string,
  map: YAMLMap,
  remove: ReadonlySet<YamlPair>,
  set: ReadonlyMap<string, Plain>,
  writer: YamlWriter,
): readonly Edit[] {
  const added = new Map(set);
  const edits: Edit[] = [];
  const kept = map.items.filter((pair) => !remove.has(pair));
  for (const pair of kept) {
    const key = keyOf(pair);
    if (!added.has(key)) continue;
    const value = writer.inline(added.get(key)!);
    const colon = colonEnd(pair);
    edits.push({
      start: colon ?? keyEnd(pair),
      end: pairEnd(pair, text),
      text: colon === undefined ? `: ${value}` : ` ${value}`,
    });
    added.delete(key);
  }
  // In a mapping with a line for each pair, a new pair gets one too.
  const indent = kept.length > 0 ? ownIndent(text, pairStart(kept.at(-1)!)) : undefined;
  const between = indent === undefined ? ', ' : `,${writer.eol}${indent}`;
  const valueText = (value: Plain) =>
    indent === undefined ? writer.inline(value) : writer.inlineOverLines(value, indent);
  const newText = [...added].map(([key, value]) => `${writer.inline(key)}: ${valueText(value)}`).join(between);
  if (kept.length === 0) {
    const [start, end] = map.range!;
    const pad = /^\{\s/.test(text.slice(start)) || map.items.length === 0 ? ' ' : '';
    return [{ start, end, text: newText === '' ? '{}' : `{${pad}${newText}${pad}}` }];
  }
  let left = newText;
  map.items.forEach((pair, index) => {
    if (!remove.has(pair)) return;
    if (left !== '') edits.push({ start: pairStart(pair), end: pairEnd(pair, text), text: left });
    else edits.push(...removal(text, map, index, remove));
    left = '';
  });
  if (left !== '') {
    const at = pairEnd(kept.at(-1)!, text);
    edits.push({ start: at, end: at, text: `${endsInColon(kept.at(-1)!, text) ? ' ' : ''}${between}${left}` });
  }
  return edits;
}

function removal(text: string, map: YAMLMap, index: number, remove: ReadonlySet<YamlPair>): readonly Edit[] {
  const pair = map.items[index]!;
  const [start, end] = [pairStart(pair), pairEnd(pair, text)];
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0;
  const rest = /^[ \t]*(?:#.*)?$/.test(text.slice(end + comma, lineEnd(text, end + comma)));
  const whole = rest && text.slice(lineStart(text, start), start).trim() === '';
  const taken: Edit = whole
    ? { start: lineStart(text, start), end: nextLine(text, end + comma), text: '' }
    : { start, end: end + comma + (rest ? 0 : /^[ \t]*/.exec(text.slice(end + comma))![0].length), text: '' };
  const last = !map.items.slice(index + 1).some((item) => !remove.has(item));
  const before = commaBefore(pair);
  if (!last || before === undefined || /^\s*,/.test(text.slice(pairEnd(map.items.at(-1)!, text)))) return [taken];
  // Nothing follows: the comma before it goes, not one behind it.
  const sameLine = !text.slice(before, start).includes('\n');
  return sameLine ? [{ start: before, end, text: '' }] : [{ start: before, end: before + 1, text: '' }, taken];
}
