/** Which host interface a parent is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { formatCidr } from '../../../src/plan/facts/ip.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const facts: Facts = {
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    interfaces: lanFacts.host!.interfaces.map((each) =>
      each.name === 'eth0' ? { ...each, altnames: ['enp1s0', 'enx525400000002'] } : each,
    ),
  },
};

const text = (parent: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: macvlan, parent: ${parent}, ip_range: 192.168.1.192/27 } }\n`;

for (const [written, name] of [
  ['enp1s0', 'eth0'],
  ['enx525400000002', 'eth0'],
  ['eth0', 'eth0'],
] as const) {
  test(`${written} is ${name}: the network and its name are the same`, () => {
    const result = planTexts(text(written), { facts });
    assert.equal(told(result), []);
    const [network] = [...result.plan!.networks.values()].filter(({ underlay }) => underlay);
    assert.is(network?.dockerName, `netcompose-${name}`);
    assert.is(network?.options['parent'], name);
    assert.equal(
      network?.pools.map(({ subnet }) => formatCidr(subnet)),
      ['192.168.1.0/24'],
    );
  });
}

test('a VLAN on an interface that is written by another of its names', () => {
  const { plan } = planTexts(
    text('enp1s0, vlan: 10, subnet: 10.1.0.0/24, gateway: 10.1.0.1').replace('192.168.1.192', '10.1.0.192'),
    { facts },
  );
  assert.is([...plan!.networks.values()].find(({ underlay }) => underlay)?.options['parent'], 'eth0.10');
});

for (const [parent, id] of [
  ['eth0.4095', '4095'],
  ['eth0.0', '0'],
  ['auto.0', '0'],
] as const) {
  test(`${parent}: that is no VLAN`, () => {
    const name = parent.replace('auto', 'eth0');
    const expected = `"${name}" would be a VLAN link, and ${id} is not a VLAN id`;
    assert.match(told(planTexts(text(parent), { facts })).join('\n'), expected);
    assert.match(told(planTexts(text(parent))).join('\n'), expected.replace(name, parent));
    const native =
      `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { driver: ipvlan, ` +
      `driver_opts: { parent: ${name} }, ipam: { config: [{ subnet: 10.7.0.0/24, gateway: 10.7.0.1 }] } }\n`;
    assert.match(told(planTexts(native, { facts })).join('\n'), expected);
  });
}

test('an interface of such a name that is there will do', () => {
  const there = { ...lanFacts.host!.interfaces.find(({ name }) => name === 'eth0')!, name: 'eth0.4095', index: 77 };
  const interfaces = [...lanFacts.host!.interfaces, there];
  const found = told(planTexts(text('eth0.4095'), { facts: { ...lanFacts, host: { ...lanFacts.host!, interfaces } } }));
  assert.not.match(found.join('\n'), 'parent/not-found');
});

test('a name that nobody has stays as it is written, and is reported', () => {
  assert.match(told(planTexts(text('enp9s0'), { facts })).join('\n'), 'error parent/not-found');
});

for (const [parent, told] of [
  ['eth0.10, vlan: 20', true],
  ['eth0.10.20', true],
  ['eth7.10.20', false],
] as const) {
  test(`a VLAN link on a VLAN link, which Docker does not make: ${parent}`, () => {
    const [found] = planTexts(text(parent), { facts }).diagnostics.sorted();
    assert.is(found?.rule, 'parent/not-found');
    assert.is(
      found?.help === 'if VLAN 10 is meant, write "parent: eth0.10" alone; else make "eth0.10.20" before',
      told,
    );
  });
}

test.run();
