/**
 * How many columns text takes on a terminal. `string-width` knows more exotic cases, but takes 25 ms or more to load,
 * which every command would pay.
 */
import { eastAsianWidth } from 'get-east-asian-width';
import once from 'lodash/once.js';

const ascii = /^[\x20-\x7e]*$/;
/** Node makes the sets of such expressions at once, which takes longer than all that is shown in most runs. */
const patterns = once(() => ({
  /** Accents on what stands before, joiners, marks that only steer. */
  invisible: /^[\p{Mn}\p{Me}\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u,
  /** A flag, a picture that is one by itself, and one that a variation selector makes one. */
  emoji: /\p{Emoji_Presentation}|\uFE0F/u,
}));

let segmenter: Intl.Segmenter | undefined;

/** What people take for single characters, in order. */
export function graphemesOf(text: string): readonly string[] {
  // The segmenter takes 8 ms to make.
  if (ascii.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The columns of one grapheme, or of several ASCII characters. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  const { invisible, emoji } = patterns();
  if (invisible.test(text)) return 0;
  return emoji.test(text) ? 2 : eastAsianWidth(text.codePointAt(0)!);
}

/** The columns of a text. */
export const columnsOf = (text: string): number =>
  ascii.test(text) ? text.length : graphemesOf(text).reduce((sum, one) => sum + widthOf(one), 0);
