import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { probeTargets } from '../../../../src/plan/checks/lan/lan-conflicts.ts';
import type { EngineContainer, EngineFacts, Facts, HostNeighbour } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

const mac = '02:00:00:00:00:99';
const neighbour = (address: string, rest: Partial<HostNeighbour> = {}): HostNeighbour => ({
  address,
  interface: 'eth0',
  mac,
  state: 'reachable',
  ...rest,
});
const facts = (neighbours: readonly HostNeighbour[], engine: Partial<EngineFacts> = {}): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, neighbours },
  engine: { ...lanFacts.engine!, ...engine },
});
const dns = (rest = '', mode = 'macvlan') =>
  `services:\n  dns:\n    image: dns\n    x-netmode: { mode: ${mode}, ip_range: 192.168.1.192/27, ` +
  `ipv4_address: 192.168.1.53${rest} }\n`;
const running = (rest: Partial<EngineContainer>): EngineContainer => ({
  id: 'a',
  name: 'shop-dns-1',
  project: 'shop',
  service: 'dns',
  running: true,
  networkMode: 'netcompose-eth0',
  networks: { lan: { ipv4: '192.168.1.53' } },
  ports: [],
  ...rest,
});
const lan = {
  id: '1',
  name: 'lan',
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0' },
  labels: {},
  pools: [],
} as const;

const cases: readonly (readonly [string, string, Facts, readonly string[]])[] = [
  [
    'it answers',
    dns(),
    facts([neighbour('192.168.1.53')]),
    ['error address/answers-on-lan: "dns": 192.168.1.53 answers on eth0, from the device 02:00:00:00:00:99'],
  ],
  [
    'it has answered',
    dns(),
    facts([neighbour('192.168.1.53', { state: 'stale' })]),
    [
      'warning address/answers-on-lan: "dns": 192.168.1.53 has ' +
        'answered lately on eth0, from the device 02:00:00:00:00:99',
    ],
  ],
  [
    'on ipvlan',
    dns('', 'ipvlan-l2'),
    facts([neighbour('192.168.1.53')]),
    ['error address/answers-on-lan: "dns": 192.168.1.53 answers on eth0, from the device 02:00:00:00:00:99'],
  ],
  ['another address', dns(), facts([neighbour('192.168.1.54')]), []],
  ['another interface', dns(), facts([neighbour('192.168.1.53', { interface: 'wlan0' })]), []],
  ['written by hand', dns(), facts([neighbour('192.168.1.53', { state: 'permanent' })]), []],
  ['its own answer from before', dns(`, mac_address: "${mac.toUpperCase()}"`), facts([neighbour('192.168.1.53')]), []],
  [
    'its own container',
    dns(),
    facts([neighbour('192.168.1.53')], { networks: [lan], containers: [running({ project: 'project' })] }),
    [],
  ],
  [
    "another project's container",
    dns(),
    facts([], { networks: [lan], containers: [running({})] }),
    [
      'error address/duplicate: "dns" has the address 192.168.1.53, ' +
        'as the running container "shop-dns-1" of project "shop" does',
    ],
  ],
  [
    "another project's container, stopped",
    dns(),
    facts([], { networks: [lan], containers: [running({ running: false })] }),
    [],
  ],
  [
    'the same address on another LAN',
    dns(),
    facts([], { networks: [{ ...lan, options: { parent: 'eth1' } }], containers: [running({})] }),
    [],
  ],
  [
    'in the range',
    dns(),
    facts([neighbour('192.168.1.200')]),
    [
      'warning address/answers-on-lan: 192.168.1.192/27, from which Docker hands out addresses, has ' +
        'devices of the LAN in it: 192.168.1.200 (02:00:00:00:00:99)',
    ],
  ],
  ['in the range, some time ago', dns(), facts([neighbour('192.168.1.200', { state: 'stale' })]), []],
  [
    'a container in the range',
    dns(),
    facts([neighbour('192.168.1.200')], {
      containers: [running({ networks: { lan: { ipv4: '192.168.1.200', mac } } })],
    }),
    [],
  ],
  [
    'IPv6',
    'services:\n  dns:\n    image: dns\n    x-netmode: { mode: macvlan, subnet: "fd00:1::/64", ip_range: ' +
      '"fd00:1::f000/116", ipv6_address: "fd00:1::53" }\n',
    facts([neighbour('fd00:1::53')]),
    ['error address/answers-on-lan: "dns": fd00:1::53 answers on eth0, from the device 02:00:00:00:00:99'],
  ],
];

const wanted = (line: string) => line.includes('answers-on-lan') || line.includes('address/duplicate');

for (const [name, text, given, expected] of cases) {
  test(name, () => {
    // The taken parent is told of elsewhere.
    assert.equal(told(planTexts(text, { facts: given })).filter(wanted), expected);
  });
}

test('the help names the nearest free address', () => {
  const { diagnostics } = planTexts(dns(), {
    facts: facts([neighbour('192.168.1.53'), neighbour('192.168.1.54', { state: 'stale' })]),
  });
  assert.is(diagnostics.sorted()[0]!.help, 'choose another address, such as 192.168.1.52');
});

test('the help names a free range', () => {
  const { diagnostics } = planTexts(dns(), { facts: facts([neighbour('192.168.1.200')]) });
  assert.is(
    diagnostics.sorted()[0]!.help,
    'keep it out of the DHCP server\'s pool, or write "ip_range: 192.168.1.224/27"',
  );
});

test('services that are not started now do not matter', () => {
  assert.equal(
    told(planTexts(dns(), { facts: facts([neighbour('192.168.1.53')]), starting: new Set() })).filter(wanted),
    [],
  );
});

const targets = (text: string, given: Facts, starting?: ReadonlySet<string>) => {
  const { plan } = planTexts(text, { facts: given });
  return probeTargets(plan!, given, starting).map((one) => `${one.address} ${one.interface}`);
};

for (const [name, found, expected] of [
  ['every fixed address on a LAN is asked for', () => targets(dns(), facts([])), ['192.168.1.53 eth0']],
  [
    'but not its own running one',
    () => targets(dns(), facts([], { containers: [running({ project: 'project' })] })),
    [],
  ],
  ['nor those of others than are started', () => targets(dns(), facts([]), new Set(['web'])), []],
  ['nor one outside the subnet', () => targets(dns().replaceAll('192.168.1.53', '192.168.9.53'), facts([])), []],
  [
    'nor at layer 3, where nobody answers',
    () =>
      targets(
        dns('', 'ipvlan-l3')
          .replace('ip_range: 192.168.1.192/27, ', 'subnet: 10.9.0.0/24, ')
          .replace('192.168.1.53', '10.9.0.53'),
        facts([]),
      ),
    [],
  ],
  [
    'nor on a bridge',
    () =>
      targets(
        'services:\n  web: { image: web, networks: { lan: { ipv4_address: 10.9.0.5 } }, x-netmode: bridge ' +
          '}\nnetworks:\n  lan: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n',
        facts([]),
      ),
    [],
  ],
] as const) {
  test(name, () => assert.equal(found(), expected));
}

test.run();
