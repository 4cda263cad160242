/**
 * Every rule about networking finds its fault in native Compose, too: without `x-netmode`, or (shims) in a native
 * network that asks for one. Each stands on the host of the rule's page.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RuleName, rules } from '../../src/diagnostics/rules.ts';
import { checkSnippet } from './project.ts';
import { factsFor } from './situations.ts';

/** A native network on the LAN, sound but for what is changed. */
const lan = (changes: { parent?: string; options?: string; driver?: string; pool?: string; more?: string } = {}) => {
  const { parent = 'eth0', options = '', driver = 'macvlan', more = '' } = changes;
  const pool = changes.pool ?? 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
  const [opts, ipam] = [`driver_opts: { parent: ${parent}${options} }`, `ipam: { config: [{ ${pool} }] }`];
  return `{ driver: ${driver}, ${opts}, ${ipam}${more} }`;
};

const project = (services: Record<string, string>, networks: Record<string, string> = {}) => {
  const section = (name: string, entries: Record<string, string>) =>
    [name, ...Object.entries(entries).map(([key, text]) => `  ${key}: ${text}`)].join('\n');
  const second = Object.keys(networks).length > 0 ? section('networks:', networks) : '';
  return `${section('services:', services)}\n${second}\n`;
};

const on = (attachment: string, more = '') => `{ image: x, networks: { lan: ${attachment} }${more} }`;
const dynamic = '{ image: x, networks: [lan] }';
const host = (more = '') => `{ image: x, network_mode: host${more} }`;
const shim = ', x-netmode: { host_access: shim }';

const native: { readonly [rule in RuleName]?: string } = {
  'netmode/invalid-value': project({ web: on('{ ipv4_address: 192.168.1.300 }') }, { lan: lan() }),
  'netmode/key-not-for-mode': project({
    vpn: '{ image: x }',
    web: '{ image: x, network_mode: "service:vpn", hostname: web }',
  }),
  'netmode/conflicting-network': project(
    { web: dynamic, b: '{ image: x, networks: [two] }' },
    {
      lan: lan({ driver: 'ipvlan' }),
      two: lan({ driver: 'ipvlan', pool: 'subnet: 10.7.0.0/24, gateway: 10.7.0.1' }),
    },
  ),
  'service/peer-unreachable': project({
    web: '{ image: x, network_mode: bridge, depends_on: [db] }',
    db: '{ image: x }',
  }),
  'service/name-not-resolvable': project({ web: host(', depends_on: [db]'), db: '{ image: x }' }),
  'service/ports-ignored': project({ web: on('', ', ports: ["80:80"]') }, { lan: lan() }),
  'service/port-remap-lost': project({ web: on('', ', ports: ["8080:80"]') }, { lan: lan() }),
  'service/replicas-clash': project(
    { web: on('{ ipv4_address: 192.168.1.53 }', ', deploy: { replicas: 2 }') },
    { lan: lan() },
  ),
  'service/default-route': project({ web: '{ image: x, networks: [back, lan] }' }, { lan: lan(), back: '' }),
  'service/interface-name-taken': project(
    { web: '{ image: x, networks: { back: {}, lan: { interface_name: eth0 } } }' },
    { lan: lan(), back: '' },
  ),
  'service/name-of-another-project': project(
    { web: '{ image: x, networks: [back, lan] }', db: '{ image: x, networks: [back] }' },
    { lan: '{ external: true, name: netcompose-eth0 }', back: '' },
  ),
  'ports/published-twice': project({ a: '{ image: x, ports: ["80:80"] }', b: '{ image: x, ports: ["80:81"] }' }),
  'ports/host-clash': project({ a: host(', expose: [80]'), b: host(', expose: [80]') }),
  'ports/namespace-clash': project({
    a: '{ image: x, expose: [80] }',
    b: '{ image: x, network_mode: "service:a", expose: [80] }',
  }),
  'ports/in-use-on-host': project({ dns: '{ image: x, ports: ["53:53/udp"] }' }),
  'ports/no-such-address': project({ dns: '{ image: x, ports: ["192.168.1.11:53:53/udp"] }' }),
  'ports/in-use-by-container': project({ web: '{ image: x, ports: ["8080:80"] }' }),
  'address/outside-subnet': project({ web: on('{ ipv4_address: 10.0.0.5 }') }, { lan: lan() }),
  'address/duplicate': project(
    { a: on('{ ipv4_address: 192.168.1.53 }'), b: on('{ ipv4_address: 192.168.1.53 }') },
    { lan: lan() },
  ),
  'address/reserved': project({ web: on('{ ipv4_address: 192.168.1.1 }') }, { lan: lan() }),
  'address/in-dynamic-range': project({ web: on('{ ipv4_address: 192.168.1.200 }') }, { lan: lan() }),
  'address/range-invalid': project({ web: dynamic }, { lan: lan({ pool: 'subnet: 192.168.1.5/24' }) }),
  'address/range-exhausted': project(
    { a: dynamic, b: dynamic },
    { lan: lan({ pool: 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.200/32' }) },
  ),
  'address/no-gateway': project({ web: dynamic }, { lan: lan({ pool: 'subnet: 192.168.1.0/24' }) }),
  'address/no-range-on-lan': project(
    { web: dynamic },
    { lan: lan({ pool: 'subnet: 192.168.1.0/24, gateway: 192.168.1.1' }) },
  ),
  'address/duplicate-mac': project(
    { a: on('{ mac_address: "02:42:c0:a8:01:35" }'), b: on('{ mac_address: 0242.C0A8.0135 }') },
    { lan: lan() },
  ),
  'address/cannot-float': project(
    { web: '{ image: x, x-netmode: { network: lan, floating_addresses: 192.168.1.60 } }' },
    { lan: lan() },
  ),
  'address/answers-on-lan': project({ dns: on('{ ipv4_address: 192.168.1.53 }') }, { lan: lan() }),
  'subnet/overlap': project(
    { web: '{ image: x, networks: [one, two] }' },
    {
      one: '{ ipam: { config: [{ subnet: 10.5.0.0/16 }] } }',
      two: '{ ipam: { config: [{ subnet: 10.5.7.0/24 }] } }',
    },
  ),
  'subnet/taken-by-network': project({ web: dynamic }, { lan: lan({ driver: 'ipvlan', more: ', name: mine' }) }),
  'subnet/taken-by-host': project(
    { web: '{ image: x, networks: [back] }' },
    { back: '{ ipam: { config: [{ subnet: 192.168.0.0/20 }] } }' },
  ),
  'subnet/l3-inside-parent-subnet': project(
    { web: dynamic },
    { lan: lan({ driver: 'ipvlan', options: ', ipvlan_mode: l3', pool: 'subnet: 192.168.1.0/24' }) },
  ),
  'parent/not-found': project({ web: dynamic }, { lan: lan({ parent: 'eth9' }) }),
  'parent/down': project({ web: dynamic }, { lan: lan({ parent: 'eth1' }) }),
  'parent/loopback': project({ web: dynamic }, { lan: lan({ parent: 'lo' }) }),
  'parent/wireless': project({ web: dynamic }, { lan: lan({ parent: 'wlan0' }) }),
  'parent/enslaved': project({ web: dynamic }, { lan: lan({ parent: 'eth2' }) }),
  'parent/driver-clash': project(
    { web: dynamic, b: '{ image: x, networks: [two] }' },
    { lan: lan(), two: lan({ driver: 'ipvlan', pool: 'subnet: 10.7.0.0/24, gateway: 10.7.0.1' }) },
  ),
  'parent/mode-clash': project(
    { web: dynamic, b: '{ image: x, networks: [two] }' },
    {
      lan: lan({ driver: 'ipvlan' }),
      two: lan({ driver: 'ipvlan', options: ', ipvlan_mode: l3', pool: 'subnet: 10.7.0.0/24' }),
    },
  ),
  'parent/taken-by-network': project(
    { web: dynamic },
    { lan: lan({ driver: 'ipvlan', pool: 'subnet: 10.7.0.0/24, gateway: 10.7.0.1', more: ', name: mine' }) },
  ),
  'parent/passthru-exclusive': project(
    { web: dynamic, b: '{ image: x, networks: [two] }' },
    { lan: lan({ options: ', macvlan_mode: passthru' }), two: lan({ pool: 'subnet: 10.7.0.0/24' }) },
  ),
  'subnet/family-not-enabled': project(
    { web: dynamic },
    { lan: '{ ipam: { config: [{ subnet: "2001:db8::/64" }] } }' },
  ),
  'subnet/ipv6-made-up': project({ web: dynamic }, { lan: lan({ more: ', enable_ipv6: true' }) }),
  'driver-option/unknown': project({ web: dynamic }, { lan: lan({ driver: 'ipvlan', options: ', ipvlan-mode: l3' }) }),
  'shim/name-taken': project({ web: dynamic }, { lan: lan({ more: shim }) }),
  'subnet/lan-has-changed': project({ web: dynamic }, { lan: '{ external: true, name: netcompose-eth0 }' }),
  'shim/address-not-kept': project({ web: dynamic }, { lan: `{ external: true, name: netcompose-eth0${shim} }` }),
  'shim/other-source': project({ web: dynamic }, { lan: `{ external: true, name: netcompose-eth0${shim} }` }),
  'shim/address-taken': project(
    { web: on('{ ipv4_address: 192.168.1.60 }') },
    { lan: lan({ more: ', x-netmode: { host_access: shim, shim: { ipv4_address: 192.168.1.60 } }' }) },
  ),
  'shim/flag-unreachable': project({ web: dynamic }, { lan: lan({ options: ', macvlan_mode: private', more: shim }) }),
  'host/manager-takes-shim': project({ web: dynamic }, { lan: lan({ more: shim }) }),
  'host/address-given-up': project({ web: dynamic }, { lan: lan({ more: shim }) }),
  'host/renamed-by-mac': project({ web: dynamic }, { lan: lan({ driver: 'ipvlan', more: shim }) }),
  'host/firewall-zone': project({ web: dynamic }, { lan: lan({ more: shim }) }),
  'engine/too-old': project({ web: '{ image: x, networks: { back: { interface_name: lan0 } } }' }, { back: '' }),
  'engine/desktop': project({ web: dynamic }, { lan: lan() }),
  'engine/rootless': project({ web: dynamic }, { lan: lan() }),
  'engine/podman': project(
    { web: dynamic },
    { lan: '{ driver: ipvlan, driver_opts: { parent: eth0, ipvlan_mode: l3 } }' },
  ),
  'engine/remote': project({ web: dynamic }, { lan: lan() }),
  'engine/no-such-network': project({ web: '{ image: x, network_mode: lan }' }),
  'engine/network-made-anew': `name: shop\n${project(
    { web: on('{ ipv4_address: 192.168.1.200 }') },
    { lan: lan({ pool: 'subnet: 192.168.1.0/24, gateway: 192.168.1.254, ip_range: 192.168.1.192/27' }) },
  )}`,
  'engine/network-missing': project({ web: dynamic }, { lan: '{ external: true }' }),
  'engine/swarm-inactive': project({ web: dynamic }, { lan: '{ driver: overlay }' }),
  'engine/kernel-lacks-driver': project({ web: dynamic }, { lan: lan({ driver: 'ipvlan' }) }),
};

/**
 * What has no native form: the files themselves, the words of `x-netmode`, what commands find on the way, a gateway
 * that netcompose chooses (a native network without one is `address/no-gateway`), what it moves from guests, and a
 * `fallback`; and what a stack of a swarm does not take.
 */
const without: readonly RuleName[] = [
  ...(['netmode/unknown-mode', 'netmode/unknown-key', 'netmode/misplaced', 'netmode/mixed-forms'] as const),
  // The engine's network of that name is asked for by `network_mode`; an owner that is none is Compose's own error.
  ...(['netmode/undefined-network', 'netmode/unusable-owner', 'netmode/replaces-native'] as const),
  'netmode/cannot-annotate',
  ...(['address/gateway-guessed', 'service/guests-differ', 'service/falls-back'] as const),
  ...(['shim/needs-root', 'shim/asks-sudo'] as const),
  ...(['engine/unreachable', 'engine/compose-missing', 'engine/compose-too-old'] as const),
];

test('every rule has a native form, or none is possible', () => {
  const expected = Object.keys(rules).filter(
    (rule) => !/^(?:compose|swarm)\//.test(rule) && !without.includes(rule as RuleName),
  );
  assert.equal(Object.keys(native).sort(), expected.sort());
});

for (const [rule, text] of Object.entries(native)) {
  test(`${rule}: the native form`, () => {
    const { diagnostics } = checkSnippet(new Map([['compose.yaml', text]]), factsFor(rule as RuleName));
    const found = diagnostics.map(({ rule: name, message }) => `${name}: ${message}`);
    assert.ok(
      found.some((line) => line.startsWith(`${rule}: `)),
      `${text}\n${found.join('\n')}`,
    );
  });
}

test.run();
