import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatCidr, parseCidr } from '../../../src/plan/facts/ip.ts';
import { divided } from '../../../src/plan/swarm/divided.ts';

const parts = (text: string, count: number) => divided(parseCidr(text)!, count)?.map(formatCidr);

for (const [text, count, wanted] of [
  ['192.168.1.192/27', 1, ['192.168.1.192/27']],
  ['192.168.1.192/27', 2, ['192.168.1.192/28', '192.168.1.208/28']],
  ['192.168.1.192/27', 3, ['192.168.1.192/29', '192.168.1.200/29', '192.168.1.208/29']],
  ['192.168.1.2/31', 2, ['192.168.1.2/32', '192.168.1.3/32']],
  ['192.168.1.2/31', 3, undefined],
  ['fd00::/64', 2, ['fd00::/65', 'fd00::8000:0:0:0/65']],
] as const) {
  test(`${text} for ${count}`, () => assert.equal(parts(text, count), wanted));
}

test.run();
