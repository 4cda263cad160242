/** What is usual is written as the library writes it, and read as what it is. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { type Block, blockOf, textByLibrary, type Untagged, usualText } from '../../src/emit/override/block-text.ts';
import { holds } from '../support/property.ts';

const usual = fc.constantFrom(
  ...['web', 'app-1', 'host', 'lan_2', 'eth0.5', 'service:vpn', 'container:a_b', '192.168.1.5', '10.0.0.0/8', 'a/b'],
  ...['62:88:a1:1f:c5:5e', '02:00:00:00:00:0a', 'tcp', '8080-8090', '127.0.0.1:80:80/tcp', 'db:192.168.1.53'],
);
const odd = fc.constantFrom(
  ...['yes', 'No', 'on', 'y', 'null', 'NaN', 'true', '12:07:37:11:00:33', '80', '0x50', '1e3', '', ' a', 'a ', 'a b'],
  ...['a: b', 'a:', '-', '- a', '#a', 'a #b', '"', "'", '$$', '@a', '&a', '*a', '!a', '%a', '{a}', '[a]', 'a\nb', 'é'],
  ...['fd00::5', '~', '.inf', '2001-01-01', '__proto__', 'constructor', 'a,b', '?', '|', '>', 'a\tb', '=', '<<', 'e1'],
);
const text = fc.oneof(
  { weight: 8, arbitrary: usual },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.string() },
);
const scalar = fc.oneof({ weight: 8, arbitrary: text }, fc.integer(), fc.boolean(), fc.constant(null));

const { block } = fc.letrec<{ untagged: Untagged; block: Block; map: ReadonlyMap<string, Block> }>((tie) => ({
  untagged: fc.oneof(
    { depthSize: 'medium' },
    { weight: 4, arbitrary: scalar },
    { weight: 3, arbitrary: tie('map') },
    { weight: 1, arbitrary: fc.array(tie('block'), { maxLength: 3 }) },
  ),
  block: fc.oneof(
    { weight: 6, arbitrary: tie('untagged') },
    {
      weight: 1,
      arbitrary: fc.record({ tag: fc.constantFrom('!reset' as const, '!override' as const), of: tie('untagged') }),
    },
  ),
  map: fc.array(fc.tuple(text, tie('block')), { maxLength: 4 }).map((entries) => new Map(entries)),
}));

test('the same text', () => {
  let written = 0;
  holds(
    fc.property(fc.array(fc.tuple(text, block), { maxLength: 3 }), (entries) => {
      const map = new Map(entries);
      const quick = usualText(map);
      if (quick === undefined || map.size === 0) return;
      written += 1;
      assert.is(quick, textByLibrary(map));
    }),
    4000,
  );
  assert.ok(written > 400, `${written} of 4000 were usual`);
});

for (const [name, value] of [
  ['a word', 'web'],
  ['a word that YAML 1.1 takes for yes', 'on'],
  ['an address', '192.168.1.5'],
  ['a MAC address', '62:88:a1:1f:c5:5e'],
  ['a MAC address that YAML 1.1 takes for a number', '12:07:37:11:00:33'],
] as const) {
  test(`${name} is read as text`, () => {
    const map = new Map([['key', blockOf(value)]]);
    assert.equal(parse(usualText(map) ?? textByLibrary(map), { version: '1.1' }), { key: value });
  });
}

test('a literal $ is doubled once', () => {
  assert.equal(blockOf({ a: ['$b', { c: '$' }] }), new Map([['a', ['$$b', new Map([['c', '$$']])]]]));
});

test.run();
