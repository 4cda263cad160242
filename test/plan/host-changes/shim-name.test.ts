import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts, HostInterface } from '../../../src/plan/facts/facts.ts';
import { shimName } from '../../../src/plan/host-changes/shim-name.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

test('a name that fits the kernel, another for each parent', () => {
  assert.is(shimName('eth0'), 'nc-eth0');
  assert.is(shimName('enp12s0f0np0'), 'nc-enp12s0f0np0');
  const long = ['enx001122334455', 'enx001122334466'].map(shimName);
  assert.ok(long.every((name) => name.length <= 15));
  assert.is(new Set(long).size, 2);
});

const network = (key: string, more = '') =>
  `  ${key}: { x-netmode: { mode: macvlan, parent: eth0, scope: project, ip_range: 192.168.1.192/27${more} } }\n`;
const project = (...networks: readonly string[]) =>
  `name: shop\nservices:\n  web: { image: x, networks: [a, b] }\nnetworks:\n${networks.join('')}`;

const names = (text: string, facts: Facts = lanFacts) =>
  new Map(planTexts(text, { facts }).plan!.shims.map(({ key, name }) => [key, name]));

const withShim = (name: string, serves: string): Facts => {
  const shim: HostInterface = {
    ...lanFacts.host!.interfaces[1]!,
    ...{ index: 9, name, kind: 'macvlan', link: 'eth0', alias: `netcompose:${serves}`, addresses: [] },
  };
  return { ...lanFacts, host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, shim] } };
};

const orders = [
  [network('a'), network('b')],
  [network('b'), network('a')],
] as const;

test('of two networks on one parent, the first by its name has the usual one, in any order', () => {
  const [first, second] = orders.map((order) => names(project(...order)));
  assert.equal(first, second);
  assert.is(first!.get('a'), 'nc-eth0');
  assert.match(first!.get('b')!, /^nc-[0-9a-z]{7}$/);
});

test('the one that has it already keeps it', () => {
  for (const order of orders) {
    const found = names(project(...order), withShim('nc-eth0', 'shop_b'));
    assert.is(found.get('b'), 'nc-eth0');
    assert.match(found.get('a')!, /^nc-[0-9a-z]{7}$/);
  }
});

test('a name that the file gives to one belongs to no other', () => {
  const given = [network('a'), network('b', ', shim: { name: nc-eth0 }')] as const;
  for (const order of [given, [...given].reverse()]) {
    const found = names(project(...order));
    assert.is(found.get('b'), 'nc-eth0');
    assert.match(found.get('a')!, /^nc-[0-9a-z]{7}$/);
  }
});

test.run();
