import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, formatCidr, parseAddress, parseCidr } from '../../../src/plan/facts/ip.ts';
import { addressesOf } from '../../../src/plan/facts/parsed-facts.ts';
import { freeRange, freeRangeLike, nearestFree, takenBy } from '../../../src/plan/networks/free-addresses.ts';

const nearest: readonly (readonly [string, string, string | undefined, readonly string[], string | undefined])[] = [
  ['192.168.1.53', '192.168.1.0/24', undefined, ['192.168.1.53'], '192.168.1.54'],
  ['192.168.1.53', '192.168.1.0/24', undefined, ['192.168.1.54'], '192.168.1.52'],
  ['192.168.1.254', '192.168.1.0/24', undefined, [], '192.168.1.253'],
  ['192.168.1.1', '192.168.1.0/24', undefined, [], '192.168.1.2'],
  ['192.168.1.200', '192.168.1.0/24', '192.168.1.192/27', [], '192.168.1.191'],
  ['192.168.1.2', '192.168.1.0/30', undefined, ['192.168.1.1'], undefined],
  ['192.168.2.2', '192.168.1.0/24', undefined, [], undefined],
  ['fd00:1::ffff', 'fd00:1::/112', undefined, ['fd00:1::fffe'], 'fd00:1::fffd'],
  ['fd00:1::5', '192.168.1.0/24', undefined, [], undefined],
];

for (const [wanted, subnet, ipRange, taken, expected] of nearest) {
  const without = ipRange ? ` without ${ipRange}` : '';
  const beside = taken.length > 0 ? ` beside ${taken.join(', ')}` : '';
  test(`nearest to ${wanted} in ${subnet}${without}${beside}: ${expected}`, () => {
    const pool = { subnet: parseCidr(subnet)!, ...(ipRange !== undefined && { ipRange: parseCidr(ipRange)! }) };
    const free = nearestFree(parseAddress(wanted)!, pool, takenBy(addressesOf(taken)));
    assert.is(free && formatAddress(free), expected);
  });
}

const ranges: readonly (readonly [string, number, readonly string[], string | undefined])[] = [
  ['192.168.1.0/24', 27, [], '192.168.1.224/27'],
  ['192.168.1.0/24', 27, ['192.168.1.230', '192.168.1.200'], '192.168.1.160/27'],
  ['192.168.1.0/24', 27, ['192.168.1.230', '192.168.1.231'], '192.168.1.192/27'],
  ['192.168.1.0/28', 30, ['192.168.1.13', '192.168.1.9', '192.168.1.5', '192.168.1.1'], undefined],
  ['192.168.1.0/30', 32, ['192.168.1.1'], '192.168.1.2/32'],
  ['192.168.1.0/24', 23, [], undefined],
  ['192.168.1.0/31', 33, [], undefined],
  ['fd00:1::/64', 112, [], 'fd00:1::ffff:ffff:ffff:0/112'],
];

for (const [subnet, prefix, avoid, expected] of ranges) {
  test(`a free /${prefix} of ${subnet}${avoid.length > 0 ? ` beside ${avoid.join(', ')}` : ''}: ${expected}`, () => {
    const found = freeRange(parseCidr(subnet)!, prefix, addressesOf(avoid));
    assert.is(found && formatCidr(found), expected);
  });
}

test('a range like the one there is', () => {
  const pool = { subnet: parseCidr('192.168.1.0/24')!, ipRange: parseCidr('192.168.1.224/28')! };
  assert.is(formatCidr(freeRangeLike(pool, addressesOf(['192.168.1.250']))!), '192.168.1.224/28');
  assert.is(freeRangeLike({ subnet: pool.subnet }, []), undefined);
});

test.run();
