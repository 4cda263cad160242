/** Whether NetworkManager has been told to leave a shim alone, by what it says and whether the shim is up. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Observer } from '../../../src/host/execute/observer.ts';
import { leftAloneState } from '../../../src/host/execute/shim.ts';
import { lanFacts } from '../../support/in-memory.ts';

const eth0 = lanFacts.host!.interfaces[1]!;
/** NetworkManager says these one after the other, the last one again and again. */
const stateWhere = (up: boolean, ran: boolean, said: readonly (string | undefined)[], hasProfile = false) => {
  const rest = [...said];
  const observer = {
    link: async () => ({ ...eth0, name: 'nc', up }),
    hasProfile: () => hasProfile,
    managedState: async () => (rest.length > 1 ? rest.shift() : rest[0]),
  } as Partial<Observer> as Observer;
  const action = { kind: 'leave-alone', id: 'x', reason: 'test', shim: 'nc' } as const;
  return leftAloneState(action, { observer, madeNetworks: new Set(), ran });
};

for (const [name, up, ran, said, expected] of [
  ['down, and unmanaged as all that are down', false, false, ['10 (unmanaged)'], 'missing'],
  ['down, and we have told it', false, true, ['10 (unmanaged)'], 'done'],
  ['down, and it takes a moment to obey', false, true, ['20 (unavailable)', '10 (unmanaged)'], 'done'],
  ['up, and left alone', true, false, ['10 (unmanaged)'], 'done'],
  ['up, and taken', true, false, ['100 (connected (externally))'], 'missing'],
  ['it hears of the interface a moment later', false, false, [undefined, undefined, '10 (unmanaged)'], 'missing'],
  ['it never hears of the interface', false, false, [undefined], 'done'],
  ['it does not obey', false, true, ['20 (unavailable)'], 'missing'],
] as const) {
  test(name, async () => assert.is((await stateWhere(up, ran, said)).kind, expected));
}

test('it makes the shim itself', async () => {
  assert.is((await stateWhere(true, false, ['100 (connected)'], true)).kind, 'done');
});

test.run();
