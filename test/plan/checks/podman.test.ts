/** What Podman does otherwise than Docker, said before anything starts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const podman: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman', version: '5.4.2' } };
const found = (text: string, facts = podman) =>
  planTexts(text, { facts })
    .diagnostics.sorted()
    .map(({ severity, rule, message, help }) => `${severity} ${rule}: ${message} | ${help}`);

const ignored = (address: string) =>
  `warning engine/podman: network "lan": Podman 5.4.2 takes "aux_addresses" from its Docker socket and ignores them: ` +
  `it hands out ${address} like any other`;
const native = (aux: string) =>
  'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n' +
  '    driver_opts: { parent: eth0 }\n    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ' +
  `ip_range: 192.168.1.192/27, aux_addresses: { other: ${aux} } }] }\n`;
const dns = (more = '') =>
  `  dns: { image: x, privileged: true, x-netmode: { network: lan, ipv4_address: 192.168.1.53${more} } }\n`;
const lan = (more = '') => `networks:\n  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27${more} } }\n`;
const web = (more = '') => `  web: { image: x, depends_on: [dns], x-netmode: { network: lan }${more} }\n`;

const cases: Readonly<Record<string, readonly [text: string, expected: readonly string[]]>> = {
  'an address that a native network keeps in its range': [
    native('192.168.1.200'),
    [`${ignored('192.168.1.200')} | choose an "ip_range" without it`],
  ],
  'the same outside': [native('192.168.1.50'), []],
  'a floating address in the range': [
    `services:\n${dns(', floating_addresses: 192.168.1.200')}${lan(', shim: { ipv4_address: 192.168.1.9 }')}`,
    [`${ignored('192.168.1.200')} | choose an "ip_range" without it`],
  ],
  'a native network without a parent, which Podman puts on the LAN': [
    native('192.168.1.50').replace('    driver_opts: { parent: eth0 }\n', ''),
    [
      'warning engine/podman: network "lan" names no "parent": Podman puts it on eth0, by the default route, and ' +
        'Docker on no interface | write "driver_opts: { parent: eth0 }", or for a network that leads nowhere ' +
        '"driver: bridge" and "internal: true"',
    ],
  ],
  'a name on macvlan, whose address is known': [
    `services:\n${dns()}${web()}${lan()}`,
    [
      'warning service/name-not-resolvable: "web" (macvlan) depends on "dns" (macvlan), ' +
        'whose name it cannot resolve: Podman has no names on macvlan and ipvlan | ' +
        'write "extra_hosts": ["dns:192.168.1.53"]',
    ],
  ],
  'the same, and the file has seen to it': [
    `services:\n${dns()}${web(', extra_hosts: ["dns:192.168.1.53"]')}${lan()}`,
    [],
  ],
  'macvlan and a bridge': [
    `services:\n  web: { image: x, networks: [default], x-netmode: { network: lan } }\n${lan()}`,
    [
      'warning service/default-route: "web" is on "default" and "lan": Podman gives it a default route by each, ' +
        'and which counts changes from run to run | leave it on one of them',
    ],
  ],
  'macvlan, and a bridge for this host alone': [
    `services:\n  web: { image: x, x-netmode: { network: lan } }\n${lan(', host_access: loopback')}`,
    [
      'warning service/default-route: "web" is on "lan" and "default": Podman gives it a default route by each, ' +
        'and which counts changes from run to run | write "host_access: shim", which needs no bridge beside',
    ],
  ],
};

for (const [name, [text, expected]] of Object.entries(cases)) {
  test(name, () => assert.equal(found(text), expected));
  test(`${name}: not with Docker`, () => assert.equal(found(text, lanFacts), []));
}

test('a native network without a parent: of this LAN are the rules, and without a default route it is an error', () => {
  const text = (subnet: string) =>
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n' +
    `  lan: { driver: macvlan, ipam: { config: [{ subnet: ${subnet}.0/24, gateway: ${subnet}.1 }] } }\n`;
  const onLan = found(text('192.168.1'));
  assert.ok(
    onLan.some((line) => line.startsWith('warning address/no-range-on-lan')),
    onLan.join('\n'),
  );
  const withoutRoute: Facts = { ...podman, host: { ...podman.host!, routes: [] } };
  assert.equal(found(text('192.168.9'), withoutRoute), [
    'error parent/not-found: network "lan": no "parent" is named, and this host has no default route, from which ' +
      'Podman takes it | write "parent:" under "driver_opts", with one of eth0, eth1, wlan0',
  ]);
  // What is not known of a host, and what is on another, is no fault; nor is it on Docker.
  const unseen: Facts = { ...podman, host: { ...podman.host!, routes: [], unseen: ['routes'] } };
  for (const facts of [unseen, { ...withoutRoute, engine: lanFacts.engine! }, lanFacts])
    assert.equal(found(text('192.168.9'), facts), []);
});

test.run();
