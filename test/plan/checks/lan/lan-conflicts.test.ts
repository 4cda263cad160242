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
    'a floating address is with a device of the LAN: the other holder, perhaps',
    dns(', floating_addresses: [192.168.1.60]').replace('image: dns', 'image: dns\n    privileged: true'),
    facts([neighbour('192.168.1.60')]),
    [
      'info address/answers-on-lan: "dns": the floating address 192.168.1.60 is ' +
        'with the device 02:00:00:00:00:99 on eth0',
    ],
  ],
  [
    'a floating address is with a virtual router',
    dns(', floating_addresses: [192.168.1.60]').replace('image: dns', 'image: dns\n    privileged: true'),
    facts([neighbour('192.168.1.60', { mac: '00:00:5e:00:01:35' })]),
    [],
  ],
  [
    'a floating address is the fixed one of a container of another project',
    dns(', floating_addresses: [192.168.1.60]').replace('image: dns', 'image: dns\n    privileged: true'),
    facts([], { networks: [lan], containers: [running({ networks: { lan: { ipv4: '192.168.1.60' } } })] }),
    [
      'error address/duplicate: "dns" has the address 192.168.1.60, ' +
        'as the running container "shop-dns-1" of project "shop" does',
    ],
  ],
  [
    'a fixed address is one that a container of another project floats',
    dns(),
    facts([], {
      networks: [lan],
      containers: [running({ networks: { lan: { ipv4: '192.168.1.70' } }, floating: ['192.168.1.53'] })],
    }),
    [
      'error address/duplicate: "dns" has the address 192.168.1.53, ' +
        'which the running container "shop-dns-1" of project "shop" floats',
    ],
  ],
  [
    'a floating address is one that containers of other projects float too',
    dns(', floating_addresses: [192.168.1.60]').replace('image: dns', 'image: dns\n    privileged: true'),
    facts([], {
      networks: [lan],
      containers: [running({ networks: { lan: { ipv4: '192.168.1.70' } }, floating: ['192.168.1.60'] })],
    }),
    [],
  ],
  [
    'a fixed address is what a container of its own floated until now',
    dns(),
    facts([], {
      networks: [lan],
      containers: [
        running({ project: 'project', networks: { lan: { ipv4: '192.168.1.70' } }, floating: ['192.168.1.53'] }),
      ],
    }),
    [],
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
  ['nobody has asked for it', dns(), facts([neighbour('192.168.1.53', { state: 'none' })]), []],
  [
    'its own answer from before, with letters',
    dns(', mac_address: "02-00-00-00-00-AB"'),
    facts([neighbour('192.168.1.53', { mac: '02:00:00:00:00:ab' })]),
    [],
  ],
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
    'a container of no project, with other networks and addresses too',
    dns(),
    facts([], {
      networks: [{ ...lan, name: 'back', options: {} }, lan],
      containers: [
        running({
          name: 'pihole',
          project: undefined as never,
          networks: { back: { ipv4: '172.18.0.2' }, lan: { ipv4: '192.168.1.53', ipv6: 'fd00:1::53' } },
        }),
      ],
    }),
    ['error address/duplicate: "dns" has the address 192.168.1.53, as the running container "pihole" does'],
  ],
  [
    'its own container, with another address too',
    dns(),
    facts([neighbour('192.168.1.53')], {
      containers: [running({ project: 'project', networks: { lan: { ipv4: '192.168.1.53', ipv6: 'fd00:1::53' } } })],
    }),
    [],
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
    'a container in the range, whose address has letters',
    dns(),
    facts([neighbour('192.168.1.200', { mac: '02:00:00:00:00:ab' })], {
      containers: [running({ networks: { lan: { ipv4: '192.168.1.200', mac: '02:00:00:00:00:AB' } } })],
    }),
    [],
  ],
  [
    'a container in the range, whose address the host writes in capitals',
    dns(),
    facts([neighbour('192.168.1.200', { mac: '02:00:00:00:00:AB' })], {
      containers: [running({ networks: { lan: { ipv4: '192.168.1.200', mac: '02:00:00:00:00:ab' } } })],
    }),
    [],
  ],
  [
    'a device without an Ethernet address, and a service without one of its own',
    dns('', 'ipvlan-l2'),
    facts([neighbour('192.168.1.53', { mac: '00:00:00:00' })]),
    ['error address/answers-on-lan: "dns": 192.168.1.53 answers on eth0, from the device 00:00:00:00'],
  ],
  [
    'many in the range: five are enough',
    dns(),
    facts([201, 202, 203, 204, 205, 206].map((last) => neighbour(`192.168.1.${last}`))),
    [
      'warning address/answers-on-lan: 192.168.1.192/27, from which Docker hands out addresses, has devices of the ' +
        `LAN in it: ${[201, 202, 203, 204, 205].map((last) => `192.168.1.${last} (${mac})`).join(', ')}`,
    ],
  ],
  [
    'without a range there is nothing to be in',
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n' +
      '    driver_opts: { parent: eth0 }\n    ipam: { config: [{ subnet: 192.168.1.0/24 }] }\n',
    facts([neighbour('192.168.1.200')]),
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

test('the help names an address of the same family', () => {
  const both =
    'services:\n  dns:\n    image: dns\n    x-netmode:\n      mode: macvlan\n' +
    '      subnet: [192.168.1.0/24, "fd00:1::/64"]\n      ip_range: [192.168.1.192/27, "fd00:1::f000/116"]\n' +
    '      ipv6_address: "fd00:1::53"\n';
  const { diagnostics } = planTexts(both, { facts: facts([neighbour('fd00:1::53')]) });
  const [diagnostic] = diagnostics.sorted().filter(({ rule }) => rule === 'address/answers-on-lan');
  assert.is(diagnostic?.help, 'choose another address, such as fd00:1::54');
});

const helps = (text: string, given: Facts, rule: string) =>
  planTexts(text, { facts: given })
    .diagnostics.sorted()
    .filter((diagnostic) => diagnostic.rule === rule)
    .map(({ help }) => help);

test('two services are not told to take the same address', () => {
  const text = `${dns()}  web: { image: x, x-netmode: { mode: macvlan, ipv4_address: 192.168.1.51 } }\n`;
  const given = facts([
    neighbour('192.168.1.51'),
    neighbour('192.168.1.53'),
    neighbour('192.168.1.54', { state: 'stale' }),
  ]);
  assert.equal(helps(text, given, 'address/answers-on-lan'), [
    'choose another address, such as 192.168.1.52',
    'choose another address, such as 192.168.1.50',
  ]);
});

test('where no address is free none is named', () => {
  const full =
    'services:\n  one: { image: x, networks: { lan: { ipv4_address: 192.168.1.9 } } }\n' +
    '  two: { image: x, networks: { lan: { ipv4_address: 192.168.1.10 } } }\nnetworks:\n  lan:\n    driver: macvlan\n' +
    '    driver_opts: { parent: eth0 }\n    ipam: { config: [{ subnet: 192.168.1.8/30 }] }\n';
  assert.equal(helps(full, facts([neighbour('192.168.1.9'), neighbour('192.168.1.10')]), 'address/answers-on-lan'), [
    'choose another address',
    'choose another address',
  ]);
});

test('a range with this host in it: the help names one without', () => {
  /** `web` is on a native network with these pools. */
  const on = (...pools: readonly string[]) =>
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n' +
    `    driver_opts: { parent: eth0 }\n    enable_ipv6: true\n    ipam: { config: [${pools.join(', ')}] }\n`;
  const pool = (range: string) => `{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: ${range} }`;
  const help = (text: string, given: Facts = lanFacts) => helps(text, given, 'address/range-invalid');
  assert.equal(help(on(pool('192.168.1.8/29'))), ['write "ip_range: 192.168.1.248/29"']);
  assert.equal(help(on(pool('192.168.1.0/24'))), ['write "ip_range: 192.168.1.128/25"']);
  // The other families keep theirs, if they have one.
  const six = (rest: string) => `{ subnet: "fd00:1::/64", gateway: "fd00:1::1"${rest} }`;
  assert.equal(help(on(pool('192.168.1.8/29'), six(', ip_range: "fd00:1::f000/116"'))), [
    'write "ip_range: [192.168.1.248/29, "fd00:1::f000/116"]"',
  ]);
  assert.equal(help(on(pool('192.168.1.8/29'), six(''))), ['write "ip_range: 192.168.1.248/29"']);
  // An address of another interface on the same LAN is this host's, too.
  const interfaces = lanFacts.host!.interfaces.map((each) =>
    each.name === 'wlan0' ? { ...each, addresses: ['192.168.1.250/24'] } : each,
  );
  const given = { ...lanFacts, host: { ...lanFacts.host!, interfaces } };
  assert.equal(help(on(pool('192.168.1.248/29')), given), ['write "ip_range: 192.168.1.240/29"']);
  const small =
    '{ subnet: 192.168.1.8/29, gateway: 192.168.1.9, ip_range: 192.168.1.8/29, ' +
    'aux_addresses: { a: 192.168.1.12, b: 192.168.1.14 } }';
  assert.equal(help(on(small)), ['choose a range that neither this host nor its gateway is in']);
});

test("another project's container: the help names the nearest free address too", () => {
  const { diagnostics } = planTexts(dns(), { facts: facts([], { networks: [lan], containers: [running({})] }) });
  const [diagnostic] = diagnostics.sorted().filter(({ rule }) => rule === 'address/duplicate');
  assert.is(diagnostic?.help, 'choose another address, such as 192.168.1.54');
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
  assert.equal(
    told(planTexts(dns(), { facts: facts([neighbour('192.168.1.200')]), starting: new Set() })).filter(wanted),
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
  [
    'unless it is stopped, or of another project',
    () => targets(dns(), facts([], { containers: [running({ project: 'project', running: false }), running({})] })),
    ['192.168.1.53 eth0'],
  ],
  ['as they are without the engine', () => targets(dns(), { version: 1, host: lanFacts.host! }), ['192.168.1.53 eth0']],
  ['nor without the host', () => targets(dns(', parent: eth0'), { version: 1 }), []],
  [
    'nor on a parent that is down',
    () =>
      targets(dns(), {
        ...lanFacts,
        host: {
          ...lanFacts.host!,
          interfaces: lanFacts.host!.interfaces.map((each) => ({ ...each, up: each.name !== 'eth0' })),
        },
      }),
    [],
  ],
  [
    'both of a network with two subnets',
    () =>
      targets(
        'services:\n  dns:\n    image: dns\n    x-netmode:\n      mode: macvlan\n' +
          '      subnet: [192.168.1.0/24, "fd00:1::/64"]\n      ip_range: [192.168.1.192/27, "fd00:1::f000/116"]\n' +
          '      ipv4_address: 192.168.1.53\n      ipv6_address: "fd00:1::53"\n',
        facts([]),
      ),
    ['192.168.1.53 eth0', 'fd00:1::53 eth0'],
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
