/** What is wrong with a shim, in words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostAction } from '../../../src/plan/actions/action.ts';
import { faultsOf } from '../../../src/plan/shims/faults.ts';
import { ip } from '../../support/addresses.ts';

const action = { id: 'x', reason: '', shim: 'nc-eth0' } as const;
const down: HostAction = { ...action, kind: 'bring-shim-up' };
const entry = (address: string): HostAction => ({
  ...{ ...action, kind: 'add-shim-neighbour', address: ip(address), mac: '02:00:00:00:00:01' },
});
const told = (...actions: readonly HostAction[]) => faultsOf(actions.map((one) => ({ action: one })));

test('missing neighbour entries of addresses in a row are one fault', () => {
  assert.equal(told(down, ...['.9', '.10', '.11', '.13', '.53'].map((end) => entry(`192.168.1${end}`))), [
    'it is down',
    'no neighbour entries for 192.168.1.9 to 192.168.1.11',
    'no neighbour entry for 192.168.1.13',
    'no neighbour entry for 192.168.1.53',
  ]);
});

test('what stands between them, or is in the way, is a fault of its own', () => {
  assert.equal(told(entry('192.168.1.9'), down, entry('192.168.1.10')), [
    'no neighbour entry for 192.168.1.9',
    'it is down',
    'no neighbour entry for 192.168.1.10',
  ]);
  const conflict = { message: '"nc-eth0" is somebody else\'s' };
  assert.equal(faultsOf([{ action: entry('192.168.1.9') }, { action: entry('192.168.1.10'), conflict }]), [
    'no neighbour entry for 192.168.1.9',
    conflict.message,
  ]);
});

test.run();
