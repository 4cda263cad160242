/** What a service says that its netmode has no use for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const rules = new Set<string>(['service/ports-ignored', 'service/port-remap-lost', 'netmode/key-not-for-mode']);

const lost = (keys: string, netmode?: string) =>
  lostIn(
    `services:\n  web: { image: x, ${keys}${netmode ? `, x-netmode: ${netmode}` : ''} }\n` +
      '  db: { image: x, x-netmode: bridge }\n',
  );

function lostIn(text: string) {
  return planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rules.has(rule))
    .map(({ severity, rule, message, help, span }) => [
      `${severity} ${rule}: ${message}`,
      help,
      text.slice(span!.start, span!.end),
    ]);
}

const macvlan = '{ mode: macvlan, ip_range: 192.168.1.192/27 }';
const ipvlan = '{ mode: ipvlan-l2, ip_range: 192.168.1.192/27, host_access: none }';
const ports = (port: string) => `ports: ["${port}"]`;

for (const [name, keys, netmode, expected] of [
  [
    'a port of this host alone, on a LAN',
    ports('127.0.0.1:80:80'),
    macvlan,
    [
      'info service/ports-ignored: "web": macvlan publishes no ports: it answers on 80/tcp of the ' +
        "container's own address",
    ],
  ],
  [
    'a range that the port is not in',
    ports('8080-8090:80'),
    macvlan,
    [
      'warning service/port-remap-lost: "web": macvlan maps no ports: it answers on 80/tcp of the container\'s own ' +
        'address, not on 8080-8090',
    ],
  ],
  [
    'a range with the port in it',
    ports('79-81:80'),
    macvlan,
    [
      'info service/ports-ignored: "web": macvlan publishes no ports: it answers on 80/tcp of the ' +
        "container's own address",
    ],
  ],
  [
    'a range below the port, in host mode',
    ports('78-79:80'),
    'host',
    ['warning service/port-remap-lost: "web": host maps no ports: it answers on 80/tcp of the host, not on 78-79'],
  ],
  [
    'every address, in host mode',
    ports('0.0.0.0:80:80'),
    'host',
    ['info service/ports-ignored: "web": host publishes no ports: it answers on 80/tcp of the host'],
  ],
  ['what is published on a bridge is not lost', ports('8080:80'), 'bridge', []],
  [
    "another service's namespace",
    `${ports('8080:80')}, network_mode: "service:db"`,
    undefined,
    ['error netmode/key-not-for-mode: "web": Docker refuses "ports" beside "network_mode: service:db"'],
  ],
] as const) {
  test(name, () =>
    assert.equal(
      lost(keys, netmode).map(([line]) => line),
      expected,
    ),
  );
}

const address = 'mac_address: "02:42:0a:00:00:05"';

for (const [netmode, said] of [
  ['host', 'host'],
  ['none', 'none'],
  [ipvlan, 'ipvlan-l2'],
] as const) {
  test(`mac_address beside ${said}`, () => {
    assert.equal(lost(address, netmode), [
      [
        `error netmode/key-not-for-mode: "web": "mac_address" means nothing for ${said}`,
        'remove it: Docker refuses it there',
        '"02:42:0a:00:00:05"',
      ],
    ]);
  });
}

const lan =
  'lan: { driver: macvlan, driver_opts: { parent: eth0 }, ' +
  'ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }';
/** `web` publishes a port, and is on a bridge and on a LAN; it leaves by the one whose name comes first. */
const beside = (bridge: string, onLan = '', netmode = '') =>
  `services:\n  web: { image: x, ports: ["8080:80"], ${netmode}\n    networks: ` +
  `{ ${bridge}: { ipv4_address: 10.9.0.5 }, lan: { ${onLan} } } }\nnetworks:\n` +
  `  ${bridge}: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n  ${lan}\n`;

for (const netmode of ['', 'x-netmode: bridge, ']) {
  test(`ports beside an address on the LAN${netmode && ', with x-netmode: bridge'}: where to reach it`, () => {
    const besideLan = (place: string) => [
      [
        'warning service/ports-ignored: "web" publishes ports beside an address on the LAN: its answers leave by ' +
          "that address, so that the LAN gets none at this host's",
        `reach it at ${place}, and publish on 127.0.0.1 what this host needs`,
        '"8080:80"',
      ],
    ];
    assert.equal(lostIn(beside('back', '', netmode)), besideLan('its own address'));
    assert.equal(lostIn(beside('back', 'ipv4_address: 192.168.1.53', netmode)), besideLan('192.168.1.53'));
    const leavesByLan = (place: string) => [
      [
        `warning service/port-remap-lost: "web": macvlan maps no ports: it answers on 80/tcp of ${place}, not on 8080`,
        `reach it at ${place}, port 80`,
        '"8080:80"',
      ],
    ];
    assert.equal(lostIn(beside('zone', '', netmode)), leavesByLan("the container's own address"));
    assert.equal(lostIn(beside('zone', 'ipv4_address: 192.168.1.53', netmode)), leavesByLan('192.168.1.53'));
  });
}

test('ports beside an address on a LAN of both families', () => {
  const both = lan.replace(
    '}] } }',
    '}, { subnet: "fd00:1::/64", ip_range: "fd00:1::1:0/112" }] }, enable_ipv6: true }',
  );
  const text =
    'services:\n  web: { image: x, ports: ["8080:80"], networks: [back, lan] }\n' +
    `networks:\n  back: { enable_ipv6: true }\n  ${both}\n`;
  assert.equal(
    lostIn(text).map(([, help]) => help),
    ['reach it at its own address, and publish on 127.0.0.1 what this host needs'],
  );
});

test('ports of a service on two LANs: by the netmode that it was given', () => {
  const text =
    'services:\n  web: { image: x, ports: ["80:80"], networks: [cams], x-netmode: { network: lan } }\nnetworks:\n' +
    '  cams: { x-netmode: { mode: ipvlan-l2, parent: eth1, ip_range: 10.20.1.64/26, host_access: none } }\n' +
    '  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n';
  const own = "it answers on 80/tcp of the container's own address";
  assert.equal(
    lostIn(text).map(([line]) => line),
    [`info service/ports-ignored: "web": macvlan publishes no ports: ${own}`],
  );
});

test('the default network, which need not be declared, is a bridge', () => {
  const project = (web: string) => `services:\n  web: { image: x, ${web} }\nnetworks:\n  ${lan}\n`;
  assert.equal(lostIn(project(`networks: { default: { ${address} } }`)), []);
  assert.equal(
    lostIn(project('ports: ["8080:80"], networks: [default, lan]')).map(([, help]) => help),
    ['reach it at its own address, and publish on 127.0.0.1 what this host needs'],
  );
});

test('the help in host mode: what to write in place of ports', () => {
  const help = (port: string) => lost(ports(port), 'host').map(([, text]) => text);
  const listen = (address: string, text: string) => [
    `let the process listen on ${address}, and write in place of "ports": "listen: ["${text}"]"`,
  ];
  assert.equal(help('127.0.0.1:53:53/udp'), listen('127.0.0.1', '127.0.0.1:53/udp'));
  assert.equal(help('[::1]:53:53'), listen('::1', '[::1]:53'));
  assert.equal(help('127.0.0.1:80-81:80-81'), listen('127.0.0.1', '127.0.0.1:80-81'));
});

test("ports beside another service's namespace are refused, whatever its netmode", () => {
  assert.equal(
    lostIn(
      'services:\n  web: { image: x, ports: ["8080:80"], network_mode: "service:db" }\n' +
        '  db: { image: x, x-netmode: host }\n',
    ).map(([line]) => line),
    ['error netmode/key-not-for-mode: "web": Docker refuses "ports" beside "network_mode: service:db"'],
  );
});

test('mac_address at an ipvlan network, wherever it is written', () => {
  const project = (web: string) =>
    `services:\n  web: { image: x, ${web} }\nnetworks:\n` +
    '  lan: { x-netmode: { mode: ipvlan-l2, ip_range: 192.168.1.192/27, host_access: none } }\n';
  const refused = [
    [
      'error netmode/key-not-for-mode: "web": "mac_address" means nothing for ipvlan-l2, which "lan" is',
      "remove it: ipvlan shares the parent's MAC address, and Docker refuses another",
      '"02:42:0a:00:00:05"',
    ],
  ];
  assert.equal(lostIn(project(`networks: { lan: { ${address} } }`)), refused);
  assert.equal(lostIn(project(`networks: { lan: { ${address} } }, x-netmode: { network: lan }`)), refused);
  assert.equal(lostIn(project(`networks: [lan], x-netmode: { mode: bridge, ${address} }`)), refused);
  assert.equal(lostIn(project('networks: [lan]')), []);
});

test('mac_address where it has its use, or where netcompose changes nothing', () => {
  assert.equal(lost(address, macvlan), []);
  assert.equal(lost(address, 'bridge'), []);
  assert.equal(lost(`${address}, network_mode: host`), []);
});

test('links', () => {
  assert.equal(lost('links: [db]', 'host'), [
    [
      'error netmode/key-not-for-mode: "web": "links" means nothing for host',
      'write "depends_on" instead: Docker refuses links there',
      'db',
    ],
  ]);
  assert.equal(lost('links: [db]', 'bridge'), []);
  assert.equal(lost('depends_on: [db]', 'host'), []);
});

test.run();
