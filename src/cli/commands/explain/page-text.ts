/** A page of the documentation, as wide as the terminal. */
import { labelled, linesAfter } from '../../../diagnostics/format/lines.ts';

/**
 * Puts the text of paragraphs and list items into lines of another width; headings, tables and code stay.
 *
 * @param page Markdown, as it is in `docs/`
 * @param columns how wide the terminal is; absent: no terminal, and the page is as it is
 */
export function pageText(page: string, columns?: number): string {
  if (columns === undefined) return page;
  return page
    .split(/^(```[^]*?^```$)/m)
    .map((part, index) => (index % 2 === 1 ? part : textAtWidth(part, columns)))
    .join('');
}

/** What is a line by itself: headings and the rows of tables. */
const heading = /^[#|]/;
const item = /^(?:[-*]|\d+\.) /;

function textAtWidth(text: string, columns: number): string {
  const paragraphs: string[] = [];
  for (const line of text.split('\n')) {
    const last = paragraphs.at(-1);
    const goesOn = last && line !== '' && ![last, line].some((each) => heading.test(each)) && !item.test(line);
    if (goesOn) paragraphs[paragraphs.length - 1] = `${last} ${line.trimStart()}`;
    else paragraphs.push(line);
  }
  return paragraphs.flatMap((paragraph) => paragraphLines(paragraph, columns)).join('\n');
}

function paragraphLines(paragraph: string, columns: number): readonly string[] {
  if (heading.test(paragraph)) return [paragraph];
  const [bullet = ''] = item.exec(paragraph) ?? [];
  const indent = ' '.repeat(bullet.length);
  return labelled(bullet, indent, linesAfter(indent, paragraph.slice(bullet.length), columns));
}
