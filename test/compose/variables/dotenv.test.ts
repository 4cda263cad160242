import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readDotenv } from '../../../src/compose/variables/dotenv.ts';

function read(text: string, outer: Readonly<Record<string, string>> = {}) {
  const values = new Map<string, string>();
  const faults: string[] = [];
  readDotenv(text, values, (name) => outer[name], {
    syntax: (message, offset) => faults.push(`${offset}: ${message}`),
    template: () => ({
      unset: (name) => faults.push(`unset ${name}`),
      missing: (name) => faults.push(`missing ${name}`),
      invalid: (template) => faults.push(`invalid ${template}`),
    }),
  });
  return { values: Object.fromEntries(values), faults };
}

const good: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['A=b\n', { A: 'b' }],
  ['A=b', { A: 'b' }],
  ['A=', { A: '' }],
  ['A=\nB=c', { A: '', B: 'c' }],
  ['  A = b  \n', { A: 'b' }],
  ['A: b\n', { A: 'b' }],
  ['export A=b\n', { A: 'b' }],
  ['export   A=b\n', { A: 'b' }],
  ['exported=b\n', { exported: 'b' }],
  ['# no\n\n  # no\nA=b # no\n', { A: 'b' }],
  ['A=b#c\n', { A: 'b#c' }],
  ['A="b # c" # d\n', { A: 'b # c' }],
  ["A='b # c'\n", { A: 'b # c' }],
  ['A="b\\nc\\t\\"d\\" \\\\"\n', { A: 'b\nc\t"d" \\' }],
  ["A='b\\n$X'\n", { A: 'b\\n$X' }],
  ["A='it\\'s'\n", { A: "it's" }],
  ['A="two\nlines"\nB=c\n', { A: 'two\nlines', B: 'c' }],
  ['A=b\nB=$A\nC=${A}c\nD="${A:-x}"\n', { A: 'b', B: 'b', C: 'bc', D: 'b' }],
  ['A="\\$A $$B"\n', { A: '$A $B' }],
  ['A.b-c[0]=d\n', { 'A.b-c[0]': 'd' }],
  ['É=d\n', { É: 'd' }],
  ['\uFEFFA=b\n', { A: 'b' }],
  ['A=b\r\nB=c\r\n', { A: 'b', B: 'c' }],
  ['A="\\0101\\01"\n', { A: 'A\\01' }],
];

for (const [text, values] of good) {
  test(`reads ${JSON.stringify(text)}`, () => assert.equal(read(text), { values, faults: [] }));
}

test('a name alone takes its value from outside', () => {
  assert.equal(read('A\nB\n', { A: 'outer' }), { values: { A: 'outer' }, faults: [] });
});

test('what is outside wins inside values, and is left to the caller otherwise', () => {
  assert.equal(read('A=inner\nB=$A\n', { A: 'outer' }), { values: { A: 'inner', B: 'outer' }, faults: [] });
});

const bad: readonly (readonly [string, string])[] = [
  ['A b=c\n', '0: "A b": a name cannot contain a space'],
  ['A=b\nB!=c\n', '5: "!" is not allowed in the name of a variable'],
  ['A="b\n', '2: the quoted value has no end'],
  ['A=$B\n', 'unset B'],
  ['A=${\n', 'invalid ${'],
];

for (const [text, fault] of bad) {
  test(`tells of ${JSON.stringify(text)}`, () => assert.equal(read(text).faults, [fault]));
}

test.run();
