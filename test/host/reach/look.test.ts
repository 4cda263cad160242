/** What is seen in the network namespace of a process. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultRoutes } from '../../../src/host/reach/look.ts';
import { fakeHost } from '../fake-host.ts';

const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const four = {
  link: 'eth0\t000BA8C0\t00000000\t0001\t0\t0\t0\tE0FFFFFF\t0\t0\t0\n',
  default: 'eth0\t00000000\t010BA8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n',
};
const [none, all] = ['0'.repeat(32), 'f'.repeat(8)];
const six = {
  link: `fd000011000000000000000000000000 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001     eth0\n`,
  default: `${none} 00 ${none} 00 ${none} 00000400 00000001 00000000 00000001     eth0\n`,
  /** As every network namespace has it. */
  refusing: `${none} 00 ${none} 00 ${none} ${all} 00000001 00000000 00200200       lo\n`,
};

const seen = (v4: string | undefined, v6: string | undefined) => {
  const files = {
    ...(v4 !== undefined && { '/proc/7/net/route': heading + v4 }),
    ...(v6 !== undefined && { '/proc/7/net/ipv6_route': v6 }),
  };
  const found = defaultRoutes(fakeHost({ files }), 7);
  return found && [...found];
};

test('a default route of either family, of both, of none', () => {
  assert.equal(seen(four.link + four.default, six.link + six.refusing), [4]);
  assert.equal(seen(four.link, six.default + six.refusing), [6]);
  assert.equal(seen(four.default, six.default), [4, 6]);
  assert.equal(seen(four.link, six.refusing), []);
});

test('a kernel without IPv6, and a namespace that may not be looked into', () => {
  assert.equal(seen(four.default, undefined), [4]);
  assert.is(seen(undefined, six.default), undefined);
});

test.run();
