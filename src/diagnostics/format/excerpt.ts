/** One line of a source, cut to a readable length, with the stretch that is meant marked below it. */
import type { Span } from '../source.ts';
import { safeLine } from './safe.ts';
import { graphemesOf, widthOf } from './width.ts';

export interface Excerpt {
  readonly text: string;
  /** Blanks and carets, to be put below the text. */
  readonly marks: string;
}

/** Columns of a terminal, not characters: an ideograph takes two, a combining accent none. */
const most = 120;
/** On a terminal that is narrower than that, nothing can be read anyway. */
const least = 40;
/** A line that is cut has one of these at each end. */
const cutMarks = 2;
/** What is shown before the span where a line is cut. */
const lead = 30;
/** More than any cut line shows; without this bound, a minified file of one line would be measured whole. */
const reach = 1000;
const tab = '  ';

interface Cell {
  readonly text: string;
  /** Offset in the line, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Column on the screen, from 0. */
  readonly column: number;
  readonly width: number;
}

/**
 * The line on which the span starts, and marks below as much of the span as lies on it: at least one.
 *
 * @param room how many columns there are for it
 */
export function excerpt({ source, start, end }: Span, room = Infinity): Excerpt {
  const widest = Math.max(least, Math.min(most, room - cutMarks));
  const { line, column } = source.position(start);
  const text = source.line(line);
  const from = Math.min(column - 1, text.length);
  const to = Math.min(Math.max(from, from + end - start), Math.max(from, text.trimEnd().length));
  const near = { first: Math.max(0, from - reach), last: Math.min(text.length, from + reach) };
  const cells = measure(text.slice(near.first, near.last), near.first);
  const width = endOf(cells.at(-1));
  const marked = cells.filter((cell) =>
    from < to ? cell.end > from && cell.start < to : cell.start <= from && from < cell.end,
  );
  const left = marked[0]?.column ?? width;
  const right = Math.max(left + 1, endOf(marked.at(-1)));

  const whole = near.first === 0 && near.last === text.length && width <= widest;
  const shownFrom = whole ? 0 : Math.max(0, Math.min(left - lead, Math.max(0, width - widest)));
  const shownTo = whole ? width : shownFrom + widest;
  const shown = cells.filter((cell) => cell.column >= shownFrom && endOf(cell) <= shownTo);
  const before = near.first > 0 || shown[0] !== cells[0] ? '…' : '';
  const after = near.last < text.length || shown.at(-1) !== cells.at(-1) ? '…' : '';
  const origin = (shown[0]?.column ?? 0) - before.length;
  const markedTo = Math.max(left + 1, Math.min(right, endOf(shown.at(-1))));
  return {
    text: `${before}${shown.map((cell) => cell.text).join('')}${after}`.trimEnd(),
    marks: ' '.repeat(left - origin) + '^'.repeat(markedTo - left),
  };
}

const endOf = (cell: Cell | undefined) => (cell ? cell.column + cell.width : 0);

function measure(text: string, offset: number): readonly Cell[] {
  const cells: Cell[] = [];
  let start = offset;
  let column = 0;
  for (const grapheme of graphemesOf(text)) {
    const shown = grapheme === '\t' ? tab : safeLine(grapheme.replaceAll('\uFEFF', ''));
    const width = widthOf(shown);
    cells.push({ text: shown, start, end: start + grapheme.length, column, width });
    start += grapheme.length;
    column += width;
  }
  return cells;
}
