/** What a plan made without a look at the host lacks. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkComplete } from '../../../src/plan/checks/complete.ts';
import { lanFacts, type Options, planTexts } from '../../support/in-memory.ts';

const lan = (netmode: string) =>
  `services:\n  web: { image: x, x-netmode: { network: lan } }\nnetworks:\n  lan: { x-netmode: ${netmode} }\n`;
const subnet = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';

function lacking(text: string, options: Options = {}) {
  const { plan, diagnostics } = planTexts(text, options);
  assert.not.ok(diagnostics.hasErrors);
  checkComplete(plan!, diagnostics.report);
  return diagnostics
    .sorted()
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, message, help }) => [rule, message, help]);
}

const parent = [
  'parent/not-found',
  'network "lan": its parent is not known without looking at the host',
  'write "parent:", or leave out --offline',
];
const pool = [
  'address/range-invalid',
  'network "lan": its subnet is not known without looking at the host',
  'write "subnet:" and "gateway:", or leave out --offline',
];

for (const [name, netmode, expected] of [
  ['nothing written', 'macvlan', [parent]],
  ['a parent', '{ mode: macvlan, parent: eth0 }', [pool]],
  ['a subnet', `{ mode: macvlan, ${subnet} }`, [parent]],
  ['both', `{ mode: macvlan, parent: eth0, ${subnet} }`, []],
  ['a network behind the host takes a subnet of its own', '{ mode: ipvlan-l3, parent: eth0 }', []],
  ['a bridge needs neither', 'bridge', []],
] as const) {
  test(name, () => {
    assert.equal(lacking(lan(netmode)), expected);
  });
}

test('with a look at the host nothing is lacking', () => {
  assert.equal(lacking(lan('{ mode: macvlan, ip_range: 192.168.1.192/27 }'), { facts: lanFacts }), []);
});

test('a network that stays as the file has it lacks nothing', () => {
  const native = 'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { driver: macvlan }\n';
  assert.equal(lacking(native), []);
});

test.run();
