/**
 * What depends on the versions of the engine and Compose, on both sides; engine/versions.test.ts asks the engines
 * themselves.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineNetwork, Facts, HostInterface } from '../../../src/plan/facts/facts.ts';
import { isOlder, isOnePerParent, tooOldFor } from '../../../src/plan/facts/versions.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const withVersions = (engine: string, compose: string, more: Partial<Facts['engine']> = {}): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, version: engine, ...more },
  compose: { version: compose },
});
const newest = withVersions('28.5.2', '2.40.3');

for (const [version, than, expected] of [
  ['26.1.5', '27.0.1', true],
  ['27.0.1', '27.0.1', false],
  ['28.0', '28.0.0', false],
  ['20.10.24+dfsg1', '25.0', true],
  ['2.26.1-4', '2.33', true],
  ['2.9.0', '2.33', true],
] as const) {
  test(`${version} is ${expected ? '' : 'not '}older than ${than}`, () => assert.is(isOlder(version, than), expected));
}

for (const [key, engine, compose, expected] of [
  ['gw_priority', '28.0.0', '2.33.0', undefined],
  ['gw_priority', '27.5.1', '2.40.3', 'this engine is 27.5.1, which does not know gw_priority'],
  ['gw_priority', '28.5.2', '2.26.1', 'Docker Compose is 2.26.1, which does not know gw_priority'],
  ['interface_name', '28.0.4', '2.40.3', 'this engine is 28.0.4, which does not know interface_name'],
  ['interface_name', '28.1.0', '2.36.0', undefined],
  ['mac_address', '25.0.0', '2.24.4', undefined],
  ['mac_address', '20.10.24', '2.40.3', 'this engine is 20.10.24, which does not know mac_address'],
] as const) {
  test(`${key}, engine ${engine}, Compose ${compose}`, () =>
    assert.is(tooOldFor(key, withVersions(engine, compose))?.message, expected));
}

test('what nobody looked at, or counts in another way, is not too old', () => {
  assert.is(tooOldFor('mac_address', {}), undefined);
  assert.is(tooOldFor('mac_address', withVersions('5.4.2', '2.40.3', { kind: 'podman' })), undefined);
  assert.is(isOnePerParent('macvlan', {}), false);
  assert.is(isOnePerParent('ipvlan', {}), true);
});

/* Keys of a service's network. */

const keyed = (key: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, ${key} } }\n`;

for (const [key, facts, expected] of [
  [
    'mac_address: "02:42:c0:a8:01:35"',
    withVersions('20.10.24', '2.26.1'),
    [
      'error engine/too-old: "web" has mac_address on the network "macvlan_eth0", but this engine is ' +
        '20.10.24, which does not know mac_address',
    ],
  ],
  ['mac_address: "02:42:c0:a8:01:35"', withVersions('26.1.5', '2.26.1'), []],
  [
    'interface_name: lan0',
    withVersions('26.1.5', '2.40.3'),
    [
      'error engine/too-old: "web" has interface_name on the network "macvlan_eth0", but this engine is ' +
        '26.1.5, which does not know interface_name',
    ],
  ],
  [
    'interface_name: lan0',
    withVersions('28.5.2', '2.26.1'),
    [
      'error engine/too-old: "web" has interface_name on the network "macvlan_eth0", but Docker Compose ' +
        'is 2.26.1, which does not know interface_name',
    ],
  ],
  ['interface_name: lan0', newest, []],
  ['interface_name: lan0', { version: 1 }, []],
] as const) {
  test(
    `${key}: engine ${facts.version && 'engine' in facts ? facts.engine!.version : 'unknown'}, ` +
      `${expected.length} faults`,
    () => {
      const offline = !('engine' in facts);
      const text = offline ? keyed(`${key}, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1`) : keyed(key);
      assert.equal(told(planTexts(text, { facts })), expected);
    },
  );
}

/* The default route. */

interface Route {
  readonly name: string;
  readonly project?: string;
  readonly bridge: string;
  readonly settings?: string;
  readonly more?: string;
  /** What is said where engine or Compose knows no priorities; nothing where Docker does right by itself. */
  readonly old?: string;
  /** What is said even where both know them. */
  readonly always?: string;
  /** Priorities that the newest engine is given. */
  readonly given: Readonly<Record<string, number>>;
}

const routes: readonly Route[] = [
  {
    name: 'the bridge sorts first',
    bridge: 'backend:',
    old: 'warning service/default-route: "web" leaves by the network "backend", not by "lan"',
    given: { lan: 1 },
  },
  { name: 'the underlay sorts first', project: 'zoo', bridge: 'backend:', given: { lan: 1 } },
  { name: 'an internal bridge is never the way out', bridge: 'backend: { internal: true }', given: { lan: 1 } },
  {
    name: 'IPv6 comes before priorities and names',
    project: 'zoo',
    bridge: 'backend: { enable_ipv6: true }',
    always:
      'warning service/default-route: "web" leaves by the network ' +
      '"backend", not by "lan": Docker prefers a network that has IPv6',
    given: { lan: 1 },
  },
  {
    name: 'loopback, and the underlay has IPv6',
    bridge: 'backend:',
    settings:
      'host_access: loopback, subnet: [192.168.1.0/24, "fd00:1::/64"], gateway: [192.168.1.1], ip_range: ' +
      '[192.168.1.192/27, "fd00:1::c0/123"]',
    more: 'ports: ["8080:80"]',
    always: 'error service/default-route: "web" leaves by the network "lan", not by "backend": Docker prefers',
    given: { backend: 1 },
  },
  {
    name: 'both have IPv6',
    bridge: 'backend: { enable_ipv6: true }',
    settings:
      'subnet: [192.168.1.0/24, "fd00:1::/64"], gateway: [192.168.1.1], ip_range: [192.168.1.192/27, ' +
      '"fd00:1::c0/123"], host_access: none',
    old: 'warning service/default-route: "web" leaves by the network "backend", not by "lan": this engine',
    given: { lan: 1 },
  },
  {
    name: "a priority of the file's, by an internal bridge",
    bridge: 'backend: { internal: true }',
    more: 'networks: { backend: { gw_priority: 5 } }',
    always:
      'warning service/default-route: "web" leaves by the network "lan", not by "backend": Docker lets ' +
      'no container leave by an internal network',
    given: { backend: 5 },
  },
  {
    name: 'loopback, and the bridge sorts first',
    bridge: 'backend:',
    settings: 'host_access: loopback',
    given: { backend: 1 },
  },
  {
    name: 'loopback, and the underlay sorts first',
    project: 'zoo',
    bridge: 'backend:',
    settings: 'host_access: loopback',
    more: 'ports: ["8080:80"]',
    old: 'error service/default-route: "web" leaves by the network "lan", not by "backend"',
    given: { backend: 1 },
  },
  {
    name: 'loopback without a port to lose',
    project: 'zoo',
    bridge: 'backend:',
    settings: 'host_access: loopback',
    old: 'warning service/default-route: "web" leaves by the network "lan", not by "backend"',
    given: { backend: 1 },
  },
  {
    name: "a priority of the file's, by the underlay",
    bridge: 'backend:',
    more: 'x-netmode: { network: lan, gw_priority: 5 }',
    old: 'warning service/default-route: "web" leaves by the network "backend", not by "lan"',
    given: { lan: 5 },
  },
  {
    name: "a priority of the file's, by the bridge",
    bridge: 'backend:',
    more: 'networks: { backend: { gw_priority: 5 } }',
    given: { backend: 5 },
  },
];

for (const { name, project = 'able', bridge, settings = '', more = '', always, old = always, given } of routes) {
  const web = [
    'image: x',
    ...(more.includes('networks:') ? [] : ['networks: [backend]']),
    ...(more.includes('x-netmode') ? [] : ['x-netmode: { network: lan }']),
    more,
  ]
    .filter(Boolean)
    .join(', ');
  const text =
    `name: ${project}\nservices:\n  web: { ${web} }\nnetworks:\n  ${bridge}\n  lan: { ` +
    `x-netmode: { mode: ` +
    `macvlan${settings.includes('ip_range') ? '' : ', ip_range: 192.168.1.192/27'}${settings && `, ${settings}`} } }\n`;
  const priorities = (facts: Facts) => {
    const outcome = planTexts(text, { facts });
    const attached = [...outcome.plan!.services.get('web')!.networks.values()];
    const said = told(outcome).filter((line) => line.includes('default-route'));
    return {
      said,
      given: Object.fromEntries(
        attached.flatMap(({ network, gwPriority }) => (gwPriority ? [[network, gwPriority.value]] : [])),
      ),
    };
  };
  const says = ({ said }: { readonly said: readonly string[] }, line: string | undefined) => {
    assert.is(said.length, line === undefined ? 0 : 1, said.join('\n'));
    if (line !== undefined) assert.ok(said[0]!.startsWith(line), said[0]);
  };
  test(`default route: ${name}, newest`, () => {
    const actual = priorities(newest);
    assert.equal(actual.given, given);
    says(actual, always);
  });
  for (const facts of [
    withVersions('20.10.24', '2.26.1'),
    withVersions('26.1.5', '2.40.3'),
    withVersions('28.5.2', '2.26.1'),
  ]) {
    test(`default route: ${name}, engine ${facts.engine!.version}, Compose ${facts.compose!.version}`, () => {
      const actual = priorities(facts);
      assert.equal(actual.given, {});
      says(actual, old);
    });
  }
}

/* Several macvlan networks on one parent. */

const network = (name: string, options: Readonly<Record<string, string>> = {}): EngineNetwork => ({
  id: name,
  name,
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0', ...options },
  labels: {},
  pools: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1', auxiliaryAddresses: {} }],
});
const shim = (name: string, alias: string): HostInterface => ({
  name,
  index: 9,
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  kind: 'macvlan',
  link: 'eth0',
  mode: 'bridge',
  group: 28259,
  alias,
  addresses: [],
});
const pools = 'ip_range: 192.168.1.192/27';
const onEth0 = (more = '') =>
  `name: shop\nservices:\n  web: { image: x, x-netmode: { mode: macvlan, scope: project, ${pools}${more} } }\n`;
const passthru = onEth0(', flag: passthru, host_access: none');

for (const [name, text, version, theirs, expected] of [
  [
    'beside another, 26',
    onEth0(),
    '26.1.5',
    network('other'),
    [
      'error parent/taken-by-network: eth0 is taken by the Docker ' +
        'network "other": a parent carries one macvlan network',
    ],
  ],
  ['beside another, 27', onEth0(), '27.0.1', network('other'), []],
  [
    'passthru beside another, 26',
    passthru,
    '26.1.5',
    network('other'),
    [
      'error parent/taken-by-network: eth0 is taken by the Docker ' +
        'network "other": a parent carries one macvlan network',
    ],
  ],
  [
    'passthru beside another, 28',
    passthru,
    '28.5.2',
    network('other'),
    ['error parent/passthru-exclusive: eth0 carries the macvlan network "other", and passthru has its parent alone'],
  ],
  [
    'beside a passthru, 28',
    onEth0(),
    '28.5.2',
    network('other', { macvlan_mode: 'passthru' }),
    ['error parent/passthru-exclusive: eth0 carries the macvlan network "other", and passthru has its parent alone'],
  ],
] as const) {
  test(`macvlan ${name}`, () =>
    assert.equal(told(planTexts(text, { facts: withVersions(version, '2.40.3', { networks: [theirs] }) })), expected));
}

const two = `name: shop
services:
  web: { image: x, x-netmode: { network: a } }
  app: { image: x, x-netmode: { network: b } }
networks:
  a: { x-netmode: { mode: macvlan, scope: project, ${pools} } }
  b: { x-netmode: { mode: macvlan, scope: project, subnet: 10.8.0.0/24, gateway: 10.8.0.1, ip_range: 10.8.0.192/27 } }
`;

test('two macvlan networks of one project on one parent, 26', () => {
  assert.equal(told(planTexts(two, { facts: withVersions('26.1.5', '2.26.1') })), [
    'error netmode/conflicting-network: networks "a" and "b" are both on eth0, which carries one macvlan network',
  ]);
});

const shimNames = (text: string, facts: Facts) =>
  planTexts(text, { facts }).plan?.shims.map((one) => `${one.name} ${one.network}`);
const other = /^nc-[0-9a-z]{7} /;

test('two macvlan networks of one project on one parent, 28: each has a shim of its own', () => {
  assert.equal(told(planTexts(two, { facts: newest })), []);
  const [first, second] = shimNames(two, newest)!;
  assert.is(first, 'nc-eth0 shop_a');
  assert.match(second!, other);
});

const withShims = (networks: readonly EngineNetwork[], ...shims: readonly HostInterface[]): Facts => ({
  ...withVersions('28.5.2', '2.40.3', { networks }),
  host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, ...shims] },
});

test("a shim has the parent's name, but where another network's has it", () => {
  assert.equal(shimNames(onEth0(), newest), ['nc-eth0 shop_macvlan_eth0']);
  assert.equal(shimNames(onEth0(), withShims([], shim('nc-eth0', 'netcompose:shop_macvlan_eth0'))), [
    'nc-eth0 shop_macvlan_eth0',
  ]);
  const [beside] = shimNames(onEth0(), withShims([network('other')], shim('nc-eth0', 'netcompose:other')))!;
  assert.match(beside!, other);
  // Its network is gone, so it is made anew.
  assert.equal(shimNames(onEth0(), withShims([], shim('nc-eth0', 'netcompose:other'))), ['nc-eth0 shop_macvlan_eth0']);
  // The other has left: the name that it has is kept.
  assert.equal(shimNames(onEth0(), withShims([], shim(beside!.split(' ')[0]!, 'netcompose:shop_macvlan_eth0'))), [
    beside,
  ]);
});

test.run();
