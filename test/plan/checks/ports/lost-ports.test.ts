/** What a service says that its netmode has no use for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const rules = new Set<string>(['service/ports-ignored', 'service/port-remap-lost', 'netmode/key-not-for-mode']);

function lost(keys: string, netmode?: string) {
  const text =
    `services:\n  web: { image: x, ${keys}${netmode ? `, x-netmode: ${netmode}` : ''} }\n` +
    '  db: { image: x, x-netmode: bridge }\n';
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
