/** Texts of Compose files for readers to agree on. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';

const fixtures = fileURLToPath(new URL('../fixtures/compose/', import.meta.url));
/** The fixtures, plain and not. */
export const fixtureTexts = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => readFileSync(`${fixtures}/${name}`, 'utf8'));

const piece = fc.constantFrom(
  ' ',
  '  ',
  '\n',
  ':',
  ': ',
  '-',
  '- ',
  '#',
  ' #',
  '"',
  "'",
  ',',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '!x ',
  '|',
  '>',
  '?',
  '? ',
  '---\n',
  'a',
  '1',
  '~',
  '$',
  '\\',
  '%',
  '@',
  '`',
  '<<',
  '.',
  '\n\n  ',
);
const edit = fc.record({ at: fc.nat(), drop: fc.nat({ max: 3 }), put: fc.oneof(piece, fc.constant('')) });
/** The fixtures with characters put in, taken out and doubled. */
export const mutatedTexts = fc
  .tuple(fc.constantFrom(...fixtureTexts), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) =>
    edits.reduce((now, { at, drop, put }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + drop);
    }, text),
  );
