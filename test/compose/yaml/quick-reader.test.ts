/** The quick reader gives what the yaml package gives, or nothing at all. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Tree } from '../../../src/compose/tree.ts';
import { parseYaml } from '../../../src/compose/yaml/parse.ts';
import { readPlainYaml } from '../../../src/compose/yaml/quick-reader.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import { fixtureTexts, mutatedTexts } from '../../support/yaml-texts.ts';

/** Every value and key with its place, one to a line; an empty value's place is not compared. */
function lines(tree: Tree, path = '', out: string[] = []): readonly string[] {
  const { start, end } = tree.span;
  out.push(
    `${path} ${tree.kind} ${tree.kind === 'scalar' ? `${typeof tree.value} ${String(tree.value)}` : ''} ` +
      `${start === end ? 'empty' : `${start}-${end}`}`,
  );
  if (tree.kind === 'sequence') for (const [i, item] of tree.items.entries()) lines(item, `${path}[${i}]`, out);
  if (tree.kind === 'mapping') {
    for (const { key, keySpan, value } of tree.entries.values()) {
      out.push(`${path}.${key} at ${keySpan.start}-${keySpan.end}`);
      lines(value, `${path}.${key}`, out);
    }
  }
  return out;
}

/** Whether the quick reader took the text; it must then agree with the package. */
function agrees(text: string): boolean {
  const source = new SourceFile('/x.yaml', text);
  const quick = readPlainYaml(source);
  if (quick === undefined) return false;
  const faults: string[] = [];
  const full = parseYaml(source, false, (_rule, _span, message) => faults.push(message));
  assert.equal(faults, [], text);
  assert.equal(
    quick ? lines(quick) : [],
    full!.trees.flatMap((tree) => lines(tree)),
    text,
  );
  return true;
}

const plain = [
  'a: b\n',
  'a: b',
  'a:\n  b: c\n\n  # no\n  d: 5 # no\n',
  '---\na: b\n',
  '# only a comment\n',
  '',
  'a:\n',
  'a:\nb:\n',
  'a:\n- 1\n- two\nb: c\n',
  'a:\n  - b: 1\n    c: 2\n  - d:\n      - e\n  -\n  - f\n',
  '- a\n- b: c\n',
  'a:\n  -\n    b: c\n',
  'a: "b # c" # d\n',
  "a: 'it''s'\n",
  'a: ""\n',
  'a: b: c\n'.replace(': c', ':c'),
  'a: http://b:80/c#d\n',
  'a: -1\nb: 0755\nc: yes\nd: ~\ne: 1_000\n',
  'a: [b, "c", [d, e], { f: g, h: }, 8080:80, nginx:1.27, ]\n',
  'a: {}\nb: []\n',
  'a: { b: c d, e: "f: g" }\n',
  'a: ${B}\nb: $C\n',
  'a: b \nc: d\n',
  '  a: b\n  c: d\n',
  'a: <b\n',
  'a: b\'c"d\n',
];
for (const text of plain) test(`takes ${JSON.stringify(text)}`, () => assert.ok(agrees(text)));

const left = [
  'a: &b c\nd: *b\n',
  'a: !reset null\n',
  'a: |\n  b\n',
  'a: >\n  b\n',
  'a: b\n  c\n',
  'a: "b\n  c"\n',
  'a: "\\n"\n',
  'a: [b,\n  c]\n',
  '? a\n: b\n',
  '"a": b\n',
  '1: b\n',
  'null: b\n',
  '<<: b\n',
  'a: b: c\n',
  'a: b\na: c\n',
  'a: { b: c, b: d }\n',
  'a:\tb\n',
  'a: b\r\n',
  '\uFEFFa: b\n',
  'a: b\n---\nc: d\n',
  'a: b\n...\n',
  '%YAML 1.2\n---\na: b\n',
  'a:\n  b: c\n d: e\n',
  'a\n',
  'a: @b\n',
  'a: `b\n',
  'a: %b\n',
  'a: - b\n',
  '- - a\n',
  'a: [b\n',
  'a: {b}\n',
  'a: [b: c]\n',
  'a: "b" c\n',
  'a: #b\n b\n',
  '--- a\n',
  'a: ? b\n',
  'a: , b\n',
];
for (const text of left) test(`leaves ${JSON.stringify(text)}`, () => assert.not.ok(agrees(text)));

test('the fixtures', () => {
  const taken = fixtureTexts.filter(agrees).length;
  assert.ok(taken > fixtureTexts.length / 3, `${taken} of ${fixtureTexts.length} taken`);
});

test('the fixtures, with characters put in, taken out and doubled', () => {
  fc.assert(
    fc.property(mutatedTexts, (text) => void agrees(text)),
    { numRuns: 1500, seed: 7 },
  );
});

test.run();
