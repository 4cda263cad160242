import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPrivilege } from '../../src/plan/checks/privilege.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../support/in-memory.ts';

const compose = 'services:\n  web: { image: x, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n';
const shim = {
  name: 'nc-eth0',
  index: 9,
  kind: 'macvlan',
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  alias: 'netcompose:netcompose-eth0',
  addresses: [],
};

function found(host: Partial<NonNullable<Facts['host']>>) {
  const facts = { ...lanFacts, host: { ...lanFacts.host!, ...host } };
  const { plan, diagnostics } = planTexts(compose, { facts });
  checkPrivilege(plan!, facts, diagnostics.report);
  return diagnostics.sorted();
}

test('without root and sudo: the exact commands', () => {
  const [diagnostic, ...others] = found({ privilege: 'none' });
  assert.equal(others, []);
  assert.is(diagnostic?.rule, 'shim/needs-root');
  assert.is(diagnostic?.message, 'the shim "nc-eth0" of "netcompose-eth0" needs root, and sudo is not installed');
  assert.equal(diagnostic?.help?.split('\n').slice(1, 3), [
    '  ip link add link eth0 name nc-eth0 group 28259 type macvlan mode bridge',
    '  ip link set dev nc-eth0 alias netcompose:netcompose-eth0',
  ]);
  assert.is(diagnostic?.span?.source.position(diagnostic.span.start).line, 2);
});

test('once somebody has run them, nothing stands in the way', () => {
  assert.equal(found({ privilege: 'none', interfaces: [...lanFacts.host!.interfaces, shim] }), []);
});

for (const privilege of ['root', 'sudo'] as const)
  test(`with ${privilege}: nothing`, () => assert.equal(found({ privilege }), []));

test.run();
