/** What netcompose says of its own accord. */
import { shortened } from '../shorten.ts';
import { hintLines } from './hints.ts';
import { safeLines } from './safe.ts';

const helpLabel = '  help: ';

/**
 * A line that begins with its name, and what to do on one of its own.
 *
 * @param columns how wide the terminal is; absent: no terminal, and no line is broken
 */
export function noticeText(message: string, help?: string, columns?: number): string {
  const [first = '', ...others] = textLines(`netcompose: ${message}`);
  const lines = [
    ...hanging('', '  ', [first], columns),
    ...others.flatMap((line) => hintLines('', line, columns)),
    ...(help === undefined ? [] : hanging(helpLabel, ' '.repeat(helpLabel.length), textLines(help), columns)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Lines after the same indent, the first after a label of its own, which is no longer. */
function hanging(label: string, indent: string, lines: readonly string[], columns?: number): readonly string[] {
  const [first = '', ...others] = lines.flatMap((line) => hintLines(indent, line, columns));
  return [`${label}${first.slice(indent.length)}`, ...others];
}

const textLines = (text: string) => safeLines(shortened(text));
