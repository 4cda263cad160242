import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts, Facts, HostFacts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const facts = (host: Partial<HostFacts>, engine: Partial<EngineFacts> = {}): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, ...host },
  engine: { ...lanFacts.engine!, ...engine },
});
const service = (netmode: string) => `services:\n  web:\n    image: nginx\n    x-netmode: ${netmode}\n`;
const lan = 'ip_range: 192.168.1.192/27';
const native =
  'services:\n  web: { image: nginx, networks: [lan] }\nnetworks:\n ' +
  ' lan: { driver: ipvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ subnet: 192.168.1.0/24, ' +
  'gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }\n';
const external =
  'services:\n  web: { image: nginx, networks: [far] }\nnetworks:\n  far: { external: true, driver: overlay }\n';

const cases: readonly (readonly [string, string, Facts, readonly string[]])[] = [
  [
    'no swarm',
    service('overlay'),
    facts({}),
    ['error engine/swarm-inactive: network "overlay": overlay networks need a swarm, and this engine is in none'],
  ],
  [
    'a worker',
    service('overlay'),
    facts({}, { swarm: 'worker' }),
    [
      'error engine/swarm-inactive: network "overlay": overlay networks need a swarm, and this engine is ' +
        'a worker of one, and only its managers make networks',
    ],
  ],
  ['a manager', service('overlay'), facts({}, { swarm: 'manager' }), []],
  [
    'a native overlay',
    'services:\n  web: { image: nginx, networks: [far] }\nnetworks:\n  far: { driver: overlay }\n',
    facts({}),
    ['error engine/swarm-inactive: network "far": overlay networks need a swarm, and this engine is in none'],
  ],
  [
    'an external overlay is of its swarm',
    external.replace(', driver: overlay', ''),
    facts(
      {},
      {
        networks: [
          {
            id: '1',
            name: 'far',
            driver: 'overlay',
            scope: 'swarm',
            internal: false,
            options: {},
            labels: {},
            pools: [],
          },
        ],
      },
    ),
    [],
  ],
  ['an overlay that nobody joins', `${service('bridge')}networks:\n  far: { driver: overlay }\n`, facts({}), []],
  [
    'an overlay that only a profile would start',
    service('overlay').replace('image: nginx', 'image: nginx\n    profiles: [far]'),
    facts({}),
    [],
  ],
  [
    'a rootless engine, whatever its swarm',
    service('overlay'),
    facts({}, { kind: 'rootless', swarm: 'manager' }),
    ['error engine/rootless: network "overlay": a rootless engine has no overlay'],
  ],
  ['nobody asked the engine', service('overlay'), { version: 1 }, []],

  [
    'no ipvlan',
    service(`{ mode: ipvlan-l2, ${lan} }`),
    facts({ drivers: { ipvlan: 'missing' } }),
    ['error engine/kernel-lacks-driver: "web": the kernel of this host has no ipvlan'],
  ],
  [
    'no ipvlan, with a fallback',
    service(`{ mode: ipvlan-l2, ${lan}, fallback: bridge }`),
    facts({ drivers: { ipvlan: 'missing' } }),
    [
      'info service/falls-back: "web" is on a bridge instead of ipvlan-l2, ' +
        'because the kernel of this host has no ipvlan: ' +
        'it has no address on the LAN, no broadcast and multicast of the LAN',
    ],
  ],
  [
    'a module that can be loaded',
    service(`{ mode: ipvlan-l2, ${lan} }`),
    facts({ drivers: { ipvlan: 'loadable' } }),
    [],
  ],
  ['nobody knows', service(`{ mode: ipvlan-l2, ${lan} }`), facts({ drivers: {} }), []],
  [
    'no macvlan does not matter to ipvlan',
    service(`{ mode: ipvlan-l2, ${lan} }`),
    facts({ drivers: { macvlan: 'missing' } }),
    [],
  ],
  [
    'a native network',
    native,
    facts({ drivers: { ipvlan: 'missing' } }),
    ['error engine/kernel-lacks-driver: network "lan": the kernel of this host has no ipvlan'],
  ],
  [
    'no VLANs',
    service(
      '{ mode: macvlan, vlan: 10, subnet: 10.1.0.0/24, gateway: 10.1.0.1, ' +
        `${lan.replace('192.168.1.192', '10.1.0.192')} }`,
    ),
    facts({ drivers: { '8021q': 'missing' } }),
    ['error engine/kernel-lacks-driver: "web": the kernel of this host has no 8021q'],
  ],
];

for (const [name, text, given, expected] of cases) {
  test(name, () => assert.equal(told(planTexts(text, { facts: given })), expected));
}

test('the help names a driver that is there', () => {
  const help = (drivers: HostFacts['drivers']) =>
    planTexts(service(`{ mode: ipvlan-l2, ${lan} }`), { facts: facts({ drivers: drivers! }) }).diagnostics.sorted()[0]!
      .help!;
  assert.match(help({ ipvlan: 'missing', macvlan: 'ready' }), /^use macvlan instead; install /);
  assert.match(help({ ipvlan: 'missing', macvlan: 'missing' }), /^install /);
  const [diagnostic] = planTexts(native, {
    facts: facts({ drivers: { ipvlan: 'missing', macvlan: 'ready' } }),
  }).diagnostics.sorted();
  assert.match(diagnostic!.help!, /^use macvlan instead; install /);
});

test('keys that are too old are reported of what a command starts, whoever has written them', () => {
  const older = facts({}, { version: '24.0.9' });
  const reported = (extra: string) =>
    told(
      planTexts(
        'services:\n' +
          '  web: { image: x, x-netmode: bridge }\n' +
          `  db: { image: x, networks: { back: { mac_address: "02:00:00:00:00:05" } }${extra} }\nnetworks: { back: }\n`,
        { facts: older },
      ),
    );
  for (const extra of ['', ', x-netmode: bridge']) {
    assert.equal(reported(extra), [
      'error engine/too-old: "db" has mac_address on the network "back", but this engine is 24.0.9, which does not ' +
        'know mac_address',
    ]);
  }
  assert.equal(reported(', x-netmode: bridge, profiles: [later]'), []);
});

const older: Facts = {
  ...lanFacts,
  engine: { ...lanFacts.engine!, version: '26.1.5' },
  compose: { version: '2.26.1' },
};

/** A network `six`, which a service joins; what the engine is too old for. */
function tooOld(network: string, given: Facts = older) {
  const text = `services:\n  web: { image: x, networks: [six] }\nnetworks:\n  six: { ${network} }\n`;
  return planTexts(text, { facts: given })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'engine/too-old')
    .map(({ message, help, span }) => [message, help, text.slice(span!.start, span!.end)]);
}

test('a network without IPv4 needs a newer engine', () => {
  const refused = (at: string) => [
    [
      'network "six" has no IPv4, but this engine is 26.1.5, which does not know enable_ipv4',
      'update Docker to 28.0 or newer, or add an IPv4 subnet',
      at,
    ],
  ];
  const six = 'ipam: { config: [{ subnet: "fd00:9::/64" }] }';
  const four = '{ subnet: 10.9.0.0/24 }';
  assert.equal(tooOld('x-netmode: { mode: bridge, subnet: "fd00:9::/64" }'), refused('bridge'));
  assert.equal(tooOld(`enable_ipv6: true, enable_ipv4: false, ${six}`), refused('false'));
  assert.equal(tooOld('enable_ipv6: true, enable_ipv4: false'), refused('false'));
  // Docker gives it an IPv4 subnet of its own choice.
  assert.equal(tooOld(`enable_ipv6: true, ${six}`), []);
  assert.equal(tooOld(`enable_ipv6: true, ${six.replace('[', `[${four}, `)}`), []);
  assert.equal(tooOld('x-netmode: { mode: bridge, subnet: ["fd00:9::/64", 10.9.0.0/24] }'), []);
  assert.equal(tooOld('x-netmode: overlay'), []);
  assert.equal(tooOld('external: true, enable_ipv4: false'), []);
  assert.equal(tooOld(`enable_ipv6: true, enable_ipv4: false, ${six}`, lanFacts), []);
});

/** `web` on a network that the engine does not have; it has one called `back`. */
function missing(web: string, more = '') {
  const back = { id: '1', name: 'back', driver: 'bridge', scope: 'local', internal: false } as const;
  const networks = [{ ...back, options: {}, labels: {}, pools: [] }];
  return planTexts(`services:\n  web: { image: x, networks: ${web} }\n${more}`, { facts: facts({}, { networks }) })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'engine/network-missing')
    .map(({ severity, help }) => `${severity}: ${help}`);
}

test('the help for an external network that is missing: its likely name, and how to make it', () => {
  const out = 'or take "external: true" out, so that Compose makes it';
  const plain = (name: string) => `make it (docker network create ${name}), ${out}`;
  const subnet = (name: string) =>
    `make it (docker network create --subnet SUBNET ${name}, with the subnet of the addresses given here), ${out}`;
  const networks = 'networks:\n  bakc: { external: true }\n  proxy: { external: true }\n';
  assert.equal(missing('[proxy]', networks), [`error: ${plain('proxy')}`]);
  assert.equal(missing('[bakc]', networks), [`error: did you mean "back"? Else ${plain('bakc')}`]);
  const fixed = '{ proxy: { ipv4_address: 10.9.0.5 } }';
  assert.equal(missing(fixed, networks), [`error: ${subnet('proxy')}`]);
  assert.equal(missing(fixed, `  db: { image: x, networks: [proxy] }\n${networks}`), [`error: ${subnet('proxy')}`]);
});

test('an external network that is missing may be made by a command that comes before', () => {
  const hooks = (when: string) =>
    missing('[proxy]', `networks:\n  proxy: { external: true }\nx-netmode: { hooks: { ${when}: [[./make]] } }\n`).map(
      (line) => line.split(':')[0],
    );
  assert.equal(hooks('pre_up'), ['warning']);
  assert.equal(hooks('post_down'), ['error']);
});

test('the help for an overlay on a rootless engine', () => {
  const [diagnostic] = planTexts(service('overlay'), { facts: facts({}, { kind: 'rootless' }) }).diagnostics.sorted();
  assert.is(diagnostic?.help, "use a bridge, or the system's engine");
});

test.run();
