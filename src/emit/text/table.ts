/** Columns of text, as wide as what is in them. */
import { brokenAt } from '../../diagnostics/format/lines.ts';
import { safeLine } from '../../diagnostics/format/safe.ts';
import { columnsOf } from '../../diagnostics/format/width.ts';
import { shortened } from '../../diagnostics/shorten.ts';

const gap = '  ';

/**
 * @param rows what they hold may come from files: control characters are shown as their pictures, and what is as
 *   long as no name is loses its middle
 * @param columns how wide it may be, where that is known: cells are then broken at their spaces, the widest first, but
 *   not those of the first column; where that is not enough, each row becomes a block, without cells that say nothing
 * @returns one line a row, columns two spaces apart, nothing after the last
 */
export function table(rows: readonly (readonly string[])[], columns = Infinity): string {
  const shown = rows.map((row) => row.map((cell) => safeLine(shortened(cell))));
  const widths = widthsOf(shown, columns);
  if (!widths) return blocks(shown, columns);
  return shown
    .flatMap((row) => {
      const cells = row.map((cell, column) => brokenAt(cell, widths[column]!));
      const height = Math.max(1, ...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, line) =>
        cells.map((lines, column) => padded(lines[line] ?? '', widths[column]!)).join(gap),
      );
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - columnsOf(text)));

/** The head of the first column; below it each row: its first cell, and below that the others, each by its column's. */
function blocks([[title = '', ...names] = [], ...rows]: readonly (readonly string[])[], columns: number): string {
  const width = Math.max(...names.map(columnsOf));
  const indent = '    ';
  const lines = rows.flatMap(([first = '', ...cells]) => [
    first,
    ...cells.flatMap((cell, column) => {
      if (cell === '-' || cell === '') return [];
      const broken = brokenAt(cell, columns - indent.length - width - gap.length);
      return broken.map((line, at) => `${indent}${padded(at === 0 ? names[column]! : '', width)}${gap}${line}`);
    }),
  ]);
  return [title, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/**
 * As wide as the cells; where that is too much, the widest column that can gives way, again and again.
 *
 * @returns nothing where even so it is too much
 */
function widthsOf(rows: readonly (readonly string[])[], columns: number): readonly number[] | undefined {
  const columnOf = (column: number, widthOf: (cell: string) => number) =>
    Math.max(...rows.map((row) => widthOf(row[column]!)));
  const all = (rows[0] ?? []).map((_, column) => columnOf(column, columnsOf));
  const longestWord = (cell: string) => Math.max(...cell.split(' ').map(columnsOf));
  const least = all.map((width, column) => (column === 0 ? width : columnOf(column, longestWord)));
  const widths = [...all];
  let excess = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
  while (excess > 0) {
    const able = widths.map((width, column) => (width > least[column]! ? width : 0));
    const widest = able.indexOf(Math.max(...able));
    if (able[widest] === 0) return undefined;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}
