/** The results for people. */
import type { Result } from './measure.ts';

const columns = ['', '', 'ratio', '(least to most)', 'at most', ''] as const;

export const isWithin = ({ ratio, atMost, failures }: Result): boolean => failures.length === 0 && ratio <= atMost;

/** One line for each result; what was skipped comes first. */
export function table(results: readonly Result[], skipped: readonly string[]): string {
  const rows = results.map((result) => [
    `${result.what} / ${result.against}`,
    result.quantity,
    result.ratio.toFixed(2),
    `(${result.least.toFixed(2)} to ${result.most.toFixed(2)})`,
    result.atMost.toFixed(2),
    result.failures.length > 0 ? result.failures.join(', ') : isWithin(result) ? 'ok' : 'over',
  ]);
  const widths = columns.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 2 || at === 4 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [...skipped.map((what) => `skipped: ${what}`), line(columns), ...rows.map(line), ''].join('\n');
}
