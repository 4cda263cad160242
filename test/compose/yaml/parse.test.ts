/** YAML as go-yaml reads it, where the yaml package alone would read it otherwise or not at all. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toPlain } from '../../../src/compose/tree.ts';
import { parseYaml } from '../../../src/compose/yaml/parse.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';

function read(text: string): { readonly values: readonly unknown[]; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const source = new SourceFile('/x.yaml', text);
  const parsed = parseYaml(source, false, (_rule, span, message) =>
    faults.push(`${source.position(span!.start).line}: ${message}`),
  );
  return { values: parsed?.trees.map(toPlain) ?? [], faults };
}

const taken: readonly (readonly [string, ...unknown[]])[] = [
  ['', ...[]],
  ['# no\n', ...[]],
  ['---\n', null],
  ['a: b\n---\nc: d\n', { a: 'b' }, { c: 'd' }],
  ['a: &x { b: 1 }\nc: *x\nd: { <<: *x, e: 2 }\n', { a: { b: 1 }, c: { b: 1 }, d: { e: 2, b: 1 } }],
  [
    'a: &x { b: 1 }\nc: &y { b: 2, d: 3 }\ne: { <<: [*x, *y], f: 4 }\n',
    { a: { b: 1 }, c: { b: 2, d: 3 }, e: { f: 4, b: 1, d: 3 } },
  ],
  ['a: &x { b: 1 }\nc: { b: 2, <<: *x }\n', { a: { b: 1 }, c: { b: 2 } }],
  ['a: &x 1\nb: &x 2\nc: *x\n', { a: 1, b: 2, c: 2 }],
  ['x: &x k\na:\n  *x : 1\n', { x: 'k', a: { k: 1 } }],
  ['a: { "<<": 1 }\n', { a: { '<<': 1 } }],
  [
    'a: !!str 5\nb: !!int "5"\nc: !!float 1\nd: !!binary eA==\ne: !x 5\nf: !!set { g }\nh: !!omap [ i: 1 ]\n',
    { a: '5', b: 5, c: 1, d: 'x', e: '5', f: { g: null }, h: [{ i: 1 }] },
  ],
  ['a: "5"\nb: \'5\'\nc: |\n  5\nd: >\n  e\n  f\n', { a: '5', b: '5', c: '5\n', d: 'e f\n' }],
  ['a:\n  b: [\n1,\n2\n]\n', { a: { b: [1, 2] } }],
  ['a:\n  b: "c\nd"\n', { a: { b: 'c d' } }],
  ['a: "b"#c\nd: [e]#f\n', { a: 'b', d: ['e'] }],
  ['a: "it\\\'s \\\\ \\""\n', { a: 'it\'s \\ "' }],
  ['a: [8080:80, b:c]\n', { a: ['8080:80', 'b:c'] }],
  ['a: { b:, c: , d: }\n', { a: { 'b:': null, c: null, d: null } }],
  ['a: {b:}\nc: { "d":, &x e::,f:\n }\n', { a: { 'b:': null }, c: { d: null, 'e::': null, f: null } }],
  ['a: [b:, c: , "d":]\n', { a: ['b:', { c: null }, { d: null }] }],
  ['a: b\r\nc: d\r\n', { a: 'b', c: 'd' }],
  ['\uFEFFa: b\n', { a: 'b' }],
  ['a: b\t\nc:\td\n', { a: 'b', c: 'd' }],
  ['a: b\n  \t\nc: d\n', { a: 'b', c: 'd' }],
  ['a: [\n\tb,\n\tc]\nd: "e\n\tf"\n', { a: ['b', 'c'], d: 'e f' }],
  ['%YAML 1.1\n---\na: b\n', { a: 'b' }],
];
for (const [text, ...values] of taken)
  test(`takes ${JSON.stringify(text)}`, () => assert.equal(read(text), { values, faults: [] }));

const refused: readonly (readonly [string, ...string[]])[] = [
  ['a: b\na: c\n', '2: "a" is given twice'],
  ['a: { "b": 1, b: 2 }\n', '1: "b" is given twice'],
  ['a: &x {}\nb: { <<: *x, <<: *x }\n', '2: "<<" is given twice'],
  ['a: { <<: 1 }\n', '1: "<<" takes a mapping or a list of mappings'],
  ['a: &x\nb: { <<: *x }\n', '2: "<<" takes a mapping or a list of mappings'],
  ['a: { b:{} }\n', '1: ":" needs a blank behind it within brackets'],
  ['a: [b:[]]\n', '1: ":" needs a blank behind it within brackets'],
  ['a: *x\n', '1: there is no anchor "x" before this'],
  ['a: &x [*x]\n', '1: "x" contains itself'],
  ['a: &x.y 1\n', '1: "&x.y": the name of an anchor cannot have "."'],
  ['1: a\n', '1: the number 1 is not a key: keys are strings'],
  ['true: a\n', '1: the boolean true is not a key: keys are strings'],
  ['2024-01-01: a\n', '1: a date is not a key: keys are strings'],
  ['~: a\n', '1: nothing is not a key: keys are strings'],
  ['? [a]\n: b\n', '1: nothing or a collection is not a key: keys are strings'],
  ['a: !!int b\n', '1: "b" is not a number'],
  ['a: "\\/"\n', '1: "\\/" is not an escape'],
  ['a: b\n\t\nc: d\n', '2: a tab cannot indent'],
  ['a: "b"\n   \t\nc: d\n', '2: a tab cannot indent'],
  ['a:\n  -\tb\n', '2: a tab cannot indent'],
  ['a: b\u0001\n', '1: a control character is not allowed'],
  ['%YAML 1.2\n---\na: b\n', '1: "%YAML 1.2" is not read by Compose'],
  [`${'['.repeat(5000)}`, '1: what stands here is nested more than 200 levels deep'],
];
for (const [text, ...faults] of refused) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () =>
    assert.equal(read(text).faults.slice(0, faults.length), faults));
}

test.run();
