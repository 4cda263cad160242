/** The change of a file as `diff -u` shows it. */
import { createTwoFilesPatch } from 'diff';
import { createColors } from 'picocolors';
import { safeLine } from '../../../diagnostics/format/safe.ts';

/** @returns nothing where both texts are the same */
export function unifiedDiff(path: string, before: string, after: string, color: boolean): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(path, path, before, after, '', '', { context: 3 });
  const colors = createColors(color);
  const paint = (line: string) => {
    if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
    if (line.startsWith('@@')) return colors.cyan(line);
    if (line.startsWith('+')) return colors.green(line);
    return line.startsWith('-') ? colors.red(line) : line;
  };
  // What precedes the two names is for patches of several files.
  // Tabs and carriage returns are part of a patch; other control characters are shown as pictures.
  const shown = patch.slice(patch.indexOf('--- ')).replace(/[^\t\r\n]+/g, safeLine);
  const lines = shown.split('\n');
  return lines.map((line, index) => (index < 2 ? paint(line.trimEnd()) : paint(line))).join('\n');
}
