/** Text broken into lines at its spaces. */
import { columnsOf } from './width.ts';

/**
 * @param pieces the words of the text, or what else of it is to stay together
 * @returns lines that are no wider, unless a piece of it is
 */
export function brokenAt(text: string, width: number, pieces = text.split(' ')): readonly string[] {
  if (columnsOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(piece) <= width)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}

/** The lines of a text, each after the same start, such as spaces or a comment's mark; with it they fit the columns. */
export const linesAfter = (start: string, text: string, columns = Infinity): readonly string[] =>
  brokenAt(text, columns - start.length).map((line) => `${start}${line}`);

/** Lines that are all set in, the first of them behind a label instead, which is no longer than that. */
export const labelled = (label: string, indent: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, at) => (at === 0 ? `${label}${line.slice(indent.length)}` : line));
