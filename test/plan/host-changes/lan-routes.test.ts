/** The routes that the LAN's router needs to layer 3 networks. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planJson } from '../../../src/emit/text/plan-json.ts';
import { lanRouteCommand } from '../../../src/plan/actions/argv.ts';
import type { EngineNetwork, Facts, HostInterface, HostRoute } from '../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { directory, lanFacts, planTexts } from '../../support/in-memory.ts';

const on = (netmode: string) => `services:\n  web: { image: x, x-netmode: ${netmode} }\n`;
const withNetwork = (lan: string) => `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: ${lan}\n`;
const native = (more: string) =>
  withNetwork(
    `{ driver: ipvlan, driver_opts: { parent: eth0, ipvlan_mode: ` +
      `l3 }, ipam: { config: [{ subnet: 10.7.1.0/24 }] }, ${more} }`,
  );
const both = 'subnet: [10.7.1.0/24, "fd00:7::/64"]';

/** `lan: ip route add …`, with the networks in front. */
function routes(text: string, facts: Facts = lanFacts): readonly string[] {
  const { plan } = planTexts(text, { facts });
  return plan!.lanRoutes.map((route) => `${route.networks.join(' ')}: ${lanRouteCommand(route).join(' ')}`);
}

const v4 = 'ip route add 10.7.1.0/24 via 192.168.1.10';
const v6 = 'ip -6 route add fd00:7::/64 via fd00:1::10';

for (const [name, text, expected] of [
  ['a found subnet', on('ipvlan-l3'), ['ipvlan-l3_eth0: ip route add 10.87.36.0/24 via 192.168.1.10']],
  ['L3S', on('{ mode: ipvlan-l3s, subnet: 10.7.1.0/24 }'), [`ipvlan-l3s_eth0: ${v4}`]],
  [
    'both families, IPv4 first',
    on('{ mode: ipvlan-l3, subnet: ["fd00:7::/64", 10.7.1.0/24] }'),
    [`ipvlan-l3_eth0: ${v4}`, `ipvlan-l3_eth0: ${v6}`],
  ],
  [
    'another parent',
    on('{ mode: ipvlan-l3, parent: eth1, subnet: 10.7.1.0/24 }'),
    ['ipvlan-l3_eth1: ip route add 10.7.1.0/24 via 10.20.0.5'],
  ],
  [
    'a parent without IPv6',
    on(`{ mode: ipvlan-l3, parent: eth1, ${both} }`),
    ['ipvlan-l3_eth1: ip route add 10.7.1.0/24 via 10.20.0.5', 'ipvlan-l3_eth1: ip -6 route add fd00:7::/64 via'],
  ],
  [
    'a VLAN that is still to be made',
    on('{ mode: ipvlan-l3, vlan: 10, subnet: 10.7.1.0/24 }'),
    ['ipvlan-l3_eth0.10: ip route add 10.7.1.0/24 via'],
  ],
  [
    'without access of the host',
    on('{ mode: ipvlan-l3, subnet: 10.7.1.0/24, host_access: none }'),
    [`ipvlan-l3_eth0: ${v4}`],
  ],
  ["the project's", on('{ mode: ipvlan-l3, subnet: 10.7.1.0/24, scope: project }'), [`ipvlan-l3_eth0: ${v4}`]],
  ['native', native(''), [`lan: ${v4}`]],
  ['native, with bits of a host', native('').replace('10.7.1.0/24', '10.7.1.9/24'), [`lan: ${v4}`]],
  ['native, internal: its containers could not answer', native('internal: true'), []],
  [
    'native, without a parent',
    withNetwork('{ driver: ipvlan, driver_opts: { ipvlan_mode: l3 }, ipam: { config: [{ subnet: 10.7.1.0/24 }] } }'),
    [],
  ],
  [
    'native, with a subnet that Docker will choose',
    withNetwork('{ driver: ipvlan, driver_opts: { parent: eth0, ipvlan_mode: l3 } }'),
    [],
  ],
  ['not at layer 2', on('ipvlan-l2'), []],
  ['not inside the LAN, where no route helps', on('{ mode: ipvlan-l3, subnet: 192.168.1.128/25 }'), []],
  [
    'not for a network that nobody is on',
    `${on('none')}networks:\n  lan: { x-netmode: { mode: ipvlan-l3, subnet: 10.7.1.0/24 } }\n`,
    [],
  ],
  ['not for a service that is not started', on('ipvlan-l3').replace('image: x', 'image: x, profiles: [later]'), []],
] as const) {
  test(name, () => assert.equal(routes(text), expected));
}

test('sorted by parent, then by number', () => {
  const text = 'services:\n  web: { image: x, networks: [a, b, c] }\nnetworks:\n'.concat(
    ...[
      ['a', 'eth1', '10.7.1.0/24'],
      ['b', 'eth0', '10.70.0.0/16'],
      ['c', 'eth0', '10.8.0.0/16'],
    ].map(
      ([key, parent, subnet]) =>
        `  ${key}: { driver: ipvlan, driver_opts: { parent: ${parent}, ipvlan_mode: l3 }, ipam: { config: ` +
        `[{ subnet: ${subnet} }] } }\n`,
    ),
  );
  assert.equal(routes(text), [
    'c: ip route add 10.8.0.0/16 via 192.168.1.10',
    'b: ip route add 10.70.0.0/16 via 192.168.1.10',
    'a: ip route add 10.7.1.0/24 via 10.20.0.5',
  ]);
});

const shared: EngineNetwork = {
  id: 'a1',
  name: 'netcompose-eth0',
  driver: 'ipvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0', ipvlan_mode: 'l3' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [{ subnet: '10.7.1.0/24', auxiliaryAddresses: {} }],
};
const external =
  'services:\n  web: { image: x, x-netmode: ipvlan-l3 }\n  api: { image: x, networks: [old] ' +
  '}\nnetworks:\n  old: { name: netcompose-eth0, external: true }\n';
const withShared = (changes: Partial<EngineNetwork>): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, networks: [{ ...shared, ...changes }] },
});

test('two keys of one Docker network are one route', () => {
  assert.equal(routes(external, withShared({})), [`ipvlan-l3_eth0 old: ${v4}`]);
});

test('an external network that is internal', () => {
  const text = 'services:\n  api: { image: x, networks: [old] }\nnetworks:\n  old: { external: true }\n';
  assert.equal(routes(text, withShared({ name: 'old' })), [`old: ${v4}`]);
  assert.equal(routes(text, withShared({ name: 'old', internal: true })), []);
});

/** eth0 with these addresses, behind this router. */
function host(
  addresses: readonly string[],
  { gateway, passing }: { gateway?: string; passing?: readonly string[] } = {},
): Facts {
  const [eth0] = lanFacts.host!.interfaces.filter(({ name }) => name === 'eth0');
  const one: HostInterface = { ...eth0!, addresses, ...(passing && { passing }) };
  const route: HostRoute = {
    destination: 'default',
    family: 4,
    interface: 'eth0',
    ...(gateway !== undefined && { gateway }),
  };
  return { ...lanFacts, host: { ...lanFacts.host!, interfaces: [one], routes: [route] } };
}

for (const [name, facts, expected] of [
  ['the first of several', host(['192.168.1.10/24', '192.168.1.11/24']), '192.168.1.10'],
  [
    "one of the router's own subnet first",
    host(['172.16.0.9/16', '192.168.1.10/24'], { gateway: '192.168.1.1' }),
    '192.168.1.10',
  ],
  ['none that the LAN gave itself', host(['169.254.7.7/16']), undefined],
  ['none of the other family', host(['fd00:1::10/64']), undefined],
] as const) {
  test(`IPv4, via: ${name}`, () => {
    const { plan } = planTexts(on('{ mode: ipvlan-l3, parent: eth0, subnet: 10.7.1.0/24 }'), { facts });
    assert.equal(
      plan!.lanRoutes.map(({ via }) => via && formatAddress(via)),
      [expected],
    );
  });
}

for (const [name, facts, expected] of [
  [
    'a temporary address is the last choice',
    host(['2001:db8::1234/64', '2001:db8::10/64'], { passing: ['2001:db8::1234/64'] }),
    '2001:db8::10',
  ],
  [
    'a temporary address where there is no other',
    host(['2001:db8::1234/64'], { passing: ['2001:db8::1234/64'] }),
    '2001:db8::1234',
  ],
  ['a unique local address before a global one', host(['2001:db8::10/64', 'fd00:1::10/64']), 'fd00:1::10'],
  [
    'a global address that stays before a unique local one that goes',
    host(['fd00:1::1234/64', '2001:db8::10/64'], { passing: ['fd00:1::1234/64'] }),
    '2001:db8::10',
  ],
  ['never a link-local one', host(['fe80::5054:ff:fe12:3456/64']), undefined],
] as const) {
  test(`IPv6, via: ${name}`, () => {
    const { plan } = planTexts(on('{ mode: ipvlan-l3, parent: eth0, subnet: "fd00:7::/64" }'), { facts });
    assert.equal(
      plan!.lanRoutes.map(({ via }) => via && formatAddress(via)),
      [expected],
    );
  });
}

const json = (text: string, facts?: Facts): unknown =>
  JSON.parse(planJson(planTexts(text, facts && { facts }).plan!, [], directory)).routes;

test('as JSON', () => {
  assert.equal(json(on(`{ mode: ipvlan-l3, ${both} }`), lanFacts), [
    { destination: '10.7.1.0/24', via: '192.168.1.10', networks: ['ipvlan-l3_eth0'], command: v4.split(' ') },
    { destination: 'fd00:7::/64', via: 'fd00:1::10', networks: ['ipvlan-l3_eth0'], command: v6.split(' ') },
  ]);
  assert.equal(json(on('bridge')), []);
});

test('as JSON, where nobody looked at the host: no command', () => {
  assert.equal(json(on('{ mode: ipvlan-l3, parent: eth0, subnet: 10.7.1.0/24 }')), [
    { destination: '10.7.1.0/24', networks: ['ipvlan-l3_eth0'] },
  ]);
});

test('a parent that is left open has no router yet', () => {
  assert.equal(routes(on('ipvlan-l3'), { version: 1 }), []);
  assert.equal(routes(on('{ mode: ipvlan-l3, vlan: 10 }'), { version: 1 }), []);
});

test.run();
