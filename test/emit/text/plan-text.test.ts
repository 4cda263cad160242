/** The plan as text: what a terminal leaves out. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actionsText } from '../../../src/emit/text/plan-text.ts';
import type { HostAction } from '../../../src/plan/actions/action.ts';
import { ip } from '../../support/addresses.ts';

const entry = (address: string): HostAction => ({
  ...{ kind: 'add-shim-neighbour', id: address, reason: 'because', shim: 'nc0' },
  ...{ address: ip(address), mac: '02:00:00:00:00:01' },
});
const command = (address: string) => `  ip neigh replace ${address} lladdr 02:00:00:00:00:01 dev nc0 nud permanent\n`;
const addresses = ['.192', '.193', '.194', '.195', '.200', '.201'].map((end) => `192.168.1${end}`);
const plan = { actions: addresses.map(entry), hooks: [] };
const head = 'Before the containers start:\n  # because\n';

test('on a terminal a range of neighbour entries is its first and its last', () => {
  assert.is(
    actionsText(plan, { columns: 100 }),
    head +
      command('192.168.1.192') +
      '  # 2 more, one for each address between; all are in: netcompose plan | cat\n' +
      ['192.168.1.195', '192.168.1.200', '192.168.1.201'].map(command).join(''),
  );
});

test('elsewhere all of them are there', () => {
  assert.is(actionsText(plan), head + addresses.map(command).join(''));
});

test.run();
