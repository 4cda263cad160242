/** Networks that cannot be on one parent together, or have one subnet: two of a project, or one and the engine's. */
import countBy from 'lodash/countBy.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineFacts, EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const rules = /^(?:parent\/(?:driver-clash|mode-clash|passthru-exclusive|taken-by-network)|subnet\/|netmode\/conf)/;

const reported = (text: string, facts: Facts = lanFacts) =>
  planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rules.test(rule));
const told = (text: string, facts?: Facts) => reported(text, facts).map(({ rule, message }) => `${rule}: ${message}`);

/** Two networks of their own, `a` and `b`, on eth1, each with a service. */
const two = (a: string, b: string) =>
  'services:\n  web: { image: x, x-netmode: { network: a } }\n  db: { image: x, x-netmode: { network: b } }\n' +
  `networks:\n  a: { x-netmode: { scope: project, ${a} } }\n  b: { x-netmode: { scope: project, ${b} } }\n`;
const eth1 = (rest: string, part = 64) =>
  `parent: eth1, subnet: 10.20.0.0/16, gateway: 10.20.0.1, ip_range: 10.20.1.${part}/26, ${rest}`;
const vlan = (id: number, rest: string) =>
  `parent: eth1, vlan: ${id}, subnet: 10.${id}.0.0/24, gateway: 10.${id}.0.1, ip_range: 10.${id}.0.64/26, ${rest}`;
const engine = (version: string): Facts => ({ ...lanFacts, engine: { ...lanFacts.engine!, version } });
const both = 'networks "a" and "b" are both on eth1';

/** Two networks as Docker knows them, `a` and `b`, each with a service. */
const natives = (a: string, b: string) =>
  'services:\n  web: { image: x, networks: [a] }\n  db: { image: x, networks: [b] }\n' +
  `networks:\n  a: { ${a} }\n  b: { ${b} }\n`;
const ipam = (...subnets: readonly string[]) =>
  `ipam: { config: [${subnets.map((subnet) => `{ subnet: "${subnet}" }`).join(', ')}] }`;
const onEth1 = (driver: string) => `driver: ${driver}, driver_opts: { parent: eth1 }`;

for (const [name, text, expected, facts] of [
  [
    'macvlan beside ipvlan',
    two(eth1('mode: macvlan'), eth1('mode: ipvlan-l2', 128)),
    [`parent/driver-clash: ${both}, one macvlan and one ipvlan, which the kernel refuses together`],
  ],
  [
    'two modes of ipvlan',
    two(eth1('mode: ipvlan-l2'), 'mode: ipvlan-l3, parent: eth1, subnet: 10.9.0.0/24'),
    [`parent/mode-clash: ${both}, one ipvlan-l2 and one ipvlan-l3: the last to start changes the other's mode`],
  ],
  [
    'two flags of ipvlan',
    two(eth1('mode: ipvlan-l2'), eth1('mode: ipvlan-l2, flag: private', 128)),
    [`parent/mode-clash: ${both}, one ipvlan-l2 and one ipvlan-l2 private: the last to start changes the other's mode`],
  ],
  [
    'ipvlan twice',
    two(eth1('mode: ipvlan-l2'), eth1('mode: ipvlan-l2', 128)),
    [`netmode/conflicting-network: ${both}, which carries one ipvlan network`],
  ],
  ['macvlan twice', two(eth1('mode: macvlan'), vlan(30, 'mode: macvlan').replace('vlan: 30, ', '')), []],
  [
    'macvlan twice, on an older engine',
    two(eth1('mode: macvlan'), vlan(30, 'mode: macvlan').replace('vlan: 30, ', '')),
    [`netmode/conflicting-network: ${both}, which carries one macvlan network`],
    engine('26.1.5'),
  ],
  [
    'passthru first',
    two(eth1('mode: macvlan, flag: passthru'), eth1('mode: macvlan', 128)),
    [`parent/passthru-exclusive: ${both}, and passthru has its parent alone`],
  ],
  [
    'passthru last',
    two(eth1('mode: macvlan'), eth1('mode: macvlan, flag: passthru', 128)),
    [`parent/passthru-exclusive: ${both}, and passthru has its parent alone`],
  ],
  [
    'two names of the one that all projects share',
    'services:\n  web: { image: x, x-netmode: { network: a } }\n  db: { image: x, x-netmode: { network: b } }\n' +
      `networks:\n  a: { x-netmode: { ${eth1('mode: macvlan')} } }\n  b: { x-netmode: { ${eth1('mode: macvlan')} } }\n`,
    [`netmode/conflicting-network: ${both}, which carries one macvlan network`],
  ],
  ['one on a VLAN', two(eth1('mode: macvlan'), vlan(30, 'mode: ipvlan-l2')), []],
  [
    'two VLANs with one subnet',
    two(vlan(30, 'mode: macvlan'), vlan(30, 'mode: macvlan').replace('vlan: 30', 'vlan: 31')),
    ['subnet/overlap: network "b" (10.30.0.0/24) overlaps network "a" (10.30.0.0/24)'],
  ],
  [
    'two native ones on one parent',
    natives(`${onEth1('ipvlan')}, ${ipam('10.1.0.0/24')}`, `${onEth1('ipvlan')}, ${ipam('10.2.0.0/24')}`),
    [`netmode/conflicting-network: ${both}, which carries one ipvlan network`],
  ],
  [
    'two native ones without a parent: Docker gives each a link of its own',
    natives(`driver: ipvlan, ${ipam('10.1.0.0/24')}`, `driver: macvlan, ${ipam('10.2.0.0/24')}`),
    [],
  ],
  [
    'a bridge with the subnet of a macvlan network',
    natives(ipam('10.1.0.0/24'), `${onEth1('macvlan')}, ${ipam('10.1.0.0/24')}`),
    ['subnet/overlap: network "b" (10.1.0.0/24) overlaps network "a" (10.1.0.0/24)'],
  ],
  [
    'and the other way round',
    natives(`${onEth1('macvlan')}, ${ipam('10.1.0.0/24')}`, ipam('10.1.0.0/24')),
    ['subnet/overlap: network "b" (10.1.0.0/24) overlaps network "a" (10.1.0.0/24)'],
  ],
  [
    'the later one is told, though its subnet begins before',
    natives(ipam('10.9.0.0/24'), ipam('10.8.0.0/15')),
    ['subnet/overlap: network "b" (10.8.0.0/15) overlaps network "a" (10.9.0.0/24)'],
  ],
  [
    'two subnets of one network are its own affair',
    natives(ipam('10.1.0.0/24', '10.1.0.0/25'), ipam('10.2.0.0/24')),
    [],
  ],
] as readonly (readonly [string, string, readonly string[], Facts?])[]) {
  test(`within a project: ${name}`, () => assert.equal(told(text, facts), expected));
}

test('subnets that overlap are found in whatever order the file has them', () => {
  const subnets = ['fd00::/64', '10.2.0.0/24', '10.1.0.128/25', 'fd00::/65', '10.1.0.0/24', '10.3.0.0/24'];
  const project = (order: readonly string[]) =>
    `services:\n${order.map((_, at) => `  s${at}: { image: x, networks: [n${at}] }\n`).join('')}` +
    `networks:\n${order.map((subnet, at) => `  n${at}: { enable_ipv6: true, ${ipam(subnet)} }\n`).join('')}`;
  const pairs = (order: readonly string[]) =>
    told(project(order)).map((line) => [...line.matchAll(/\((.*?)\)/g)].map(([, subnet]) => subnet).sort());
  for (const at of subnets.keys()) {
    const turned = [...subnets.slice(at), ...subnets.slice(0, at)];
    for (const order of [turned, [...turned].reverse()]) {
      assert.equal(
        pairs(order).sort(),
        [
          ['10.1.0.0/24', '10.1.0.128/25'],
          ['fd00::/64', 'fd00::/65'],
        ],
        order.join(' '),
      );
    }
  }
});

test('of many networks with one subnet each is told of three, of all in a wide one too', () => {
  const many = (first: string) =>
    `services:\n  web: { image: x, networks: [n0] }\nnetworks:\n  n0: { ${ipam(first)} }\n` +
    [1, 2, 3, 4, 5].map((at) => `  n${at}: { ${ipam('10.1.0.0/24')} }\n`).join('');
  const counts = (text: string) => Object.values(countBy(told(text), (line) => /"(n\d)"/.exec(line)![1]));
  assert.equal(counts(many('10.1.0.0/24')), [1, 2, 3, 3, 3]);
  assert.equal(counts(many('10.0.0.0/12')), [1, 2, 3, 3, 3]);
});

const network = (rest: Partial<EngineNetwork>): EngineNetwork => ({
  id: 'n1',
  name: 'office',
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth1', macvlan_mode: 'bridge' },
  labels: {},
  pools: [],
  ...rest,
});
/** Made by netcompose. */
const mine: Partial<EngineNetwork> = {
  name: 'netcompose-eth1',
  labels: { 'netcompose.network': 'netcompose-eth1' },
  pools: [{ subnet: '10.20.0.0/16', gateway: '10.20.0.1', ipRange: '10.20.1.64/26', auxiliaryAddresses: {} }],
};
const container = (rest: Partial<EngineContainer>): EngineContainer => ({
  id: 'c1',
  name: 'printer',
  running: true,
  networkMode: 'office',
  networks: { office: {} },
  ports: [],
  ...rest,
});
const existing = (rest: Partial<EngineNetwork>, more: Partial<EngineFacts> = {}): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, networks: [network(rest)], ...more },
});
const shared = (rest: string) => `services:\n  web: { image: x, x-netmode: { ${eth1(rest)} } }\n`;
const pools = (subnet: string) => ({ pools: [{ subnet, auxiliaryAddresses: {} }] });
const ipvlan = { driver: 'ipvlan', options: { parent: 'eth1', ipvlan_mode: 'l2' } };
const passthru = { options: { parent: 'eth1', macvlan_mode: 'passthru' } };

for (const [name, text, facts, expected] of [
  ['macvlan beside macvlan', shared('mode: macvlan'), existing({}), []],
  [
    'macvlan beside macvlan, on an older engine',
    shared('mode: macvlan'),
    existing({}, { version: '26.1.5' }),
    ['parent/taken-by-network: eth1 is taken by the Docker network "office": a parent carries one macvlan network'],
  ],
  [
    'ipvlan beside ipvlan',
    shared('mode: ipvlan-l2'),
    existing(ipvlan),
    ['parent/taken-by-network: eth1 is taken by the Docker network "office": a parent carries one ipvlan network'],
  ],
  ['ipvlan on another parent', shared('mode: ipvlan-l2'), existing({ ...ipvlan, options: { parent: 'eth0' } }), []],
  ['what nobody uses is not in the way', shared('mode: ipvlan-l2'), existing({}), []],
  [
    'nor what stopped containers use',
    shared('mode: ipvlan-l2'),
    existing({}, { containers: [container({ running: false }), container({ networks: { other: {} } })] }),
    [],
  ],
  [
    'ipvlan beside a macvlan that is in use',
    shared('mode: ipvlan-l2'),
    existing({}, { containers: [container({})] }),
    ['parent/driver-clash: eth1 carries the macvlan network "office", beside which the kernel refuses ipvlan'],
  ],
  [
    'beside passthru',
    shared('mode: macvlan'),
    existing(passthru),
    ['parent/passthru-exclusive: eth1 carries the macvlan network "office", and passthru has its parent alone'],
  ],
  [
    'passthru beside another',
    shared('mode: macvlan, flag: passthru'),
    existing({}),
    ['parent/passthru-exclusive: eth1 carries the macvlan network "office", and passthru has its parent alone'],
  ],
  ['passthru elsewhere', shared('mode: macvlan'), existing({ options: { ...passthru.options, parent: 'eth0' } }), []],
  [
    "one of the project's own",
    shared('mode: ipvlan-l2'),
    existing({ ...ipvlan, labels: { 'com.docker.compose.project': 'project' } }),
    [],
  ],
  [
    'a subnet of another',
    shared('mode: macvlan'),
    existing({ driver: 'bridge', options: {}, ...pools('10.20.4.0/24') }),
    ['subnet/taken-by-network: 10.20.0.0/16 overlaps 10.20.4.0/24 of the Docker network "office"'],
  ],
  [
    'another subnet',
    shared('mode: macvlan'),
    existing({ driver: 'bridge', options: {}, ...pools('10.21.0.0/24') }),
    [],
  ],
  [
    'the shared network has another mode',
    shared('mode: ipvlan-l2'),
    existing({ ...mine, driver: 'ipvlan', options: { parent: 'eth1', ipvlan_mode: 'l3' } }),
    ['parent/mode-clash: eth1 carries the network "netcompose-eth1", which is ipvlan-l3, not ipvlan-l2'],
  ],
  [
    'the shared network has another driver',
    shared('mode: ipvlan-l2'),
    existing({ ...mine }),
    ['parent/driver-clash: eth1 carries the network "netcompose-eth1", which is macvlan, not ipvlan-l2'],
  ],
  [
    'the shared network is something else',
    shared('mode: macvlan'),
    existing({ ...mine, driver: 'bridge', options: {} }),
    ['parent/driver-clash: eth1 carries the network "netcompose-eth1", which is bridge, not macvlan'],
  ],
  [
    'two that were there before are not to be made',
    'services:\n  web: { image: x, networks: [back] }\nnetworks:\n  back: { external: true }\n',
    {
      ...lanFacts,
      engine: {
        ...lanFacts.engine!,
        networks: ['back', 'office'].map((name) =>
          network({ id: name, name, driver: 'bridge', options: {}, ...pools('10.9.0.0/24') }),
        ),
      },
    },
    [],
  ],
  ['the shared network, as it should be', shared('mode: macvlan'), existing({ ...mine }), []],
] as readonly (readonly [string, string, Facts, readonly string[]])[]) {
  test(`against the engine: ${name}`, () => assert.equal(told(text, facts), expected));
}

const native = (rest = '') =>
  'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: bridge\n' +
  `    ipam: { config: [{ subnet: 10.9.0.0/24 }] }\n${rest}`;

test('a native network: its name may be there already, its subnet may not', () => {
  const office = existing({ driver: 'bridge', options: {}, ...pools('10.9.0.0/24') });
  const taken = ['subnet/taken-by-network: 10.9.0.0/24 overlaps 10.9.0.0/24 of the Docker network "office"'];
  assert.equal(told(native(), office), taken);
  assert.equal(told(native('    name: office\n'), office), []);
  assert.equal(
    told(
      'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { external: true, name: office }\n',
      office,
    ),
    [],
  );
  const ipvlanOffice = existing({ ...ipvlan, ...pools('10.9.0.0/24') });
  assert.equal(told(native('    name: office\n').replace('bridge', 'macvlan'), ipvlanOffice), []);
  const annotated = native().replace('networks: [lan]', 'networks: [lan], x-netmode: bridge');
  assert.equal(told(annotated, office), taken);
});

test('the help says who uses what is in the way', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const help = (text: string, rest: Partial<EngineNetwork>) =>
    reported(
      text,
      existing(rest, {
        containers: names.map((name) => container({ name, networks: { [rest.name ?? 'office']: {} } })),
      }),
    ).map((diagnostic) => diagnostic.help);
  assert.equal(help(shared('mode: ipvlan-l2'), {}), [
    'use macvlan here too, or take down what uses it (a, b, c, d, e)',
  ]);
  assert.equal(help(shared('mode: ipvlan-l2'), mine), [
    'use macvlan here too, or take down what uses it (a, b, c, d, e)',
  ]);
  assert.equal(help(shared('mode: macvlan'), { ...mine, driver: 'bridge', options: {} }), [
    'use bridge here too, or take down what uses it (a, b, c, d, e)',
  ]);
  const l3 = { ...mine, driver: 'ipvlan', options: { parent: 'eth1', ipvlan_mode: 'l3' } };
  assert.equal(help(shared('mode: ipvlan-l2'), l3), [
    'use ipvlan-l3 here too, or take down what uses it (a, b, c, d, e)',
  ]);
});

test('the help beside passthru', () => {
  assert.equal(
    reported(shared('mode: macvlan'), existing(passthru)).map((diagnostic) => diagnostic.help),
    ['use another parent (a VLAN is one: "vlan:", with its "subnet:"), or another flag than passthru'],
  );
});

test('the help for a taken subnet: join the network where that is possible', () => {
  const join = 'choose another subnet, or join it: declare it "external: true", and name it with "network:"';
  const help = (driver: string) =>
    reported(shared('mode: macvlan'), existing({ driver, options: {}, ...pools('10.20.0.0/16') }))[0]?.help;
  assert.is(help('macvlan'), join);
  assert.is(help('bridge'), 'choose another subnet');
  const native =
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n' +
    `  lan: { ${onEth1('macvlan')}, ${ipam('10.20.0.0/16')} }\n`;
  assert.is(
    reported(native, existing(pools('10.20.0.0/16')))[0]?.help,
    'choose another subnet, or join it: write "name: office" and "external: true", and nothing else of it',
  );
});

test('the help within a project', () => {
  const help = (a: string, b: string) => reported(two(a, b)).map((diagnostic) => diagnostic.help);
  const elsewhere = 'or another parent (a VLAN is one: "vlan:", with its "subnet:")';
  assert.equal(help(eth1('mode: macvlan'), eth1('mode: ipvlan-l2', 128)), [
    `use one of the two for both, ${elsewhere}`,
  ]);
  assert.equal(help(eth1('mode: ipvlan-l2'), eth1('mode: ipvlan-l2', 128)), ['join the one network: "network: a"']);
  const native = natives(`${onEth1('ipvlan')}, ${ipam('10.1.0.0/24')}`, `${onEth1('ipvlan')}, ${ipam('10.2.0.0/24')}`);
  assert.is(reported(native)[0]?.help, 'list "a" in its place');
});

const l3 = (subnet: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: ipvlan-l3, parent: eth1, subnet: ${subnet} } }\n`;

for (const [subnet, expected] of [
  ['10.20.5.0/24', ["10.20.5.0/24 lies in the LAN's own 10.20.0.0/16"]],
  ['10.16.0.0/12', ["10.16.0.0/12 lies across the LAN's own 10.20.0.0/16"]],
  ['10.21.0.0/24', []],
] as const) {
  test(`layer 3 with the subnet ${subnet}`, () => {
    assert.equal(
      told(l3(subnet)),
      expected.map((line) => `subnet/l3-inside-parent-subnet: ${line}, where nobody answers for layer 3 containers`),
    );
  });
}

test.run();
