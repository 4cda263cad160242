/** Columns of text, as wide as what is in them. */
import { safeLine } from '../../diagnostics/format/safe.ts';

/**
 * @param rows what they hold may come from files: control characters are shown as their pictures
 * @returns one line a row, columns two spaces apart, nothing after the last
 */
export function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(safeLine));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return shown.map((row) => `${line(row).trimEnd()}\n`).join('');
}
