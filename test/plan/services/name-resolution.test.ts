/** How a service finds another by its name, for every pair of ways in which the two can be attached. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const networks =
  'networks:\n  front: {}\n  back: {}\n  ten: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n' +
  '  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n' +
  '  far: { x-netmode: { mode: macvlan, parent: eth1, ip_range: 10.20.1.64/26, subnet: 10.20.0.0/16, ' +
  'gateway: 10.20.0.1, host_access: none } }\n';

/** What `web` gets to find `db`: entries for its `/etc/hosts`, and what is reported with the help for it. */
function found(web: string, db: string, depends = 'depends_on: [db]') {
  const text =
    `services:\n  web: { image: x, ${depends}, ${web} }\n  db: { image: x, ${db} }\n` +
    `  other: { image: x, x-netmode: bridge }\n${networks}`;
  const { plan, diagnostics } = planTexts(text, { facts: lanFacts });
  const reported = diagnostics
    .sorted()
    .filter(({ rule }) => rule === 'service/peer-unreachable' || rule === 'service/name-not-resolvable')
    .map(({ rule, message, help }) => `${rule}: ${message}; ${help}`);
  const entries = plan!.services.get('web')!.extraHosts.map(({ host, address }) => `${host} ${address}`);
  return [...entries, ...reported];
}

const host = 'x-netmode: host';
const nameless = (web: string, db: string) =>
  `service/name-not-resolvable: "web" (${web}) depends on "db" (${db}), whose name it cannot resolve; `;
const unreachable = (web: string, db: string, network: string) => [
  `service/peer-unreachable: "web" (${web}) depends on "db" (${db}), but they share no network; ` +
    `add "db" to a network of both: "networks: [${network}]"`,
];
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
  ['host mode, from the LAN and a bridge', `networks: [back], ${on('lan')}`, host, ['db host-gateway']],
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

test.run();
