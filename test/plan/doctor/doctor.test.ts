import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doctorText } from '../../../src/emit/text/doctor-text.ts';
import { isUnderlay, type Netmode, netmodeNames } from '../../../src/netmode/modes.ts';
import { diagnose } from '../../../src/plan/doctor/doctor.ts';
import type {
  EngineContainer,
  EngineFacts,
  EngineNetwork,
  Facts,
  HostFacts,
  HostInterface,
} from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const facts = (host: Partial<HostFacts> = {}, engine: Partial<EngineFacts> = {}): Facts => ({
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    drivers: { macvlan: 'ready', ipvlan: 'loadable', '8021q': 'ready' },
    privilege: 'root',
    arp: { all: { filter: 0, ignore: 0 } },
    ...host,
  },
  engine: { ...lanFacts.engine!, ...engine },
});
const link = (name: string, rest: Partial<HostInterface>): HostInterface => ({
  name,
  index: 9,
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  addresses: [],
  ...rest,
});
const withLink = (...more: readonly HostInterface[]) => ({ interfaces: [...lanFacts.host!.interfaces, ...more] });
const changed = (name: string, rest: Partial<HostInterface>) => ({
  interfaces: lanFacts.host!.interfaces.map((one) => (one.name === name ? { ...one, ...rest } : one)),
});
const network = (driver: string, options: Readonly<Record<string, string>> = {}, labels = {}): EngineNetwork => ({
  id: '1',
  name: 'old',
  driver,
  scope: 'local',
  internal: false,
  options: { parent: 'eth0', ...options },
  labels,
  pools: [],
});
const lanPool = [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', auxiliaryAddresses: {} }];
const ours = (one: EngineNetwork): EngineNetwork => ({
  ...one,
  name: 'netcompose-eth0',
  labels: { 'netcompose.network': 'netcompose-eth0' },
});
const user: EngineContainer = {
  id: 'a',
  name: 'nas',
  running: true,
  networkMode: 'old',
  networks: { old: {} },
  ports: [],
};

const all = {
  none: 'works',
  bridge: 'works',
  host: 'works',
  macvlan: 'works',
  'ipvlan-l2': 'works',
  'ipvlan-l3': 'works',
  'ipvlan-l3s': 'works',
  overlay: 'works',
};
const ipvlan = (verdict: string) => ({ 'ipvlan-l2': verdict, 'ipvlan-l3': verdict, 'ipvlan-l3s': verdict });
const lan = (verdict: string) => ({ macvlan: verdict, ...ipvlan(verdict) });
const manager = { swarm: 'manager' } as const;

const cases: readonly (readonly [string, Facts, object, string | undefined])[] = [
  ['an ordinary host', facts({}, manager), {}, undefined],
  ['no swarm', facts(), { overlay: 'with-change' }, 'docker swarm init'],
  [
    'no engine',
    { version: 1, host: facts().host! },
    Object.fromEntries(netmodeNames.map((name) => [name, 'unknown'])),
    'docker info',
  ],
  [
    'no Compose',
    { version: 1, host: facts().host!, engine: facts({}, manager).engine! },
    Object.fromEntries(netmodeNames.map((name) => [name, 'with-change'])),
    'install',
  ],
  [
    'Compose too old',
    { ...facts({}, manager), compose: { version: '2.20.3' } },
    Object.fromEntries(netmodeNames.map((name) => [name, 'with-change'])),
    '2.24.4 or newer',
  ],
  [
    'Desktop',
    facts({}, { ...manager, kind: 'desktop' }),
    { ...lan('cannot'), host: 'with-change' },
    'Enable host networking',
  ],
  [
    'rootless',
    facts({}, { ...manager, kind: 'rootless' }),
    { ...lan('cannot'), host: 'cannot', overlay: 'cannot' },
    'fallback',
  ],
  [
    'Podman',
    facts({}, { ...manager, kind: 'podman', version: '5.8.6' }),
    { 'ipvlan-l3': 'cannot', 'ipvlan-l3s': 'cannot', overlay: 'cannot' },
    'use ipvlan-l2',
  ],
  [
    'a Podman without ipvlan',
    facts({}, { ...manager, kind: 'podman', version: '4.3.1' }),
    { ...ipvlan('cannot'), overlay: 'cannot' },
    'use macvlan, or Podman 4.4 or newer',
  ],
  [
    'a Podman that runs as a user',
    facts({}, { ...manager, kind: 'podman', version: '5.8.6', rootless: true }),
    { ...lan('cannot'), host: 'cannot', overlay: 'cannot' },
    'fallback',
  ],
  ['another machine', facts({}, { ...manager, remote: true }), lan('cannot'), 'on that machine'],
  [
    'a kernel without ipvlan',
    facts({ drivers: { macvlan: 'ready', ipvlan: 'missing' } }, manager),
    ipvlan('cannot'),
    'use macvlan instead',
  ],
  [
    'a kernel that does not tell',
    facts({ drivers: { macvlan: 'ready' } }, manager),
    ipvlan('unknown'),
    'modprobe ipvlan',
  ],
  ['no default route', facts({ routes: [] }, manager), lan('with-change'), 'write "parent:"'],
  ['down', facts(changed('eth0', { up: false }), manager), lan('with-change'), 'ip link set dev eth0 up'],
  ['in a bridge', facts(changed('eth0', { master: 'br0' }), manager), lan('with-change'), 'parent: br0'],
  [
    'no address',
    facts(changed('eth0', { addresses: [] }), manager),
    { macvlan: 'with-change', 'ipvlan-l2': 'with-change' },
    'write "subnet:"',
  ],
  [
    'Wi-Fi',
    facts({ routes: [{ destination: 'default', family: 4, interface: 'wlan0' }] }, manager),
    { macvlan: 'cannot' },
    'use ipvlan-l2',
  ],
  ['no sudo', facts({ privilege: 'none' }, manager), lan('with-change'), 'as root'],
  [
    'a macvlan shim',
    facts(withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0', addresses: [] })), manager),
    ipvlan('with-change'),
    'use the netmode that it is of, or another parent',
  ],
  [
    'an ipvlan L3 shim',
    facts(withLink(link('ipv0', { kind: 'ipvlan', mode: 'l3', link: 'eth0' })), manager),
    { macvlan: 'with-change', 'ipvlan-l2': 'with-change', 'ipvlan-l3s': 'with-change' },
    'use the netmode that it is of, or another parent',
  ],
  [
    'a shim of netcompose',
    facts(
      withLink(link('nc-eth0', { kind: 'macvlan', mode: 'bridge', link: 'eth0', alias: 'netcompose:netcompose-eth0' })),
      manager,
    ),
    ipvlan('with-change'),
    'netcompose down',
  ],
  [
    'an ipvlan network',
    facts({}, { ...manager, networks: [network('ipvlan')] }),
    ipvlan('with-change'),
    'join it: declare it "external: true"',
  ],
  [
    'an ipvlan network in use',
    facts({}, { ...manager, networks: [network('ipvlan')], containers: [user] }),
    lan('with-change'),
    'take down what uses it (nas)',
  ],
  [
    'its own ipvlan network',
    facts({}, { ...manager, networks: [ours(network('ipvlan', { ipvlan_mode: 'l2' }))] }),
    { macvlan: 'with-change', 'ipvlan-l3': 'with-change', 'ipvlan-l3s': 'with-change' },
    'use ipvlan-l2 here too',
  ],
  [
    'its own macvlan network',
    facts({}, { ...manager, networks: [ours(network('macvlan'))] }),
    ipvlan('with-change'),
    undefined,
  ],
  [
    'a macvlan network in use',
    facts({}, { ...manager, networks: [network('macvlan')], containers: [user] }),
    ipvlan('with-change'),
    'take down what uses it (nas)',
  ],
  [
    "a macvlan network on the LAN's subnet",
    facts({}, { ...manager, networks: [{ ...network('macvlan'), pools: lanPool }] }),
    { macvlan: 'with-change', 'ipvlan-l2': 'with-change' },
    'or join it: declare it "external: true", and name it with "network:"',
  ],
  [
    "a bridge on the LAN's subnet",
    facts({}, { ...manager, networks: [{ ...network('bridge'), options: {}, pools: lanPool }] }),
    { macvlan: 'with-change', 'ipvlan-l2': 'with-change' },
    'choose another subnet',
  ],
  [
    'settings for networks, which take nothing',
    facts({}, { ...manager, networks: [{ ...network('macvlan'), pools: lanPool, configOnly: true }] }),
    {},
    undefined,
  ],
  [
    'a network of that name that netcompose did not make',
    facts({}, { ...manager, networks: [{ ...network('bridge'), name: 'netcompose-eth0', options: {} }] }),
    lan('with-change'),
    'join it: declare it "external: true"',
  ],
];

for (const [name, given, expected, mend] of cases) {
  test(name, () => {
    const diagnosis = diagnose(given);
    const verdicts = Object.fromEntries(diagnosis.netmodes.map(({ netmode, verdict }) => [netmode, verdict]));
    assert.equal(verdicts, { ...all, ...expected });
    if (mend !== undefined) assert.ok(doctorText(diagnosis).includes(mend), doctorText(diagnosis));
    for (const { verdict, findings } of diagnosis.netmodes)
      assert.ok(verdict === 'works' || findings.length > 0, 'says why');
  });
}

/** What `check`, and with it `up`, has to say of the netmode on the host; nothing else is in the file. */
function refusals(mode: Netmode, given: Facts): readonly string[] {
  const text = `services: { web: { image: x, x-netmode: { mode: ${mode}, parent: eth0, host_access: none } } }`;
  return planTexts(text, { facts: given })
    .diagnostics.sorted()
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);
}

test('of what there is on the engine, doctor says what check says', () => {
  let told = 0;
  for (const [name, given] of cases) {
    if (given.engine === undefined || given.engine.networks.length === 0) continue;
    for (const { netmode, verdict, findings } of diagnose(given).netmodes) {
      const said = isUnderlay(netmode) ? refusals(netmode, given) : [];
      const reasons = findings.filter((finding) => finding.verdict !== 'works').map(({ reason }) => reason);
      assert.equal(reasons, said, `${name}, ${netmode}`);
      assert.is(verdict, said.length > 0 ? 'with-change' : 'works', `${name}, ${netmode}`);
      told += said.length;
    }
  }
  assert.ok(told > 10);
});

test('a shim that something has put into another mode than its network has is mended, not taken down', () => {
  const shim = { kind: 'ipvlan', mode: 'l3', link: 'eth0', group: 28259, alias: 'netcompose:netcompose-eth0' };
  const given = facts(withLink(link('nc-eth0', shim)), { networks: [ours(network('ipvlan', { ipvlan_mode: 'l2' }))] });
  const findingsOf = (mode: Netmode) => diagnose(given).netmodes.find(({ netmode }) => netmode === mode)!.findings;
  assert.equal(findingsOf('ipvlan-l2'), [
    {
      verdict: 'with-change',
      reason: 'another ipvlan interface on eth0 has changed the mode of all: "nc-eth0" is l3',
      mend: ['netcompose', 'shim', 'up'],
    },
  ]);
  assert.ok(findingsOf('ipvlan-l3s').some(({ reason }) => reason.startsWith('"nc-eth0" makes all ipvlan on eth0 l3')));
});

test('a parent may be named', () => {
  const find = (parent: string, mode: Netmode) =>
    diagnose(facts({}, manager), parent).netmodes.find(({ netmode }) => netmode === mode)!;
  assert.is(find('wlan0', 'macvlan').verdict, 'cannot');
  assert.is(find('lo', 'ipvlan-l2').verdict, 'cannot');
  assert.is(find('eth7', 'macvlan').findings[0]!.reason, 'there is no interface "eth7" on this host');
  assert.is(find('eth7', 'bridge').verdict, 'works');
});

const shimCases: readonly (readonly [string, Facts, readonly (readonly [string, string])[]])[] = [
  [
    'a sound one',
    facts({
      ...withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0' })),
      arp: { all: { filter: 0, ignore: 0 }, mac0: { filter: 1, ignore: 0 } },
    }),
    [],
  ],
  [
    'two MAC addresses',
    facts(withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0' }))),
    [
      [
        'the LAN sees two MAC addresses for 192.168.1.10, because it answers for it too',
        'sysctl -w net/ipv4/conf/mac0/arp_filter=1 net/ipv4/conf/mac0/arp_announce=2',
      ],
    ],
  ],
  [
    'arp_ignore does as well',
    facts({
      ...withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0' })),
      arp: { all: { filter: 0, ignore: 1 } },
    }),
    [],
  ],
  ['ipvlan has one MAC', facts(withLink(link('ipv0', { kind: 'ipvlan', mode: 'l2', link: 'eth0' }))), []],
  [
    'a route to the whole LAN, by its address',
    facts({
      ...withLink(link('ipv0', { kind: 'ipvlan', mode: 'l2', link: 'eth0', addresses: ['192.168.1.9/24'] })),
      routes: [
        ...lanFacts.host!.routes,
        { destination: '192.168.1.0/24', family: 4, interface: 'ipv0', source: '192.168.1.9' },
      ],
    }),
    [
      [
        'its route 192.168.1.0/24 takes the whole LAN, because its address 192.168.1.9/24 has the prefix of the LAN',
        'give it the address with /32, and routes to its containers alone',
      ],
    ],
  ],
  [
    'routes to its containers alone',
    facts({
      ...withLink(link('ipv0', { kind: 'ipvlan', mode: 'l2', link: 'eth0' })),
      routes: [...lanFacts.host!.routes, { destination: '192.168.1.192/27', family: 4, interface: 'ipv0' }],
    }),
    [],
  ],
  [
    'the wrong kind',
    facts(
      {
        ...withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0' })),
        arp: { all: { filter: 1, ignore: 0 } },
      },
      { networks: [network('ipvlan')] },
    ),
    [
      [
        'it is macvlan, and while it is there no container of the ipvlan network "old" can start on eth0',
        'have it made as ipvlan, on another parent, or not at all: who made it knows what it is for',
      ],
    ],
  ],
  [
    'the wrong mode',
    facts(withLink(link('ipv0', { kind: 'ipvlan', mode: 'l3', link: 'eth0' })), { networks: [network('ipvlan')] }),
    [
      [
        'its mode l3 is that of all ipvlan on eth0, also of the containers of "old", which are to be l2',
        'ip link set dev ipv0 type ipvlan mode l2 bridge',
      ],
    ],
  ],
  [
    'private, and down',
    facts(withLink(link('mac0', { kind: 'macvlan', mode: 'private', link: 'eth0', up: false }))),
    [
      ['it is down', 'ip link set dev mac0 up'],
      ['in the mode private it reaches no container', 'ip link set dev mac0 type macvlan mode bridge'],
    ],
  ],
  [
    'those of netcompose are not judged',
    facts(withLink(link('nc-eth0', { kind: 'macvlan', mode: 'private', link: 'eth0', group: 28259 }))),
    [],
  ],
  ["a container's own is elsewhere", facts(withLink(link('m0', { kind: 'macvlan', mode: 'private' }))), []],
];

for (const [name, given, expected] of shimCases) {
  test(`shim made by hand: ${name}`, () => {
    assert.equal(
      diagnose(given).shims.map(({ reason, mend }) => [reason, typeof mend === 'string' ? mend : mend.join(' ')]),
      expected,
    );
  });
}

test('as text', () => {
  const text = doctorText(
    diagnose(facts(withLink(link('mac0', { kind: 'macvlan', mode: 'bridge', link: 'eth0' })), manager)),
  );
  assert.is(
    text,
    `For macvlan and ipvlan on "eth0":

none        works here
bridge      works here
host        works here
macvlan     works here
ipvlan-l2   works with this change:
              "mac0" on eth0 is macvlan, beside which the kernel refuses ipvlan
                use the netmode that it is of, or another parent; what it is for is not known here
ipvlan-l3   works with this change:
              "mac0" on eth0 is macvlan, beside which the kernel refuses ipvlan
                use the netmode that it is of, or another parent; what it is for is not known here
              the LAN reaches the containers when its router has a route to their subnet via 192.168.1.10
ipvlan-l3s  works with this change:
              "mac0" on eth0 is macvlan, beside which the kernel refuses ipvlan
                use the netmode that it is of, or another parent; what it is for is not known here
              the LAN reaches the containers when its router has a route to their subnet via 192.168.1.10
overlay     works here

Interfaces that netcompose did not make:
"mac0" on eth0: the LAN sees two MAC addresses for 192.168.1.10, because it answers for it too
    sysctl -w net/ipv4/conf/mac0/arp_filter=1 net/ipv4/conf/mac0/arp_announce=2
`,
  );
});

test.run();
