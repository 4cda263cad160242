/** The nodes made from the quick reader's tree say what the yaml package's say, wherever edits look. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { readPlainYaml } from '../../../src/compose/yaml/quick-reader.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import {
  anchorsIn,
  colonEnd,
  commaBefore,
  commentAfterKey,
  contentEnd,
  keyEnd,
  keyOf,
  pairEnd,
  pairStart,
  parseSource,
  parseWithTokens,
} from '../../../src/emit/source/source-text.ts';
import { fixtureTexts, mutatedTexts } from '../../support/yaml-texts.ts';

/** What edits ask of a node and of all below it, one answer to a line. */
function answers(node: Node, text: string, path = '', out: string[] = []): readonly string[] {
  const [start, end] = node.range!;
  out.push(`${path} from ${start}, its text to ${contentEnd(node, text)}`);
  if (isScalar(node)) out.push(`${path} ${node.type} ${JSON.stringify(node.source)} to ${end}, ${node.tag}`);
  if (isMap(node) || isSeq(node)) out.push(`${path} ${node.flow === true ? `in brackets to ${end}` : 'in lines'}`);
  if (isSeq(node)) for (const [i, item] of node.items.entries()) answers(item as Node, text, `${path}[${i}]`, out);
  if (isMap(node)) {
    for (const pair of node.items) {
      const at = `${path}.${keyOf(pair)}`;
      answers(pair.key as Node, text, `${at} (key)`, out);
      out.push(`${at} from ${pairStart(pair)} to ${pairEnd(pair, text)}, key to ${keyEnd(pair)}`);
      out.push(`${at} colon ${colonEnd(pair)}, comment ${commentAfterKey(pair)}, comma ${commaBefore(pair)}`);
      assert.equal(anchorsIn(pair), []);
      answers(pair.value as Node, text, at, out);
    }
  }
  return out;
}

/** Whether the quick reader took the text; the answers must then be the package's. */
function agrees(text: string): boolean {
  if (!readPlainYaml(new SourceFile('/x.yaml', text))) return false;
  const [quick, full] = [parseSource(text), parseWithTokens(text)];
  assert.is(quick.more, full.more, text);
  assert.equal(answers(quick.document.contents as Node, text), answers(full.document.contents as Node, text), text);
  return true;
}

const plain = [
  'a: b # c\nd: e',
  'a: # b\n  # c\n\n  d: e # f\n\n# g\nh:\n',
  'a: # b \n\nc: d\n',
  'a:\n- 1 # one\n-\n- # two\n  b: c\n- d:\n  e: f\n- \n',
  'a: [b, "c,d", { e: , f: "g" , h: i }, [ ], {  }, j ,]\n',
  "---\na: ''\nb: 'it''s'\nc: \"d\"\n",
  '  a:\n      b: 0755\n      c: ~\n  d:\n  -  e\n  -  f: g\n     h: i\n',
];
for (const text of plain) test(JSON.stringify(text), () => assert.ok(agrees(text)));

test('the fixtures', () => {
  const taken = fixtureTexts.filter(agrees).length;
  assert.ok(taken > fixtureTexts.length / 3, `${taken} of ${fixtureTexts.length} taken`);
});

test('the fixtures, with characters put in, taken out and doubled', () => {
  fc.assert(
    fc.property(mutatedTexts, (text) => void agrees(text)),
    { numRuns: 1500, seed: 11 },
  );
});

test.run();
