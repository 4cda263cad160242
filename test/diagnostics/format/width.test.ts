import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { graphemesOf, widthOf } from '../../../src/diagnostics/format/width.ts';

const cases: readonly (readonly [what: string, text: string, graphemes: number, width: number])[] = [
  ['nothing', '', 0, 0],
  ['ASCII', 'abc', 3, 3],
  ['a precomposed letter', 'é', 1, 1],
  ['a letter and an accent', 'e\u0301', 1, 1],
  ['ideographs', '値段', 2, 4],
  ['half-width kana', 'ｱ', 1, 1],
  ['a full-width letter', 'Ａ', 1, 2],
  ['Hangul', '한글', 2, 4],
  ['Hangul from its parts', '\u1112\u1161\u11ab', 1, 2],
  ['Cyrillic, which is wide only in East Asian fonts', 'Ж', 1, 1],
  ['an emoji', '👋', 1, 2],
  ['an emoji with a skin colour', '👋🏽', 1, 2],
  ['a family', '👨‍👩‍👧', 1, 2],
  ['a flag', '🇨🇭', 1, 2],
  ['a heart as text', '❤', 1, 1],
  ['a heart as a picture', '❤\uFE0F', 1, 2],
  ['a keycap', '1\uFE0F\u20E3', 1, 2],
  ['a joiner alone', '\u200D', 1, 0],
  ['a picture of a control character', '␛', 1, 1],
  ['the replacement character', '�', 1, 1],
];

for (const [what, text, graphemes, width] of cases) {
  test(`${what}: ${graphemes} of ${width} columns`, () => {
    const found = graphemesOf(text);
    assert.is(found.length, graphemes);
    assert.is(found.join(''), text);
    assert.is(
      found.reduce((sum, grapheme) => sum + widthOf(grapheme), 0),
      width,
    );
  });
}

test.run();
