/** Native networks and external ones are checked as those of `x-netmode`; what one check knows, all know. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import type { EngineFacts, EngineNetwork, Facts, HostInterface } from '../../../src/plan/facts/facts.ts';
import { formatAddress, parseCidr } from '../../../src/plan/facts/ip.ts';
import { checkHostBits } from '../../../src/plan/networks/pools.ts';
import type { Place } from '../../../src/plan/types.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const withInterfaces = (...more: readonly HostInterface[]): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, ...more] },
});
const withEngine = (changes: Partial<EngineFacts>): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, ...changes },
});
const byHand = (changes: Partial<EngineNetwork> = {}): EngineNetwork => ({
  id: 'a1',
  name: 'br0',
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0' },
  labels: {},
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', auxiliaryAddresses: {} }],
  ...changes,
});
const link = (name: string, rest: Partial<HostInterface>): HostInterface => ({
  name,
  index: 20,
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  addresses: [],
  ...rest,
});

const lines = (text: string, facts: Facts = lanFacts) => told(planTexts(text, { facts }));
const plan = (text: string, facts: Facts = lanFacts) => planTexts(text, { facts }).plan!;

const at = (place: Place) =>
  place.kind === 'address' ? formatAddress(place.address) : place.kind === 'dynamic' ? 'dynamic' : place.kind;
const reach = (text: string, service: string, facts?: Facts) =>
  plan(text, facts)
    .services.get(service)!
    .reach.map((each) => `${each.from} ${at(each.at)}:${each.port?.first}`);

const sound = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
const native = (pool = sound, more = '', driver = 'macvlan', parent = 'eth0') =>
  `{ driver: ${driver}, driver_opts: { parent: ${parent} }, ipam: { config: [{ ${pool} }] }${more} }`;
const joining = (lan: string) => `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: ${lan}\n`;

// A network that exists already.

for (const [name, service, network] of [
  ['at the service', ', host_access: shim', ''],
  ['at the network', '', ', x-netmode: { host_access: shim }'],
  ['beside its mode', '', ', x-netmode: { mode: macvlan, host_access: shim }'],
] as const) {
  test(`external: a shim that is asked for ${name}`, () => {
    const text =
      'services:\n  web: { image: x, x-netmode: { network: front, ipv4_address: 192.168.1.22, ' +
      `listen: [80]${service} } }\n` +
      `networks:\n  front: { name: br0, external: true${network} }\n`;
    const facts = withEngine({ networks: [byHand()] });
    assert.equal(lines(text, facts), []);
    const { shims, networks } = plan(text, facts);
    assert.equal(
      shims.map((shim) => [shim.name, shim.network, shim.routes.map(({ destination }) => destination.prefix)]),
      [['nc-eth0', 'br0', [32]]],
    );
    assert.is(networks.get('front')!.kind, 'native');
    assert.equal(reach(text, 'web', facts), ['host 192.168.1.22:80', 'lan 192.168.1.22:80']);
  });
}

test('external: keys are judged by what the network is, and not where nobody knows', () => {
  const text = (keys: string) =>
    `services:\n  web: { image: x, x-netmode: { network: front, ${keys} } }\n` +
    'networks:\n  front: { name: br0, external: true }\n';
  const bridge = withEngine({ networks: [byHand({ driver: 'bridge', options: {} })] });
  assert.equal(lines(text('host_access: shim'), bridge), [
    'error netmode/key-not-for-mode: "web": "host_access" means nothing for bridge',
  ]);
  assert.equal(lines(text('host_access: shim'), { version: 1 }), []);
  const ipvlan = withEngine({ networks: [byHand({ driver: 'ipvlan' })] });
  assert.ok(
    lines(text('mac_address: "02:42:c0:a8:01:35"'), ipvlan).includes(
      'error netmode/key-not-for-mode: "web": "mac_address" means nothing for ipvlan-l2',
    ),
  );
  assert.equal(lines(text('parent: eth1, ipv4_address: 192.168.1.22'), withEngine({ networks: [byHand()] })), [
    'error netmode/conflicting-network: "web": "parent" differs from that of network "front", which it joins',
  ]);
});

test('external: what is said of it must be what it has', () => {
  const said = 'mode: ipvlan-l2, parent: eth1, flag: private, subnet: 192.168.2.0/24, scope: host';
  const text =
    'services:\n  web: { image: x, networks: { front: { ipv4_address: 192.168.1.22 } } }\n' +
    `networks:\n  front: { name: br0, external: true, x-netmode: { ${said} } }\n`;
  assert.equal(lines(text, withEngine({ networks: [byHand()] })), [
    'error netmode/conflicting-network: network "front": mode is ipvlan-l2, but the network that exists is macvlan',
    'error netmode/conflicting-network: parent is eth1, but the network "br0" exists already with eth0',
    'error netmode/conflicting-network: flag is private, but the network "br0" exists already with bridge',
    'error netmode/conflicting-network: subnet is 192.168.2.0/24, ' +
      'but the network "br0" exists already with 192.168.1.0/24',
    'error netmode/key-not-for-mode: network "front": "scope" means nothing for an external network',
  ]);
});

test('external: what is said serves where no engine is asked', () => {
  const said = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, host_access: shim';
  const text =
    'services:\n  web: { image: x, networks: { front: { ipv4_address: 192.168.1.22 } } }\n' +
    `networks:\n  front: { name: br0, external: true, x-netmode: { ${said} } }\n`;
  const { engine: _, ...facts } = lanFacts;
  assert.equal(lines(text, facts), []);
  assert.equal(
    plan(text, facts).shims.map(({ name, parent }) => [name, parent]),
    [['nc-eth0', 'eth0']],
  );
});

test('external: a service without an address gets one of the LAN', () => {
  assert.equal(lines(joining('{ name: br0, external: true }'), withEngine({ networks: [byHand()] })), [
    'warning address/no-range-on-lan: network "lan" has no "ip_range" on the LAN 192.168.1.0/24: ' +
      'Docker gives "web" the first address that no other container has',
  ]);
});

test('external: one that is not there, and when that is not known', () => {
  const text = joining('{ external: true }').replace('image: x', 'image: x, ports: ["80:80"]');
  const missing = 'engine/network-missing: network "lan" is external, but the engine has no "lan"';
  assert.equal(lines(text), [`error ${missing}`]);
  assert.equal(reach(text, 'web'), []);
  assert.equal(lines(`x-netmode: { hooks: { pre_up: [[make]] } }\n${text}`), [`warning ${missing}`]);
  assert.equal(lines(text, withEngine({ swarm: 'worker' })), []);
  assert.equal(told(planTexts(text, { facts: lanFacts, starting: new Set() })), []);
  assert.equal(lines(text, { version: 1 }), []);
  assert.equal(lines(text.replace('image: x', 'image: x, profiles: [later]')), []);
});

test('two networks on one parent, one of them external, are told once', () => {
  const text =
    'services:\n  web:\n    image: x\n    networks:\n      lan: { ipv4_address: 10.7.0.5 }\n' +
    '      front: { ipv4_address: 192.168.1.22 }\n' +
    'networks:\n  front: { name: br0, external: true }\n' +
    `  lan: ${native('subnet: 10.7.0.0/24, gateway: 10.7.0.1', '', 'ipvlan')}\n`;
  const found = lines(text, withEngine({ networks: [byHand({ driver: 'ipvlan' })] }));
  assert.equal(
    found.filter((line) => line.startsWith('error')),
    [
      'error netmode/conflicting-network: networks "front" and "lan" are both on eth0, ' +
        'which carries one ipvlan network',
    ],
  );
});

// Parents.

for (const [name, parent, facts, expected] of [
  [
    'auto',
    'auto',
    lanFacts,
    'Docker takes "auto" for the name of an interface: only x-netmode finds the parent by itself',
  ],
  [
    'auto with a VLAN',
    'auto.10',
    { version: 1 },
    'Docker takes "auto.10" for the name of an interface: only x-netmode finds the parent by itself',
  ],
  ['missing', 'eth9', lanFacts, 'there is no interface "eth9" on this host'],
  [
    'a VLAN under another name',
    'eth0.10',
    withInterfaces(link('servers', { kind: 'vlan', link: 'eth0', vlan: 10 })),
    'there is no interface "eth0.10", and Docker cannot make one: this host has that VLAN as "servers"',
  ],
] as const) {
  test(`native parent: ${name}`, () => {
    assert.equal(lines(joining(native(sound, '', 'macvlan', parent)), facts as Facts), [
      `error parent/not-found: network "lan": ${expected}`,
    ]);
  });
}

test('native parent: a VLAN that Docker makes, another of its names, and a network that nobody joins', () => {
  assert.equal(lines(joining(native(sound, '', 'macvlan', 'eth0.10'))), []);
  const facts = withInterfaces(link('lan0', { altnames: ['enp3s0'] }));
  assert.equal(lines(joining(native(sound, '', 'macvlan', 'enp3s0')), facts), []);
  assert.equal(
    lines(`services:\n  web: { image: x }\nnetworks:\n  lan: ${native(sound, '', 'macvlan', 'eth9')}\n`),
    [],
  );
});

test('x-netmode: the link of a VLAN is found under its name', () => {
  const text =
    'services:\n  web: { image: x, x-netmode: { mode: macvlan, parent: eth0, vlan: 10, subnet: 10.9.0.0/24 } }\n';
  const { networks } = plan(text, withInterfaces(link('servers', { kind: 'vlan', link: 'eth0', vlan: 10 })));
  assert.equal(
    [...networks.values()].map(({ dockerName }) => dockerName),
    ['netcompose-servers'],
  );
});

for (const [kind, severity] of [
  [{ kind: 'desktop' }, 'error engine/desktop'],
  [{ kind: 'rootless' }, 'error engine/rootless'],
  [{ remote: true }, 'warning engine/remote'],
] as const) {
  test(`native network: ${severity}`, () => {
    const found = lines(joining(native()), withEngine(kind));
    assert.equal(
      found.map((line) => line.split(':')[0]),
      [severity],
    );
  });
}

// Pools.

for (const [name, pool, more, expected] of [
  [
    'neither gateway nor range',
    'subnet: 192.168.1.0/24',
    '',
    ['warning address/no-gateway', 'warning address/no-range-on-lan'],
  ],
  ['internal', 'subnet: 10.7.0.0/24, ip_range: 10.7.0.64/27', ', internal: true', []],
  [
    'host bits in the subnet',
    'subnet: 192.168.1.5/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27',
    '',
    ['error address/range-invalid'],
  ],
  [
    'host bits in the range',
    'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.200/27',
    '',
    ['error address/range-invalid'],
  ],
  [
    'a range larger than the subnet',
    'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.0.0/16',
    '',
    ['error address/range-invalid'],
  ],
  [
    'one subnet twice',
    `${sound} }, { subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.64/27`,
    '',
    ['error address/range-invalid'],
  ],
] as const) {
  test(`native pools: ${name}`, () => {
    const found = lines(joining(native(pool, more)));
    assert.equal(
      found.map((line) => line.split(':')[0]),
      expected,
      found.join('\n'),
    );
  });
}

test('who has an address needs no range', () => {
  const text = joining(native('subnet: 192.168.1.0/24, gateway: 192.168.1.1'));
  assert.equal(lines(text.replace('[lan]', '{ lan: { ipv4_address: 192.168.1.53 } }')), []);
});

test('the help for host bits is the line to write', () => {
  const helps: (string | undefined)[] = [];
  const place = { source: new SourceFile('compose.yaml', ''), start: 0, end: 0 };
  checkHostBits('ip_range', '192.168.1.200/27', parseCidr('192.168.1.200/27')!, place, (_rule, _span, _text, more) =>
    helps.push(more?.help),
  );
  assert.equal(helps, ['write "ip_range: 192.168.1.192/27"']);
});

test('x-netmode: host bits in a range, one outside the LAN, and one subnet twice', () => {
  const said = (keys: string) => lines(`services:\n  web: { image: x, x-netmode: { mode: macvlan, ${keys} } }\n`);
  assert.equal(said('ip_range: 192.168.1.200/27'), [
    'error address/range-invalid: "192.168.1.200/27" is an address inside a range, not the range',
  ]);
  assert.equal(said('ip_range: 10.0.0.0/27'), [
    'error address/range-invalid: ip_range 10.0.0.0/27 is outside 192.168.1.0/24',
  ]);
  assert.ok(
    said('subnet: [192.168.1.0/24, 192.168.1.0/24], ip_range: 192.168.1.192/27').includes(
      'error address/range-invalid: 192.168.1.0/24 is given twice',
    ),
  );
});

test('no network is made without a subnet where none was found', () => {
  const whole = { destination: '10.64.0.0/10', family: 4, interface: 'eth1' } as const;
  const facts: Facts = { ...lanFacts, host: { ...lanFacts.host!, routes: [...lanFacts.host!.routes, whole] } };
  const text = 'services:\n  web: { image: x, x-netmode: ipvlan-l3 }\n';
  assert.ok(lines(text, facts).some((line) => line.includes('is free, from which')));
  assert.equal(
    plan(text, facts).actions.filter(({ kind }) => kind === 'ensure-network'),
    [],
  );
});

// What the engine and the host have.

test('a named network is compared with what exists, unless it is that very one', () => {
  const text = joining(native(sound, ', name: mine'));
  const older = { version: '26.1.5', networks: [byHand()] };
  assert.equal(
    lines(text, withEngine(older)).map((line) => line.split(':')[0]),
    ['error parent/taken-by-network', 'error subnet/taken-by-network'],
  );
  assert.equal(lines(text, withEngine({ ...older, networks: [byHand({ name: 'mine' })] })), []);
});

for (const [name, subnet, expected] of [
  ['holds the LAN', '192.168.0.0/20', ['error']],
  ['is the LAN', '192.168.1.0/24', ['error']],
  ['is a part of a LAN', '10.20.7.0/24', ['error']],
  ['is a VPN, routed', '10.8.0.0/24', ['error']],
  ['is a part of what is routed', '10.99.1.0/24', ['warning']],
  ["is Docker's own bridge's", '172.20.0.0/24', []],
  ['is in half of everything', '172.30.0.0/24', []],
] as const) {
  test(`a bridge's subnet that ${name}`, () => {
    const base = withInterfaces(
      link('tun0', { addresses: ['10.100.0.2/32'] }),
      link('br-0123456789ab', { kind: 'bridge', addresses: ['172.20.0.1/16'] }),
    );
    const by = { family: 4, interface: 'tun0' } as const;
    const routes = ['10.8.0.0/24', '10.99.0.0/16', '128.0.0.0/1'].map((destination) => ({ destination, ...by }));
    const facts: Facts = { ...base, host: { ...base.host!, routes: [...base.host!.routes, ...routes] } };
    const text = joining(`{ ipam: { config: [{ subnet: ${subnet} }] } }`);
    const found = lines(text, facts).filter((line) => line.includes('subnet/taken-by-host'));
    assert.equal(
      found.map((line) => line.split(' ')[0]),
      expected,
    );
    assert.equal(lines(text, { ...facts, engine: { ...facts.engine!, remote: true } }), []);
  });
}

test('help for a subnet that is taken names a free one, and removes nothing', () => {
  const networks = [
    byHand({
      name: 'bridge',
      driver: 'bridge',
      options: {},
      pools: [{ subnet: '172.17.0.0/16', auxiliaryAddresses: {} }],
    }),
  ];
  const { diagnostics } = planTexts(joining('{ ipam: { config: [{ subnet: 172.17.0.0/24 }] } }'), {
    facts: withEngine({ networks }),
  });
  assert.equal(
    diagnostics.sorted().map(({ help }) => help),
    ['choose another subnet, such as 172.16.0.0/24'],
  );
});

test('ports on addresses that the host has, and has not', () => {
  const ports = (address: string) => `services:\n  dns: { image: x, ports: ["${address}:53:53/udp"] }\n`;
  assert.equal(lines(ports('192.168.1.11')), [
    'warning ports/no-such-address: "dns" publishes a port on 192.168.1.11, which no interface of this host has',
  ]);
  assert.equal(reach(ports('192.168.1.11'), 'dns'), []);
  for (const own of ['192.168.1.10', '127.0.0.5', '0.0.0.0', '[::1]', '[fd00:1::10]'])
    assert.equal(lines(ports(own)), [], own);
  const listening = 'services:\n  dns: { image: x, x-netmode: { mode: host, listen: ["192.168.1.11:53/udp"] } }\n';
  assert.equal(lines(listening), [
    'warning ports/no-such-address: "dns" opens a port on 192.168.1.11, which no interface of this host has',
  ]);
});

// Ports, names and ways out.

const both = (ports: string, first = 'back', attachment = '') =>
  `services:\n  web:\n    image: x\n    ports: [${ports}]\n    networks:\n` +
  `      ${first}:\n      lan: { ${attachment} }\n` +
  `networks:\n  lan: ${native()}\n  ${first}:\n`;

test('native: ports beside an address on the LAN', () => {
  const text = both('"8000:80"');
  assert.equal(lines(text), [
    'warning service/ports-ignored: "web" publishes ports beside an address on the LAN: its answers leave by that ' +
      "address, so that the LAN gets none at this host's",
  ]);
  assert.equal(reach(text, 'web'), ['host localhost:8000', 'lan dynamic:80']);
  assert.equal(lines(both('"127.0.0.1:8000:80"')), []);
});

test('native: ports where the container leaves by the LAN', () => {
  for (const text of [both('"8000:80"', 'zone'), both('"8000:80"', 'back', 'gw_priority: 1')]) {
    assert.equal(
      lines(text).map((line) => line.split(':')[0]),
      ['warning service/port-remap-lost'],
    );
    assert.equal(reach(text, 'web'), ['lan dynamic:80']);
    // Nobody has the port of the host then.
    const beside = text.replace('services:\n', 'services:\n  b: { image: x, ports: ["8000:80"] }\n');
    assert.not.ok(lines(beside).some((line) => line.includes('published-twice')));
  }
});

test('x-netmode: bridge, beside a native LAN network, is the same', () => {
  const text = both('"8000:80"').replace('image: x', 'image: x\n    x-netmode: bridge');
  assert.ok(lines(text).some((line) => line.startsWith('warning service/ports-ignored: "web" publishes ports beside')));
  assert.is(plan(text).services.get('web')!.networks.get('lan')!.gwPriority, undefined);
});

test('native: a priority that has no effect is told where it stands', () => {
  const text = both('', 'back', 'gw_priority: 20')
    .replace('back:\n', 'back: {}\n')
    .replace(/ {2}back:\n$/, '  back: { enable_ipv6: true }\n');
  const { diagnostics } = planTexts(text.replace('ports: []', 'expose: [80]'), { facts: lanFacts });
  const [found] = diagnostics.sorted();
  assert.is(found?.rule, 'service/default-route');
  assert.match(found!.message, 'Docker prefers a network that has IPv6, whatever the priority');
});

test('native: names', () => {
  const text = (web: string, db = '') =>
    `services:\n  web: { image: x, depends_on: [db]${web} }\n  db: { image: x${db} }\n`;
  const named = (rule: string, from: string, to: string, rest: string) => [
    `warning service/${rule}: "web" (${from}) depends on "db" (${to}), ${rest}`,
  ];
  const nameless = 'whose name it cannot resolve';
  assert.equal(lines(text(', network_mode: host')), named('name-not-resolvable', 'host', 'bridge', nameless));
  assert.equal(lines(text('', ', network_mode: host')), named('name-not-resolvable', 'bridge', 'host', nameless));
  assert.equal(lines(text(', extra_hosts: ["db:host-gateway"]', ', network_mode: host')), []);
  assert.equal(
    lines(text(', network_mode: bridge')),
    named('peer-unreachable', 'bridge', 'bridge', 'but they share no network'),
  );
  assert.equal(
    lines(text(', network_mode: bridge', ', network_mode: bridge')),
    named('name-not-resolvable', 'bridge', 'bridge', nameless),
  );
  // Two bridges of the file's own, and namespaces that are shared.
  assert.equal(lines(`${text(', networks: [a]', ', networks: [b]')}networks: { a: , b: }\n`), []);
  assert.equal(lines(text(', network_mode: "service:db"')), []);
  assert.equal(plan(text(', network_mode: host')).services.get('web')!.extraHosts, []);
});

// One fact, all rules.

test('ports of service discovery are shared in host mode and in a namespace, but not with what is published', () => {
  const opens = (a: string, b: string) => `services:\n  a: { image: x, ${a} }\n  b: { image: x, ${b} }\n`;
  const host = (port: string) => `network_mode: host, expose: ["${port}"]`;
  for (const port of ['5353/udp', '1900/udp', '3702/udp'])
    assert.match(lines(opens(host(port), host(port)))[0]!, /^info ports\/host-clash/);
  for (const port of ['5353/tcp', '53/udp'])
    assert.match(lines(opens(host(port), host(port)))[0]!, /^error ports\/host-clash/);
  assert.match(lines(opens(host('5353/udp'), 'ports: ["5353:5353/udp"]'))[0]!, /^error ports\/host-clash/);
  assert.match(
    lines(opens('expose: ["5353/udp"]', 'x-netmode: { mode: "service:a", listen: ["5353/udp"] }'))[0]!,
    /^info ports\/namespace-clash/,
  );
});

test('MAC addresses are compared as values, in the forms that Docker reads', () => {
  const text = (a: string, b: string) =>
    `services:\n  a: { image: x, networks: { lan: { mac_address: "${a}" } } }\n` +
    `  b: { image: x, mac_address: "${b}", networks: [lan] }\n` +
    `networks:\n  lan: ${native()}\n`;
  for (const other of ['0242.c0a8.0135', '02-42-C0-A8-01-35', '02:42:C0:A8:01:35'])
    assert.match(lines(text('02:42:c0:a8:01:35', other))[0]!, /^error address\/duplicate-mac/, other);
  for (const wrong of ['2:42:c0:a8:1:36', '0242c0a80136', '02:42-c0:a8:01:36'])
    assert.match(lines(text('02:42:c0:a8:01:35', wrong))[0]!, /^error netmode\/invalid-value: "b": /, wrong);
});

test('native ipvlan has no MAC address of its own', () => {
  const text = joining(native(sound, '', 'ipvlan')).replace('[lan]', '{ lan: { mac_address: "02:42:c0:a8:01:35" } }');
  assert.equal(lines(text), [
    'error netmode/key-not-for-mode: "web": "mac_address" means nothing for ipvlan-l2, which "lan" is',
  ]);
});

test('keys that are too new, without x-netmode', () => {
  const text = 'services:\n  web: { image: x, networks: { back: { interface_name: lan0 } } }\nnetworks: { back: }\n';
  assert.equal(
    lines(text, { version: 1, compose: { version: '2.26.1' } }).map((line) => line.split(':')[0]),
    ['error engine/too-old'],
  );
});

test.run();
