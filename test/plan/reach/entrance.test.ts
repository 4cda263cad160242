/** Where packets of containers come in, by the driver of their network. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAddress } from '../../../src/plan/facts/ip.ts';
import { entranceOf } from '../../../src/plan/reach/entrance.ts';
import type { ShimPlan } from '../../../src/plan/types.ts';

const hosts = parseAddress('192.168.1.10')!;
const shims = parseAddress('192.168.1.223')!;
const shim = (driver: ShimPlan['driver'], mode: string): ShimPlan => ({
  ...{ name: 'nc-eth0', key: 'lan', network: 'netcompose-eth0', parent: 'eth0', driver, mode },
  ...{ addresses: [shims], routes: [], neighbours: [], ways: [] },
});

for (const [driver, mode, own] of [
  ['macvlan', 'bridge', 'nc-eth0'],
  ['ipvlan', 'l2', 'eth0'],
  ['ipvlan', 'l3', 'lo'],
  ['ipvlan', 'l3s', 'lo'],
] as const) {
  test(`${driver} ${mode}: the host's own address by ${own}, the shim's by the shim`, () => {
    assert.is(entranceOf(shim(driver, mode), hosts), own);
    assert.is(entranceOf(shim(driver, mode), shims), 'nc-eth0');
  });
}

test.run();
