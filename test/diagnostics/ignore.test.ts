import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { withoutIgnored } from '../../src/diagnostics/ignore.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';

const warning = (text: string, at: string, rest: Partial<Diagnostic> = {}): Diagnostic => {
  const source = new SourceFile('/a.yaml', text);
  const start = text.indexOf(at);
  return {
    rule: 'parent/down',
    severity: 'warning',
    message: 'x',
    span: { source, start, end: start + at.length },
    related: [],
    ...rest,
  };
};

const cases: readonly (readonly [name: string, diagnostic: Diagnostic, silenced: boolean])[] = [
  ['on the line', warning('a: HERE # netcompose-ignore parent/down\n', 'HERE'), true],
  ['on the line above', warning('# netcompose-ignore parent/down\na: HERE\n', 'HERE'), true],
  ['behind something on the line above', warning('a: # netcompose-ignore parent/down\n  - HERE\n', 'HERE'), true],
  ['indented', warning('a:\n    # netcompose-ignore parent/down\n    b: HERE\n', 'HERE'), true],
  ['a list', warning('# netcompose-ignore address/reserved, parent/down\na: HERE\n', 'HERE'), true],
  ['a list without blanks', warning('#netcompose-ignore address/reserved,parent/down\na: HERE\n', 'HERE'), true],
  ['with a reason', warning('# netcompose-ignore parent/down: the cable comes tomorrow\na: HERE\n', 'HERE'), true],
  ['with a colon', warning('# netcompose-ignore: parent/down\na: HERE\n', 'HERE'), true],
  ['Windows line ends', warning('# netcompose-ignore parent/down\r\na: HERE\r\n', 'HERE'), true],
  ['an info', warning('# netcompose-ignore parent/down\na: HERE\n', 'HERE', { severity: 'info' }), true],
  ['an error', warning('# netcompose-ignore parent/down\na: HERE\n', 'HERE', { severity: 'error' }), false],
  ['another rule', warning('# netcompose-ignore parent/wireless\na: HERE\n', 'HERE'), false],
  ['the beginning of a rule', warning('# netcompose-ignore parent/dow\na: HERE\n', 'HERE'), false],
  ['an unknown rule', warning('# netcompose-ignore parent/nonsense\na: HERE\n', 'HERE'), false],
  ['no rule', warning('# netcompose-ignore\na: HERE\n', 'HERE'), false],
  ['two lines above', warning('# netcompose-ignore parent/down\n\na: HERE\n', 'HERE'), false],
  ['on the line below', warning('a: HERE\n# netcompose-ignore parent/down\n', 'HERE'), false],
  ['not a comment', warning('a: HERE#netcompose-ignore parent/down\n', 'HERE'), false],
  ['a word that only begins so', warning('a: HERE # netcompose-ignored parent/down\n', 'HERE'), false],
  ['without a place', { rule: 'parent/down', severity: 'warning', message: 'x', related: [] }, false],
];

for (const [name, diagnostic, silenced] of cases) {
  test(`${name}: ${silenced ? 'silenced' : 'stays'}`, () => {
    assert.equal(withoutIgnored([diagnostic]), silenced ? [] : [diagnostic]);
  });
}

test.run();
