/**
 * How much room text takes. Nobody knows which font a reader has: what is counted is DejaVu Sans and DejaVu Sans Mono,
 * which are as wide as any that is common, so that text elsewhere is narrower and never overlaps.
 */
import { graphemesOf, widthOf } from '../../../diagnostics/format/width.ts';
import { plain } from '../markup.ts';

export const fonts = {
  heading: { size: 16, bold: true, mono: false },
  name: { size: 13, bold: true, mono: false },
  title: { size: 12, bold: true, mono: false },
  detail: { size: 11, bold: false, mono: false },
  short: { size: 10, bold: true, mono: false },
  place: { size: 11, bold: false, mono: true },
} as const;
export type Font = keyof typeof fonts;

export interface Span {
  readonly text: string;
  readonly font: Font;
}

/** Spans of one line, with a space between two. */
export type Line = readonly Span[];

/** From the space on to `~`: hundredths of the size. */
const regular = [
  ...[32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34],
  ...[84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99],
  ...[69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53],
  ...[40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84],
];
const boldest = 1.24;

/** In pixels; at least what it takes. */
export function textWidth(text: string, font: Font): number {
  const { size, bold, mono } = fonts[font];
  const hundredths = graphemesOf(plain(text)).reduce((sum, grapheme) => sum + graphemeWidth(grapheme, mono), 0);
  return (hundredths / 100) * size * (bold ? boldest : 1);
}

function graphemeWidth(grapheme: string, mono: boolean): number {
  const code = grapheme.charCodeAt(0);
  const isAscii = grapheme.length === 1 && code >= 0x20 && code < 0x7f;
  if (isAscii) return mono ? 61 : regular[code - 0x20]!;
  // Beside ASCII, fonts are not the same: an arrow, a Greek capital, a Chinese character from another font.
  return widthOf(grapheme) * 100;
}

export const lineWidth = (line: Line): number =>
  line.reduce((sum, { text, font }, at) => sum + textWidth(text, font) + (at > 0 ? textWidth(' ', font) : 0), 0);

/** Broken at spaces, and inside a word only where it is too wide by itself. */
export function flowed(spans: readonly Span[], width: number): readonly Line[] {
  const done: Line[] = [];
  let line: Span[] = [];
  for (const { text, font } of spans) {
    for (const word of plain(text)
      .split(' ')
      .filter((each) => each !== '')
      .flatMap((each) => pieces(each, font, width))) {
      if (line.length > 0 && lineWidth([...line, { text: word, font }]) > width) {
        done.push(line);
        line = [];
      }
      const last = line.at(-1);
      if (last?.font === font) line[line.length - 1] = { text: `${last.text} ${word}`, font };
      else line.push({ text: word, font });
    }
  }
  return line.length > 0 ? [...done, line] : done;
}

/** A word in parts of which each fits; after a hyphen or the like, if one stands late enough. */
function pieces(word: string, font: Font, width: number): readonly string[] {
  if (textWidth(word, font) <= width) return [word];
  const parts: string[] = [];
  let part: string[] = [];
  for (const grapheme of graphemesOf(word)) {
    if (part.length > 0 && textWidth([...part, grapheme].join(''), font) > width) {
      const end = part.findLastIndex((each) => '-_./'.includes(each)) + 1;
      const at = end > part.length / 2 ? end : part.length;
      parts.push(part.slice(0, at).join(''));
      part = part.slice(at);
    }
    part.push(grapheme);
  }
  return [...parts, part.join('')];
}
