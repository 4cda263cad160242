import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillIn } from '../../../src/compose/variables/partial-template.ts';

const lookUp = (name: string) => ({ OWN: 'o', EMPTY: '', DOLLAR: 'a$b' })[name];

/** Template → what is left of it when only OWN, EMPTY and DOLLAR are known. */
const cases: Readonly<Record<string, string>> = {
  '': '',
  'plain $ text': 'plain $ text',
  '$OWN-$OTHER': 'o-$OTHER',
  '${OWN}${OTHER}': 'o${OTHER}',
  '$$OWN $${OWN}': '$$OWN $${OWN}',
  '${OTHER:-${OWN}}': '${OTHER:-o}',
  '${OTHER-x}${OTHER:?why}${OTHER:+${OWN}}': '${OTHER-x}${OTHER:?why}${OTHER:+o}',
  '${OWN:-x}${OWN-x}${OWN:?x}${OWN?x}': 'oooo',
  '${OWN:+x}${OWN+$OTHER}': 'x$OTHER',
  '${EMPTY:-x}|${EMPTY-x}|${EMPTY:+x}|${EMPTY+x}': 'x|||x',
  '${DOLLAR}': 'a$$b',
  '${OWN': '${OWN',
};

for (const [template, expected] of Object.entries(cases))
  test(template || '(empty)', () => assert.is(fillIn(template, lookUp), expected));

test.run();
