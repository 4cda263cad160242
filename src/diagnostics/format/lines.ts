/** Text broken into lines at its spaces. */

/** @returns lines that are no wider, unless a word of it is */
export function brokenAt(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The lines of a text, each after the same start, such as spaces or a comment's mark; with it they fit the columns. */
export const linesAfter = (start: string, text: string, columns = Infinity): readonly string[] =>
  brokenAt(text, columns - start.length).map((line) => `${start}${line}`);
