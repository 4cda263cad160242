/** How a service finds another by its name, for every pair of ways in which the two can be attached. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const networks =
  'networks:\n  front: {}\n  back: {}\n  wide: { driver: overlay, attachable: true, ipam: { config: ' +
  '[{ subnet: 10.8.0.0/24 }] } }\n  ten: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n' +
  '  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n' +
  '  far: { x-netmode: { mode: macvlan, parent: eth1, ip_range: 10.20.1.64/26, subnet: 10.20.0.0/16, ' +
  'gateway: 10.20.0.1, host_access: none } }\n';

/** What `web` gets to find `db`: entries for its `/etc/hosts`, and what is reported with the help for it. */
function found(web: string, db: string, depends = 'depends_on: [db]', more = '') {
  const text =
    `services:\n  web: { image: x, ${depends}, ${web} }\n  db: { image: x, ${db} }\n` +
    `  other: { image: x, x-netmode: bridge }\n${more}${networks}`;
  const { plan, diagnostics } = planTexts(text, { facts: lanFacts });
  const reported = diagnostics
    .sorted()
    .filter(({ rule }) => rule === 'service/peer-unreachable' || rule === 'service/name-not-resolvable')
    .map(({ rule, message, help }) => `${rule}: ${message}; ${help}`);
  // A guest's entries stand at the owner of its network namespace.
  const entries = [...plan!.services.values()].flatMap(({ extraHosts }) =>
    extraHosts.map(({ host, address }) => `${host} ${address}`),
  );
  return [...entries, ...reported];
}

const host = 'x-netmode: host';
const nameless = (web: string, db: string) =>
  `service/name-not-resolvable: "web" (${web}) depends on "db" (${db}), whose name it cannot resolve; `;
const unreachable = (web: string, db: string, network: string) => [
  `service/peer-unreachable: "web" (${web}) depends on "db" (${db}), but they share no network; ` +
    `add "db" to a network of both: "networks: [${network}]"`,
];
const noNames = 'leave "network_mode" out of both: Docker resolves no names on its own bridge';
const docker0 = `${nameless('bridge', 'bridge')}${noNames}`;
const on = (network: string, rest = '') => `x-netmode: { network: ${network}${rest} }`;

for (const [name, web, db, expected] of [
  ['one network', 'networks: [front, back], x-netmode: bridge', 'networks: [back], x-netmode: bridge', []],
  [
    'no network in common',
    'networks: [front], x-netmode: bridge',
    'networks: [back]',
    unreachable('bridge', 'bridge', 'front'),
  ],
  ['on the LAN, from a bridge', 'x-netmode: bridge', on('lan'), unreachable('bridge', 'macvlan', 'default')],
  ['netcompose changes nothing of them', 'networks: [front]', 'networks: [back]', []],
  ['both in host mode', host, host, ['db 127.0.0.1']],
  ['host mode, from a bridge', 'x-netmode: bridge', host, ['db host-gateway']],
  [
    'host mode, from the LAN and a bridge: to the host it would go by the router of the LAN',
    `networks: [back], ${on('lan')}`,
    host,
    [`${nameless('macvlan', 'host')}give the host's address instead of the name, or add extra_hosts`],
  ],
  [
    'host mode, from the LAN and a bridge by which it leaves',
    'networks: [back], x-netmode: { mode: macvlan, host_access: loopback }',
    host,
    ['db host-gateway'],
  ],
  [
    'host mode, from the LAN',
    on('lan'),
    host,
    [`${nameless('macvlan', 'host')}give the host's address instead of the name, or add extra_hosts`],
  ],
  ['a fixed address on the LAN', host, on('lan', ', ipv4_address: 192.168.1.53'), ['db 192.168.1.53']],
  ['a fixed address on a bridge', host, 'networks: { ten: { ipv4_address: 10.9.0.5 } }', ['db 10.9.0.5']],
  [
    'a fixed address on the LAN that this host cannot reach',
    host,
    on('far', ', ipv4_address: 10.20.1.5'),
    [`${nameless('host', 'macvlan')}give "db" a fixed address: ipv4_address`],
  ],
  [
    'any address on the LAN',
    host,
    on('lan'),
    [`${nameless('host', 'macvlan')}give "db" a fixed address: ipv4_address`],
  ],
  ['its port is published', host, 'ports: ["8080:80", "5432:5432"], x-netmode: bridge', ['db 127.0.0.1']],
  [
    'its port is published under other numbers',
    host,
    'ports: ["5433:5432", "80-81:80"], x-netmode: bridge',
    [`${nameless('host', 'bridge')}publish the port of "db" under the same number: "127.0.0.1:5432:5432"`],
  ],
  ['nothing is to be reached without a network', 'x-netmode: none', 'x-netmode: bridge', []],
  ['nor what has none', 'x-netmode: bridge', 'x-netmode: none', []],
  ["in the other's namespace", 'network_mode: "service:db"', 'x-netmode: bridge', []],
  ['the other in its namespace', 'networks: [front], x-netmode: bridge', 'network_mode: "service:web"', []],
  ['in the namespace of one in host mode, as both say', 'x-netmode: "service:db"', host, ['db 127.0.0.1']],
  ['in the namespace of one on a bridge, as both say', 'x-netmode: "service:db"', 'x-netmode: bridge', []],
  [
    "on Docker's own bridge, and the other on the project's",
    'network_mode: bridge',
    'x-netmode: bridge',
    [
      'service/peer-unreachable: "web" (bridge) depends on "db" (bridge), but they share no network; ' +
        'add "web" to a network of both: "networks: [default]", in place of "network_mode"',
    ],
  ],
  ['in the namespace of one in host mode, natively', 'network_mode: "service:db"', host, []],
  [
    'in the namespace of a third, which alone has a name on the network',
    'x-netmode: bridge',
    'network_mode: "service:other"',
    [`${nameless('bridge', 'bridge')}ask for "other", whose network it is in, or give it "x-netmode: service:other"`],
  ],
  ['a guest of a third, which takes its name', 'x-netmode: bridge', 'x-netmode: "service:other"', []],
  ["a container's namespace, natively", 'network_mode: "container:vpn"', 'networks: [back]', []],
  ["on Docker's own bridge, natively", 'network_mode: bridge', 'network_mode: bridge', [docker0]],
  [
    'its port for UDP is published under another number',
    host,
    'ports: ["5433:5432/udp"], x-netmode: bridge',
    [`${nameless('host', 'bridge')}publish the port of "db" under the same number: "127.0.0.1:5432:5432/udp"`],
  ],
  [
    'its port is published under whichever number is free',
    host,
    'ports: ["5432", "5431-5432:5432"], x-netmode: bridge',
    [`${nameless('host', 'bridge')}publish the port of "db" under the same number: "127.0.0.1:5432:5432"`],
  ],
  [
    'any address on the LAN, beside a bridge',
    host,
    `networks: [back], ${on('lan')}`,
    [`${nameless('host', 'macvlan')}give "db" a fixed address: ipv4_address`],
  ],
  [
    'a fixed address on an overlay, which this host does not reach',
    host,
    'networks: { wide: { ipv4_address: 10.8.0.5 } }',
    [`${nameless('host', 'overlay')}publish the port of "db" under the same number`],
  ],
  ["both in a container's namespace", 'network_mode: "container:vpn"', 'network_mode: "container:vpn"', []],
] as const) {
  test(name, () => {
    // Rings are Compose's affair.
    const depends = db.includes('service:web') ? 'links: [db]' : undefined;
    assert.equal(found(web, db, depends), expected);
  });
}

test('several entries, in order; what the file has is left alone', () => {
  assert.equal(found(host, host, 'depends_on: [db]'), ['db 127.0.0.1']);
  assert.equal(found('x-netmode: bridge', host, 'links: ["db:zeta"]'), ['db host-gateway', 'zeta host-gateway']);
  assert.equal(found('x-netmode: bridge', host, 'links: ["db:alpha"]'), ['alpha host-gateway', 'db host-gateway']);
  assert.equal(found('x-netmode: bridge, extra_hosts: ["db:10.0.0.1"]', host, 'links: ["db:alpha"]'), [
    'alpha host-gateway',
  ]);
  assert.equal(found('x-netmode: bridge', host, 'depends_on: [nobody]'), []);
});

test("on Docker's own bridge only a link resolves", () => {
  const native = 'network_mode: bridge';
  assert.equal(found(native, native, 'links: [db]'), []);
  assert.equal(found(native, native, 'links: [db, lamp]', '  lamp: { image: x, network_mode: bridge }\n'), []);
  assert.equal(
    found(native, native, 'links: [lamp], depends_on: [db]', '  lamp: { image: x, network_mode: bridge }\n'),
    [docker0],
  );
});

test('nothing is written for two that netcompose does not attach', () => {
  assert.equal(found('networks: [front]', 'network_mode: host'), [
    `${nameless('bridge', 'host')}write "extra_hosts": ["db:host-gateway"]`,
  ]);
});

test("a guest of one in a container's namespace, and another there", () => {
  const vpn = 'network_mode: "container:vpn"';
  assert.equal(found('x-netmode: "service:inner"', vpn, 'depends_on: [db]', `  inner: { image: x, ${vpn} }\n`), []);
});

test.run();
