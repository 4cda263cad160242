/** What netcompose says of its own accord. */
import { shortened } from '../shorten.ts';
import { hintLines } from './hints.ts';
import { labelled, linesAfter } from './lines.ts';
import { safeLines } from './safe.ts';

const helpLabel = '  help: ';
const below = ' '.repeat(helpLabel.length);

/**
 * A line that begins with its name, and what to do on one of its own.
 *
 * @param columns how wide the terminal is; absent: no terminal, and no line is broken
 */
export function noticeText(message: string, help?: string, columns?: number): string {
  const [first = '', ...others] = textLines(`netcompose: ${message}`);
  const lines = [
    ...labelled('', '  ', linesAfter('  ', first, columns)),
    ...others.flatMap((line) => hintLines('', line, columns)),
    ...(help === undefined
      ? []
      : labelled(
          helpLabel,
          below,
          textLines(help).flatMap((line) => hintLines(below, line, columns)),
        )),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const textLines = (text: string) => safeLines(shortened(text));
