/** Native macvlan and ipvlan networks get every check too: their pools, and a shim where one is asked for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const withNetwork = (lan: string) => `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: ${lan}\n`;
const pool = (text: string) =>
  withNetwork(`{ driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [${text}] } }`);

for (const [name, text, expected] of [
  ['sound', pool('{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }'), []],
  ['no pool', withNetwork('{ driver: macvlan, driver_opts: { parent: eth0 } }'), []],
  ['no subnet', pool('{ subnet: 192.168.1.0 }'), ['error address/range-invalid: "192.168.1.0" is not a subnet']],
  ['everything', pool('{ subnet: 0.0.0.0/0 }'), ['error address/range-invalid: "0.0.0.0/0" is not a subnet']],
  [
    'gateway outside',
    pool('{ subnet: 192.168.1.0/24, gateway: 192.168.2.1 }'),
    ['error address/range-invalid: gateway 192.168.2.1 is outside 192.168.1.0/24'],
  ],
  [
    'range of the other family',
    pool('{ subnet: 192.168.1.0/24, ip_range: "fd00::/64" }'),
    ['error address/range-invalid: ip_range fd00::/64 is outside 192.168.1.0/24'],
  ],
] as const) {
  test(`pools: ${name}`, () => {
    const lines = told(planTexts(text, { facts: lanFacts }));
    assert.equal(
      lines.filter((line) => line.includes('range-invalid')),
      expected,
    );
  });
}

for (const [form, text, help] of [
  [
    'native',
    pool('{ subnet: "fd00:1::/64", gateway: "fe80::1" }'),
    'Docker takes no link-local gateway: write another address of the router',
  ],
  [
    'annotated',
    'services:\n  web: { image: x, x-netmode: { mode: macvlan, subnet: "fd00:1::/64", gateway: "fe80::1" } }\n',
    'Docker takes no link-local gateway: leave it out, or write another address of the router',
  ],
] as const) {
  test(`a router's link-local address is no gateway: ${form}`, () => {
    const { diagnostics } = planTexts(text, { facts: lanFacts });
    assert.equal(
      diagnostics.sorted().flatMap((one) => (one.rule === 'address/range-invalid' ? one.help : [])),
      [help],
    );
  });
}

test('a shim needs a parent', () => {
  const { plan, ...outcome } = planTexts(withNetwork('{ driver: macvlan, x-netmode: { host_access: shim } }'), {
    facts: lanFacts,
  });
  assert.equal(plan?.shims, []);
  assert.equal(told(outcome), [
    'error parent/not-found: network "lan" names no parent: Docker gives it a link of its own that leads ' +
      'nowhere, and no shim reaches it',
  ]);
});

test('an interface whose name is too long with its VLAN', () => {
  const text =
    'services:\n  web:\n    image: x\n    x-netmode: { mode: macvlan, parent: enx001122334455, vlan: 10, ' +
    'subnet: 10.0.0.0/24, gateway: 10.0.0.1, ip_range: 10.0.0.64/27 }\n';
  const { plan, ...outcome } = planTexts(text);
  assert.equal(plan?.shims, []);
  assert.equal(told(outcome), [
    'error parent/not-found: "web": "enx001122334455.10" is longer ' +
      "than the 15 characters that an interface's name may have",
  ]);
});

test('no shim on a parent that nobody looked up', () => {
  for (const netmode of ['macvlan', '{ mode: macvlan, vlan: 10 }']) {
    const { plan } = planTexts(`services:\n  web: { image: x, x-netmode: ${netmode} }\n`);
    assert.equal(plan?.shims, [], netmode);
  }
});

test.run();
