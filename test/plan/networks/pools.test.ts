/** Where a layer 3 network's subnet comes from. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { formatCidr } from '../../../src/plan/facts/ip.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const on = (netmode: string) => `services:\n  web: { image: x, x-netmode: ${netmode} }\n`;
const subnetsOf = (plan: Plan | undefined) =>
  [...plan!.networks.values()].flatMap(({ pools }) => pools.map(({ subnet }) => formatCidr(subnet)));

const withRoutes = (...destinations: readonly string[]): Facts => ({
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    routes: [
      ...lanFacts.host!.routes,
      ...destinations.map((destination) => ({ destination, family: 4, interface: 'eth1' }) as const),
    ],
  },
});

test('moved on while it overlaps anything known', () => {
  assert.equal(subnetsOf(planTexts(on('ipvlan-l3'), { facts: lanFacts }).plan), ['10.87.36.0/24']);
  assert.equal(subnetsOf(planTexts(on('ipvlan-l3'), { facts: withRoutes('10.87.36.0/23') }).plan), ['10.87.38.0/24']);
});

test('where no /24 is free, the file must give one', () => {
  for (const routes of [['10.0.0.0/8'], ['10.64.0.0/11', '10.96.0.0/11']]) {
    const { plan, ...outcome } = planTexts(on('ipvlan-l3'), { facts: withRoutes(...routes) });
    assert.equal(told(outcome), [
      'error address/range-invalid: no /24 of 10.64.0.0/10 is ' +
        'free, from which the subnet of a layer 3 network is taken',
    ]);
    assert.equal(subnetsOf(plan), []);
  }
  const given = planTexts(on('{ mode: ipvlan-l3, subnet: 172.30.0.0/24 }'), { facts: withRoutes('10.0.0.0/8') });
  assert.equal(told(given), []);
});

test('two that are chosen do not touch, nor one that is given later', () => {
  const networks = (order: readonly string[]) => `services: {}\nnetworks:\n${order.join('')}`;
  const chosen = (key: string) => `  ${key}: { x-netmode: { mode: ipvlan-l3, parent: eth0, scope: project } }\n`;
  const given = '  given: { x-netmode: { mode: ipvlan-l3, parent: eth1, subnet: 10.87.36.0/24 } }\n';
  const expected = ['10.87.36.0/24', '10.87.37.0/24', '10.87.38.0/24'];
  for (const order of [
    [chosen('a'), chosen('b'), given],
    [given, chosen('b'), chosen('a')],
  ]) {
    const { plan } = planTexts(networks(order), { facts: lanFacts });
    assert.equal([...subnetsOf(plan)].sort(), expected);
    assert.equal(
      plan!.networks.get('a')!.pools.map(({ subnet }) => formatCidr(subnet)),
      ['10.87.37.0/24'],
    );
  }
});

test('a pool says where the file gives what is in it', () => {
  const text = on('{ mode: macvlan, subnet: 192.168.1.0/24, ip_range: 192.168.1.192/27 }');
  const [network] = planTexts(text, { facts: lanFacts }).plan!.networks.values();
  const { subnet, gateway, ipRange } = network!.pools[0]!.spans;
  assert.equal(
    [subnet, gateway, ipRange].map((span) => span && text.slice(span.start, span.end)),
    ['192.168.1.0/24', undefined, '192.168.1.192/27'],
  );
});

test.run();
