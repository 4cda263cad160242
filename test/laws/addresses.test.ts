/** Addresses are read and written as the library reads and writes them, whatever is quicker. */
import fc from 'fast-check';
import { Address4 } from 'ip-address';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, parseAddress } from '../../src/plan/facts/ip.ts';
import { holds } from '../support/property.ts';

function byLibrary(text: string): bigint | undefined {
  try {
    return text.includes('/') ? undefined : new Address4(text).bigInt();
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
const text = fc.array(number, { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join('.'));

test('reading', () => {
  holds(
    fc.property(text, (written) => {
      assert.is(parseAddress(written)?.value, byLibrary(written), written);
    }),
    5000,
  );
});

test('writing', () => {
  holds(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
      const value = BigInt(word);
      assert.is(formatAddress({ family: 4, value }), Address4.fromBigInt(value).correctForm());
    }),
    5000,
  );
});

test.run();
