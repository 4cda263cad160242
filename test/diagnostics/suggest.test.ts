import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, nearest } from '../../src/diagnostics/suggest.ts';

const words = ['none', 'bridge', 'host', 'macvlan', 'ipvlan', 'ipvlan-l2', 'ipvlan-l3'];

const cases: readonly (readonly [word: string, candidates: readonly string[], found: string | undefined])[] = [
  ['ipvln', words, 'ipvlan'],
  ['IPVLAN', words, 'ipvlan'],
  ['ipvlan-l22', words, 'ipvlan-l2'],
  ['brigde', words, 'bridge'],
  ['hots', words, 'host'],
  ['eht0', ['eth1', 'eth0'], 'eth0'],
  ['loop', words, undefined],
  ['hst', words, 'host'],
  ['a', ['b'], 'b'],
  ['tunnel', words, undefined],
  ['eth0', ['ETH0'], 'ETH0'],
  ['web', [], undefined],
  ['', ['x'], 'x'],
  ['', ['host'], undefined],
];

for (const [word, candidates, found] of cases) {
  test(`"${word}" of ${candidates.length}: ${found ?? 'nothing'}`, () => {
    assert.is(nearest(word, candidates), found);
    assert.is(didYouMean(word, candidates), found === undefined ? undefined : `did you mean "${found}"?`);
  });
}

test.run();
