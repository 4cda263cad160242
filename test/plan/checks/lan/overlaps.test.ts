/** Subnets of one project that have addresses in common. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

const overlapping = (networks: Readonly<Record<string, string>>, facts: Facts = lanFacts) => {
  const services = Object.keys(networks).map((key) => `  s-${key}: { image: x, networks: [${key}] }\n`);
  const declared = Object.entries(networks).map(([key, network]) => `  ${key}: ${network}\n`);
  const text = `x-netmode: {}\nservices:\n${services.join('')}networks:\n${declared.join('')}`;
  return told(planTexts(text, { facts })).filter((line) => line.includes('subnet/overlap'));
};

const bridge = (subnet: string) => `{ ipam: { config: [{ subnet: ${subnet} }] } }`;
const macvlan = (range: string, subnet = '192.168.1.0/24', gateway = '192.168.1.1') =>
  `{ x-netmode: { mode: macvlan, scope: project, subnet: ${subnet}, gateway: ${gateway}, ip_range: ${range} } }`;

test('a subnet in a wide one is compared with the next, too', () => {
  assert.equal(overlapping({ wide: bridge('10.0.0.0/16'), a: bridge('10.0.1.0/24'), b: bridge('10.0.1.128/25') }), [
    'error subnet/overlap: network "a" (10.0.1.0/24) overlaps network "wide" (10.0.0.0/16)',
    'error subnet/overlap: network "b" (10.0.1.128/25) overlaps network "wide" (10.0.0.0/16)',
    'error subnet/overlap: network "b" (10.0.1.128/25) overlaps network "a" (10.0.1.0/24)',
  ]);
});

test('many subnets below a wide one do not hide it', () => {
  const below = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, bridge(`10.0.${at}.0/24`)]));
  assert.equal(overlapping({ ...below, wide: bridge('10.16.0.0/12'), a: bridge('10.17.1.0/24') }), [
    'error subnet/overlap: network "a" (10.17.1.0/24) overlaps network "wide" (10.16.0.0/12)',
  ]);
});

test('nor do many that stand between the two in the file', () => {
  const between = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, bridge(`10.1.${at}.0/24`)]));
  assert.equal(overlapping({ a: bridge('10.0.0.0/24'), ...between, b: bridge('10.0.0.128/25') }), [
    'error subnet/overlap: network "b" (10.0.0.128/25) overlaps network "a" (10.0.0.0/24)',
  ]);
});

test('neighbouring subnets do not overlap', () => {
  assert.equal(overlapping({ a: bridge('10.0.0.0/24'), b: bridge('10.0.1.0/24'), c: bridge('10.0.2.0/23') }), []);
});

test('a thousand networks with one subnet are each reported a few times', () => {
  const networks = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}`, bridge('10.0.0.0/24')]));
  assert.is(overlapping(networks).length, 1 + 2 + 3 * 997);
});

test('two macvlan networks on one parent with one gateway, which Docker gives to one of them only', () => {
  const [first, second] = [macvlan('192.168.1.192/27'), macvlan('192.168.1.128/27')];
  assert.equal(overlapping({ one: first, two: second }), [
    'error subnet/overlap: network "two" (192.168.1.0/24) overlaps network "one" (192.168.1.0/24), ' +
      'with the same gateway',
  ]);
  const own = macvlan('10.9.0.128/25', '10.9.0.0/24', '10.9.0.1');
  assert.equal(overlapping({ one: first, two: own }), []);
});

/** What is said of one network with these pools; engines 26.1 and 28.5 were given each. */
const within = (driver: string, ...pools: readonly string[]) =>
  told(
    planTexts(
      `services:\n  a: { image: x, networks: [n] }\nnetworks:\n  n: { ${driver}, ipam: { config: [${pools
        .map((pool) => `{ ${pool} }`)
        .join(', ')}] } }\n`,
      { facts: lanFacts },
    ),
  ).filter((line) => line.startsWith('error'));
const ofLan = 'driver: macvlan, driver_opts: { parent: eth0 }';
const [high, low] = ['ip_range: 10.9.0.128/26', 'ip_range: 10.9.0.64/26'] as const;
const twice = ['error address/range-invalid: 10.9.0.0/24 is given twice'];

for (const [name, driver, pools, expected] of [
  [
    'two that overlap',
    'driver: bridge',
    ['subnet: 10.9.0.0/24', 'subnet: 10.9.0.128/25'],
    ['error address/range-invalid: 10.9.0.128/25 overlaps 10.9.0.0/24'],
  ],
  [
    'two of one family on a bridge',
    'internal: false',
    ['subnet: 10.9.0.0/24', 'subnet: 10.9.1.0/24'],
    ['error address/range-invalid: network "n": 10.9.1.0/24 is a second IPv4 subnet, and a bridge has one'],
  ],
  ['one of each family on a bridge', 'enable_ipv6: true', ['subnet: 10.9.0.0/24', 'subnet: "fd00:9::/64"'], []],
  ['two on macvlan', ofLan, ['subnet: 10.9.0.0/24, gateway: 10.9.0.1', 'subnet: 10.9.1.0/24, gateway: 10.9.1.1'], []],
  [
    'ranges apart on macvlan',
    ofLan,
    [`subnet: 10.9.0.0/24, gateway: 10.9.0.1, ${high}`, `subnet: 10.9.0.0/24, ${low}`],
    [],
  ],
  [
    'ranges apart on a bridge',
    'driver: bridge',
    [`subnet: 10.9.0.0/24, ${high}`, `subnet: 10.9.0.0/24, ${low}`],
    twice,
  ],
  ['a range for one', ofLan, [`subnet: 10.9.0.0/24, gateway: 10.9.0.1, ${high}`, 'subnet: 10.9.0.0/24'], twice],
  [
    'one range twice',
    ofLan,
    [`subnet: 10.9.0.0/24, gateway: 10.9.0.1, ${high}`, `subnet: 10.9.0.0/24, ${high}`],
    twice,
  ],
] as const) {
  test(`the subnets of one network: ${name}`, () => assert.equal(within(driver, ...pools), expected));
}

test('a driver named as a property that every object has is a driver like others', () => {
  const text =
    'services:\n  a: { image: x, networks: [n] }\n' +
    'networks:\n  n: { driver: constructor, driver_opts: { parent: eth0 } }\n';
  assert.equal(
    told(planTexts(text, { facts: lanFacts })).filter((line) => line.includes('driver-option')),
    [],
  );
});

test.run();
