/** The MAC address of a macvlan shim. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shimMac } from '../../../src/plan/host-changes/shim-mac.ts';

const shim = { network: 'netcompose-eth0', parent: 'eth0', parentMac: '52:54:00:12:34:56' };

test('is locally administered, of one device, and the same each time', () => {
  assert.match(shimMac(shim), /^02(:[0-9a-f]{2}){5}$/);
  assert.is(shimMac(shim), shimMac({ ...shim, parentMac: '52:54:00:12:34:56'.toUpperCase() }));
});

test('differs by network, parent and host', () => {
  const others = [
    { ...shim, network: 'netcompose-eth1' },
    { ...shim, parent: 'eth1' },
    { ...shim, parentMac: '52:54:00:12:34:57' },
    { ...shim, network: 'netcompose-eth', parent: '0eth0' },
  ];
  assert.is(new Set([shim, ...others].map(shimMac)).size, 5);
});

test('no two of many hosts clash, whose cards have numbers next to each other', () => {
  const macs = Array.from({ length: 5000 }, (_, at) =>
    shimMac({
      ...shim,
      parentMac: `52:54:00:12:${(at >> 8).toString(16).padStart(2, '0')}:${(at & 255).toString(16).padStart(2, '0')}`,
    }),
  );
  assert.is(new Set(macs).size, macs.length);
});

test.run();
