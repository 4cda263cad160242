/** Files and facts → plan, diagnostics and all that is written of them. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { noticeText } from '../../../src/diagnostics/format/notice.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { readFactsText } from '../../../src/plan/facts/read-facts.ts';
import { everything, isHarmless } from '../../laws/everything.ts';
import { agrees, shuffleBy } from '../../laws/order.ts';
import { lanFacts } from '../../support/in-memory.ts';
import { factsName, factsNamed, soundText } from '../corpus.ts';
import { edits, hostileValue, hostileWord, nodeEdits, spoilt, spoiltData } from '../hostile.ts';
import { type Target, target } from '../target.ts';

const environment = fc.dictionary(fc.constantFrom('A', 'LAN', 'X', 'TAG', 'PORT', 'HOME'), hostileWord, { maxKeys: 2 });

/** What may be said of it: anything, so that only the change of one key of a sound file reaches the later phases. */
const project = target(
  'project',
  30,
  fc.record({ text: soundText, changes: fc.oneof(edits, nodeEdits), facts: factsName, env: environment }),
  ({ text, changes, facts, env }) => {
    const texts = { 'compose.yaml': spoilt(text, changes) };
    const told = everything(texts, factsNamed(facts), { env });
    assert.is(everything(texts, factsNamed(facts), { env }), told);
  },
);

const twoFiles = target(
  'two files',
  20,
  fc.record({ base: soundText, over: soundText, changes: nodeEdits, more: fc.oneof(edits, nodeEdits) }),
  ({ base, over, changes, more }) =>
    void everything({ 'compose.yaml': spoilt(base, changes), 'over.yaml': spoilt(over, more) }, lanFacts),
);

const order = target(
  'order',
  10,
  fc.record({ text: soundText, changes: nodeEdits, facts: factsName, shuffle: fc.nat() }),
  ({ text, changes, facts, shuffle }) =>
    agrees({ 'compose.yaml': spoilt(text, changes) }, { facts: factsNamed(facts) }, shuffleBy(shuffle)),
);

/** Whatever is taken for facts can be planned with. */
const facts = target(
  'facts',
  30,
  fc.record({ facts: factsName, changes: nodeEdits, text: soundText, cut: fc.option(fc.nat(5000)) }),
  ({ facts: sound, changes, text, cut }) => {
    const whole = JSON.stringify(spoiltData(factsNamed(sound), changes));
    const read = readFactsText(cut === null ? whole : whole.slice(0, cut % (whole.length + 1)));
    if ('facts' in read) everything({ 'compose.yaml': text }, read.facts);
    else isHarmless(noticeText(read.fault));
  },
);

/** Any JSON at all. */
const anyFacts = target('any facts', 100, fc.oneof(hostileValue, fc.jsonValue()), (value) => {
  const read = readFactsText(JSON.stringify(value));
  if ('facts' in read) everything({ 'compose.yaml': 'services: { a: { image: x } }\n' }, read.facts as Facts);
  else isHarmless(noticeText(read.fault));
});

export const projectTargets: readonly Target[] = [project, twoFiles, order, facts, anyFacts];
