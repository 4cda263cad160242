/** Text that says a value of a file, cut where nobody would read on. */

/** A word without spaces: a hash, a path, a key are shorter. */
const longestWord = 400;
/** A line: a list of the names of a large project is shorter. */
const longestLine = 8000;

/** Each word and each line that is too long loses its middle: what is said before and behind it stays. */
export function shortened(text: string): string {
  if (text.length <= longestWord) return text;
  const lines = text.split('\n').map((line) => {
    const words = line.length <= longestWord ? line : line.replace(tooLong, (word) => cut(word, longestWord));
    return words.length <= longestLine ? words : cut(words, longestLine);
  });
  return lines.join('\n');
}

const tooLong = new RegExp(`\\S{${longestWord + 1},}`, 'g');

function cut(text: string, length: number): string {
  const [start, end] = [Math.floor(length * 0.6), Math.floor(length * 0.3)];
  // Not in the middle of a character of two units.
  const first = text.slice(0, start).replace(/[\ud800-\udbff]$/, '');
  const last = text.slice(-end).replace(/^[\udc00-\udfff]/, '');
  return `${first}… (${text.length - first.length - last.length} more) …${last}`;
}
