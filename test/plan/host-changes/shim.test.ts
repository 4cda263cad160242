/** The shim's network by Docker's own name, and its ways to containers whose addresses Docker has chosen. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, Facts } from '../../../src/plan/facts/facts.ts';
import { blockOf, formatAddress, formatCidr } from '../../../src/plan/facts/ip.ts';
import { actionsToContainers, leadsToContainers } from '../../../src/plan/host-changes/host-actions.ts';
import { hasUnknownTargets } from '../../../src/plan/host-changes/targets.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

/** The routes of the one shim, as text. */
const routesOf = (plan: Plan | undefined) =>
  plan?.shims[0]?.routes.map(({ destination, source }) => ({
    destination: formatCidr(destination),
    ...(source && { source: formatAddress(source) }),
  }));

const withNetwork = (lan: string) =>
  `name: shop\nservices:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: ${lan}\n`;
const pools = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/30';
const native = 'driver: ipvlan, driver_opts: { parent: eth0, ipvlan_mode: l2 }, x-netmode: { host_access: shim }';

for (const [name, lan, expected] of [
  ['shared', `{ x-netmode: { mode: ipvlan-l2, ${pools} } }`, 'netcompose-eth0'],
  ["the project's", `{ x-netmode: { mode: ipvlan-l2, scope: project, ${pools} } }`, 'shop_lan'],
  [
    "the project's, with a name",
    `{ name: office, x-netmode: { mode: ipvlan-l2, scope: project, ${pools} } }`,
    'office',
  ],
  ['native', `{ ${native}, ipam: { config: [{ ${pools} }] } }`, 'shop_lan'],
] as const) {
  test(`whose shim it is: ${name}`, () => {
    const { plan } = planTexts(withNetwork(lan), { facts: lanFacts });
    assert.equal(
      plan?.shims.map(({ network }) => network),
      [expected],
    );
  });
}

for (const [name, file, said] of [
  [
    'a network',
    withNetwork(`{ name: "of fice", x-netmode: { mode: ipvlan-l2, parent: eth0, scope: project, ${pools} } }`),
    /a shim cannot be marked with the name "of fice"/,
  ],
  [
    'a parent, by which the shared network is named',
    `services:\n  web: { image: x, x-netmode: { mode: ipvlan-l2, parent: en+0, ${pools} } }\n`,
    /Docker takes no network named after "en\+0"/,
  ],
] as const) {
  test(`the name of ${name} that no command may take is reported, and no action is made of it`, () => {
    const { plan, diagnostics } = planTexts(file, { facts: { version: 1 } });
    assert.equal([plan?.shims, plan?.actions], [[], []]);
    const named = diagnostics.sorted().filter(({ rule }) => rule === 'netmode/invalid-value');
    assert.is(named.length, 1);
    assert.match(named[0]!.message, said);
  });
}

for (const [what, service, expected] of [
  ['ipvlan L2 in a /30', 'mode: ipvlan-l2, vlan: 7, subnet: 10.7.0.0/30, gateway: 10.7.0.1, ipv4_address: 10.7.0.2', 1],
  ['ipvlan L2 in a /29', 'mode: ipvlan-l2, vlan: 7, subnet: 10.7.0.0/29, ip_range: 10.7.0.4/30', 0],
  ['macvlan in a /30', 'mode: macvlan, vlan: 7, subnet: 10.7.0.0/30, gateway: 10.7.0.1, ipv4_address: 10.7.0.2', 0],
  ['no shim', 'mode: ipvlan-l2, vlan: 7, subnet: 10.7.0.0/30, ipv4_address: 10.7.0.2, host_access: none', 0],
] as const) {
  test(`a subnet without an address for the shim is reported: ${what}`, () => {
    const { diagnostics } = planTexts(`services:\n  web: { image: x, x-netmode: { ${service} } }\n`, {
      facts: lanFacts,
    });
    const found = diagnostics
      .sorted()
      .filter(({ message }) => message.includes('the shim needs an address of its own'));
    assert.equal(
      found.map(({ rule, help }) => [rule, help]),
      Array(expected).fill([
        'address/range-exhausted',
        'use a larger subnet, or do without a shim: "host_access: none"',
      ]),
    );
  });
}

const container = (id: string, ipv4: string, running = true): EngineContainer => ({
  id,
  name: id,
  running,
  networkMode: 'shop_lan',
  networks: { shop_lan: { ipv4 } },
  ports: [],
});
const running: Facts = {
  ...lanFacts,
  host: { ...lanFacts.host!, rpFilter: { all: 0, eth0: 0 } },
  engine: {
    ...lanFacts.engine!,
    containers: [container('a', '192.168.1.3'), container('b', '192.168.1.2'), container('c', '192.168.1.4', false)],
  },
};

test('without a range, each running container has a route of its own', () => {
  const { plan } = planTexts(
    withNetwork(`{ ${native}, ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] } }`),
    {
      facts: running,
    },
  );
  assert.equal(routesOf(plan), [
    { destination: '192.168.1.2/32', source: '192.168.1.10' },
    { destination: '192.168.1.3/32', source: '192.168.1.10' },
  ]);
  assert.equal(
    plan?.shims[0]?.neighbours.map(({ address, mac }) => [formatAddress(address), mac]),
    [
      ['192.168.1.2', '52:54:00:12:34:56'],
      ['192.168.1.3', '52:54:00:12:34:56'],
    ],
  );
  assert.ok(hasUnknownTargets(plan!.networks.get('lan')!));
});

test('what leads to the containers of now is what would have been decided with them', () => {
  const facts = (containers: readonly EngineContainer[]): Facts => ({
    ...running,
    engine: { ...running.engine!, containers },
  });
  const before = facts([container('a', '192.168.1.3'), container('gone', '192.168.1.7')]);
  const now = facts([
    container('a', '192.168.1.3'),
    container('new', '192.168.1.9'),
    container('off', '192.168.1.8', false),
  ]);
  for (const mode of ['ipvlan', 'macvlan']) {
    const text = withNetwork(
      `{ driver: ${mode}, driver_opts: { parent: eth0 }, x-netmode: { host_access: shim }, ` +
        'ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] } }',
    ).replace('networks: [lan]', 'networks: { lan: { ipv4_address: 192.168.1.40 } }');
    const leading = actionsToContainers(planTexts(text, { facts: before }).plan!, now.engine!);
    assert.equal(leading, planTexts(text, { facts: now }).plan!.actions.filter(leadsToContainers));
    assert.equal(
      leading.flatMap((action) => (action.kind === 'add-shim-route' ? formatCidr(action.destination) : [])),
      ['192.168.1.3/32', '192.168.1.40/32', '192.168.1.9/32'],
    );
  }
});

test('with a range, only what runs outside it has a route of its own', () => {
  const containers = [
    container('a', '192.168.1.225'),
    container('b', '192.168.1.9'),
    container('c', '192.168.1.8', false),
  ];
  const { plan } = planTexts(withNetwork(`{ ${native}, ipam: { config: [{ ${pools} }] } }`), {
    facts: { ...running, engine: { ...running.engine!, containers } },
  });
  assert.equal(routesOf(plan), [
    { destination: '192.168.1.224/30', source: '192.168.1.10' },
    { destination: '192.168.1.9/32', source: '192.168.1.10' },
  ]);
  assert.not(hasUnknownTargets(plan!.networks.get('lan')!));
});

for (const [range, addresses, neighbours] of [
  ['10.0.4.0/24', [], 256],
  ['10.0.4.0/23', ['10.0.5.255/32'], 0],
] as const) {
  test(`${range}: ${neighbours} addresses are written down`, () => {
    const parent = { ...lanFacts.host!.interfaces[1]!, addresses: ['10.0.0.10/16'] };
    const facts = { ...lanFacts, host: { ...lanFacts.host!, interfaces: [parent], rpFilter: { all: 0 } } };
    const text =
      `services:\n  web: { image: x, x-netmode: { mode: ipvlan-l2, parent: eth0, subnet: ` +
      `10.0.0.0/16, gateway: 10.0.0.1, ip_range: ${range} } }\n`;
    const { plan } = planTexts(text, { facts });
    assert.equal(
      plan?.shims[0]?.addresses.map((address) => formatCidr(blockOf(address))),
      addresses,
    );
    assert.is(plan?.shims[0]?.neighbours.length, neighbours);
  });
}

test.run();
