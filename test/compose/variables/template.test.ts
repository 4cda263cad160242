import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { substitute } from '../../../src/compose/variables/template.ts';

const variables: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', B: 'b', lower: 'l', _U1: 'u' };

/** Template, result, faults. */
const cases: readonly (readonly [string, string, ...string[]])[] = [
  ['plain', 'plain'],
  ['$A', 'a'],
  ['${A}', 'a'],
  ['$A$B', 'ab'],
  ['${A}-${B}', 'a-b'],
  ['$lower ${_U1}', 'l u'],
  ['$$A', '$A'],
  ['$$$A', '$a'],
  ['$', '$'],
  ['$1 $ ) $-', '$1 $ ) $-'],
  ['$A.b', 'a.b'],
  ['$AB', '', 'unset AB'],
  ['${NO}', '', 'unset NO'],
  ['${NO:-x}', 'x'],
  ['${NO-x}', 'x'],
  ['${EMPTY:-x}', 'x'],
  ['${EMPTY-x}', ''],
  ['${A:-x}', 'a'],
  ['${NO:-}', ''],
  ['${NO:-a b:c}', 'a b:c'],
  ['${A:+x}', 'x'],
  ['${EMPTY:+x}', ''],
  ['${EMPTY+x}', 'x'],
  ['${NO+x}', ''],
  ['${NO:?why not}', '', 'missing NO why not'],
  ['${EMPTY:?}', '', 'missing EMPTY '],
  ['${EMPTY?x}', ''],
  ['${NO?x}', '', 'missing NO x'],
  ['${NO:-${A}}', 'a'],
  ['${NO:-${NOT:-${B}}}', 'b'],
  ['${NO:-$A}', 'a'],
  ['${A:+${B}}c', 'bc'],
  ['${A:-${NO}}', 'a', 'unset NO'],
  ['${A:-${NO?x}}', 'a', 'missing NO x'],
  ['${NO:?${A} and ${B}}', '', 'missing NO a and b'],
  ['${NO:-{}}', '{}'],
  ['${NO:-{"k":1}}', '{"k":1}'],
  ['${NO:-x}}', 'x}'],
  ['${NO-a:-b}', 'a:-b'],
  ['${NO:-x} ${A:?y} ${B}', 'x a b'],
  ['${NO:-x}\n${A}', 'x\na'],
  ['${A', '', 'invalid ${A'],
  ['${}', '}', 'invalid ${}'],
  ['${1A}', '1A}', 'invalid ${1A}'],
  ['${A!}', 'A!}', 'invalid ${A!}'],
];

for (const [template, result, ...faults] of cases) {
  test(`${JSON.stringify(template)} is ${JSON.stringify(result)}`, () => {
    const seen: string[] = [];
    const filled = substitute(template, (name) => variables[name], {
      unset: (name) => seen.push(`unset ${name}`),
      missing: (name, reason) => seen.push(`missing ${name} ${reason}`),
      invalid: (text) => seen.push(`invalid ${text}`),
    });
    assert.equal(seen, faults);
    if (!faults.some((fault) => fault.startsWith('invalid'))) assert.is(filled, result);
  });
}

test.run();
