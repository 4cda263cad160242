/** Addresses are read and written as the library reads and writes them, whatever is quicker. */
import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, parseAddress } from '../../src/plan/facts/ip.ts';
import { holds } from '../support/property.ts';

function byLibrary(text: string): bigint | undefined {
  try {
    if (text.includes('/') || text.includes('%')) return undefined;
    return text.includes(':') ? new Address6(text).bigInt() : new Address4(text).bigInt();
  } catch {
    return undefined;
  }
}

/** Mostly an address; sometimes with a number too many, too few, too large, or led by a zero. */
const number = fc.oneof(
  { weight: 12, arbitrary: fc.nat(255).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '256', '999', '00', '01', '010', '1000', '1e1', ' 1', '-1', '+1', '0x1', 'é'),
  },
);
const text4 = fc.array(number, { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join('.'));

/** Mostly groups of an IPv6 address, with zeros to be left out; sometimes none, or an IPv4 address at the end. */
const group = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('0', '0000', '') },
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((one) => one.toString(16)) },
  { weight: 1, arbitrary: fc.constantFrom('FE80', '0db8', '00001', 'g', '10000', ' 1', '-1', '0x1', '1.2.3.4', 'é') },
);
const text6 = fc
  .tuple(fc.array(group, { maxLength: 9 }), fc.constantFrom('', '', '', '/64', '%eth0', '::'))
  .map(([groups, end]) => `${groups.join(':')}${end}`)
  .filter((text) => text.includes(':'));

for (const [family, text] of [
  [4, text4],
  [6, text6],
] as const)
  test(`reading: IPv${family}`, () => {
    holds(
      fc.property(text, (written) => {
        assert.is(parseAddress(written)?.value, byLibrary(written), written);
      }),
      5000,
    );
  });

test('writing: IPv4', () => {
  holds(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
      const value = BigInt(word);
      assert.is(formatAddress({ family: 4, value }), Address4.fromBigInt(value).correctForm());
    }),
    5000,
  );
});

test('writing: IPv6', () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  });
  holds(
    fc.property(groups, (all) => {
      const value = all.reduce((sum, one) => (sum << 16n) | BigInt(one), 0n);
      assert.is(formatAddress({ family: 6, value }), Address6.fromBigInt(value).correctForm());
    }),
    5000,
  );
});

test.run();
