/** Fixed addresses that somebody keeps: the file, an existing network, the shim. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../../src/plan/facts/ip.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

const pool = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
const reserved = (text: string, facts: Facts = lanFacts) =>
  told(planTexts(text, { facts })).filter((line) => line.includes('address/'));

const web = (lan: string, address = '192.168.1.60') =>
  `services:\n  web: { image: x, networks: { lan: { ipv4_address: ${address} } } }\nnetworks:\n  lan: ${lan}\n`;

const aux = 'aux_addresses: { nas: 192.168.1.60, printer: 192.168.1.61 }';

for (const [name, lan] of [
  ['a native network', `{ driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ ${pool}, ${aux} }] } }`],
  ['a bridge of a project with x-netmode', `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: bridge }`],
  ['a network that netcompose defines', `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: macvlan }`],
] as const) {
  test(`an address that the file keeps from containers: ${name}`, () => {
    assert.equal(reserved(web(lan)), [
      'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
    ]);
    assert.equal(reserved(web(lan, '192.168.1.62')), []);
  });
}

test('the message names the place where it is kept', () => {
  const text = web(`{ driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ ${pool}, ${aux} }] } }`);
  const [diagnostic] = planTexts(text, { facts: lanFacts }).diagnostics.sorted();
  const [related] = diagnostic!.related;
  assert.is(text.slice(related!.span.start, related!.span.end), '192.168.1.60');
  assert.is(diagnostic!.help, 'choose another address, such as 192.168.1.59');
});

const shared: EngineNetwork = {
  id: 'a1',
  name: 'netcompose-eth0',
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [
    {
      subnet: '192.168.1.0/24',
      gateway: '192.168.1.1',
      ipRange: '192.168.1.192/27',
      auxiliaryAddresses: { nas: '192.168.1.60', 'netcompose-shim': '192.168.1.222' },
    },
  ],
};
const existing: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, networks: [shared] } };
const on = (address: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: macvlan, ipv4_address: ${address} } }\n`;

test('an address that an existing network keeps from containers', () => {
  assert.equal(reserved(on('192.168.1.60'), existing), [
    'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
  ]);
  assert.equal(reserved(on('192.168.1.222'), existing), [
    'error address/reserved: "web": 192.168.1.222 is the shim\'s own address',
  ]);
  assert.equal(reserved(on('192.168.1.61'), existing), []);
});

test('one that an external network keeps from containers', () => {
  const external: Facts = { ...existing, engine: { ...existing.engine!, networks: [{ ...shared, name: 'br0' }] } };
  assert.equal(reserved(web('{ name: br0, external: true }'), external), [
    'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
  ]);
});

test('aux_addresses of a network that netcompose defines reach Docker, and are judged', () => {
  const lan = `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: macvlan }`;
  const { plan } = planTexts(web(lan, '192.168.1.70'), { facts: lanFacts });
  const [network] = plan!.actions;
  assert.ok(network?.kind === 'ensure-network');
  assert.equal([...network.pools[0]!.auxAddresses.keys()], ['nas', 'printer']);
  assert.equal(reserved(web(lan.replace('192.168.1.60', '192.168.2.60'), '192.168.1.70')), [
    'error address/range-invalid: aux_addresses 192.168.2.60 is outside 192.168.1.0/24',
  ]);
  assert.equal(reserved(web(lan.replace('192.168.1.60', 'nas.local'), '192.168.1.70')), [
    'error address/range-invalid: aux_addresses: "nas.local" is not an address',
  ]);
});

test('what is no address is told once, and nobody is given it', () => {
  const text =
    'services:\n' +
    '  web: { image: x, deploy: { replicas: 2 }, networks: { lan: { ipv4_address: 192.168.1.999 } } }\n' +
    '  api: { image: x, networks: { lan: { ipv4_address: 192.168.1.999 } } }\n' +
    `networks:\n  lan: { x-netmode: { mode: macvlan, ${pool} } }\n`;
  const { plan, ...outcome } = planTexts(text, { facts: lanFacts });
  assert.equal(told(outcome), [
    'error netmode/invalid-value: "web": "192.168.1.999" is not an address',
    'error netmode/invalid-value: "api": "192.168.1.999" is not an address',
  ]);
  assert.is(plan!.services.get('web')!.networks.get('lan')!.ipv4Address, undefined);
});

test('one address in two spellings is a duplicate', () => {
  const text =
    'services:\n' +
    '  web: { image: x, x-netmode: { network: lan, ipv6_address: "fd00:2::5" } }\n' +
    '  api: { image: x, x-netmode: { network: lan, ipv6_address: "FD00:2:0::0005" } }\n' +
    'networks:\n  lan: { x-netmode: { mode: ipvlan-l3, subnet: "fd00:2::/64" } }\n';
  assert.equal(reserved(text), ['error address/duplicate: "api" has the address fd00:2::5, as "web" does']);
});

/** Two services on one network of the file, with a subnet of each family. */
const two = (first: string, second: string, lan = '') =>
  `services:\n  web: { image: x, ${first} }\n  api: { image: x, ${second} }\nnetworks:\n` +
  '  lan: { x-netmode: { mode: macvlan, subnet: [192.168.1.0/24, "fd00:1::/64"], ' +
  `gateway: [192.168.1.1, "fd00:1::1"], ip_range: [192.168.1.192/27, "fd00:1::f000/116"]${lan} } }\n  back: { ` +
  `x-netmode: bridge }\n`;
const lan = (rest: string) => `x-netmode: { network: lan, ${rest} }`;
const reported = (text: string, facts: Facts = lanFacts) =>
  planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule.startsWith('address/'));
const lines = (text: string, facts?: Facts) =>
  reported(text, facts).map(({ severity, rule, message, help }) => `${severity} ${rule}: ${message}; ${help}`);

test('one address for two services: an error, where both are started', () => {
  const text = two(lan('ipv4_address: 192.168.1.53'), lan('ipv4_address: 192.168.1.53'));
  const duplicate = 'address/duplicate: "api" has the address 192.168.1.53, as "web" does; give each its own';
  assert.equal(lines(text), [`error ${duplicate}`]);
  const [related] = reported(text)[0]!.related;
  assert.is(related?.message, '"web" has it here');
  assert.is(related?.span.start, text.indexOf('192.168.1.53'));
  for (const part of ['web: { image: x', 'api: { image: x'])
    assert.equal(lines(text.replace(part, `${part}, profiles: [later]`)), [`warning ${duplicate}`]);
});

test('one MAC address in two spellings, on whatever networks', () => {
  assert.equal(
    lines(
      two(lan('mac_address: "02:42:0a:00:00:0b"'), 'x-netmode: { network: back, mac_address: "02-42-0A-00-00-0B" }'),
    ),
    ['error address/duplicate-mac: "api" has the MAC address 02-42-0A-00-00-0B, as "web" does; give each its own'],
  );
  const twice =
    'networks: { back: { mac_address: "02:42:0a:00:00:0b" } }, x-netmode: { network: lan, ' +
    'mac_address: "02:42:0a:00:00:0b" }';
  assert.equal(lines(two(twice, 'x-netmode: bridge')), []);
});

test('outside the subnet: what was most likely meant', () => {
  for (const [address, expected] of [
    ['ipv4_address: 192.168.2.53', '192.168.2.53 is outside 192.168.1.0/24; did you mean 192.168.1.53?'],
    ['ipv6_address: "fd00:2::53"', 'fd00:2::53 is outside fd00:1::/64; did you mean fd00:1::53?'],
  ] as const) {
    assert.equal(lines(two(lan(address), 'x-netmode: bridge')), [`error address/outside-subnet: "web": ${expected}`]);
  }
  const only4 = two(lan('ipv6_address: "fd00:1::53"'), 'x-netmode: bridge')
    .replace('[192.168.1.0/24, "fd00:1::/64"]', '192.168.1.0/24')
    .replace('[192.168.1.1, "fd00:1::1"]', '192.168.1.1')
    .replace('[192.168.1.192/27, "fd00:1::f000/116"]', '192.168.1.192/27');
  assert.equal(lines(only4), [
    'error address/outside-subnet: "web": fd00:1::53 is outside 192.168.1.0/24; the network "lan" has no IPv6 ' +
      'subnet: add one to "subnet"',
  ]);
});

test('outside the subnet, and in that of another network of the service', () => {
  const text = `services:
  dns:
    image: dns
    privileged: true
    networks: { dmz: { ipv4_address: 192.168.1.63 } }
    x-netmode: { network: lan, ipv4_address: 10.9.0.62, floating_addresses: [192.168.1.60, 10.9.0.61] }
networks:
  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }
  dmz: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }
`;
  const besides = (network: string) => `it lies in "${network}", which "dns" is on too`;
  assert.equal(lines(text), [
    `error address/outside-subnet: "dns": 192.168.1.63 is outside 10.9.0.0/24; ${besides('lan')}: write it there`,
    `error address/outside-subnet: "dns": 10.9.0.62 is outside 192.168.1.0/24; ${besides('dmz')}: write it there`,
    `error address/outside-subnet: "dns": 10.9.0.61 is outside 192.168.1.0/24; ${besides('dmz')}: ` +
      'to float it there, write "network: dmz"',
  ]);
});

test('a floating address that is written twice, in whatever spelling, is one', () => {
  const { plan } = planTexts(
    'services:\n  dns:\n    image: dns\n    privileged: true\n    x-netmode: { network: lan, floating_addresses: ' +
      '[192.168.1.60, "fd00:1::60", 192.168.1.60, "FD00:1:0::60"] }\nnetworks:\n  lan: { x-netmode: { mode: macvlan, ' +
      'subnet: [192.168.1.0/24, "fd00:1::/64"], gateway: [192.168.1.1, "fd00:1::1"] } }\n',
    { facts: lanFacts },
  );
  const floating = plan?.services.get('dns')?.networks.get('lan')?.floating ?? [];
  assert.equal(
    floating.map(({ value }) => formatAddress(value)),
    ['192.168.1.60', 'fd00:1::60'],
  );
});

for (const [capabilities, help] of [
  ['cap_add: [ALL], cap_drop: [NET_ADMIN]', 'take NET_ADMIN out of the "cap_drop" of "dns"'],
  ['cap_add: [NET_RAW]', 'add "cap_add: [NET_ADMIN]" to "dns", or to the service in its network that does it'],
  ['cap_add: [all], cap_drop: [NET_RAW]', undefined],
  ['cap_add: [NET_ADMIN], cap_drop: [ALL]', undefined],
  ['cap_add: [cap_net_admin], cap_drop: [NET_ADMIN]', undefined],
] as const) {
  test(`whether a floating address can be put up: ${capabilities}`, () => {
    const text =
      `services:\n  dns: { image: dns, ${capabilities}, x-netmode: { mode: macvlan, ` +
      'ip_range: 192.168.1.192/27, floating_addresses: [192.168.1.60] } }\n';
    const found = planTexts(text, { facts: lanFacts }).diagnostics.sorted();
    assert.equal(
      found.map(({ help: said }) => said),
      help === undefined ? [] : [help],
    );
  });
}

for (const [said, help] of [
  ['init: true', 'add "cap_add: [NET_ADMIN]" to "dns"'],
  ['cap_add: [ALL]', 'take NET_ADMIN out of the "cap_drop" of "dns"'],
] as const) {
  test(`as another user than root it takes more, and one help says all of it: ${said}`, () => {
    const text = (user: string) =>
      `services:\n  dns: { image: dns, ${user}${said}, cap_drop: [NET_ADMIN], ` +
      'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, floating_addresses: [192.168.1.60] } }\n';
    const other = 'or to the service in its network that does it';
    const last = help.startsWith('add') ? `, ${other}` : '';
    const toRoot = ' and remove its "user", because Docker gives it to root only';
    assert.match(lines(text(''))[0]!, `; ${help}${last}`);
    assert.match(lines(text('user: "1000", '))[0]!, `; ${help}${toRoot}${last}`);
    const podman = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' as const, version: '5.4.2' } };
    const found = planTexts(text('user: "1000", '), { facts: podman }).diagnostics.sorted();
    assert.is(found.find(({ rule }) => rule === 'address/cannot-float')?.help, `${help}${last}`);
  });
}

const rootOnly =
  'warning address/cannot-float: "dns" cannot put 192.168.1.60 on its interface: Docker gives NET_ADMIN to root only, ';
const letAnother = (name: string) =>
  `; remove "user" from "${name}", or let another service in its network do it, as root`;

for (const [said, guest, expected] of [
  ['cap_add: [NET_ADMIN], user: "1000"', '', `${rootOnly}and it runs as "1000"${letAnother('dns')}`],
  ['privileged: true, user: nobody:nogroup', '', `${rootOnly}and it runs as "nobody:nogroup"${letAnother('dns')}`],
  ['cap_add: [NET_ADMIN], user: "0:1000"', ''],
  ['cap_add: [NET_ADMIN], user: root', ''],
  ['user: "1000"', 'cap_add: [NET_ADMIN]'],
  ['image: dns', 'cap_add: [NET_ADMIN], user: vrrp', `${rootOnly}and "guest" runs as "vrrp"${letAnother('guest')}`],
] as const) {
  test(`who may put a floating address up: ${said}; in its network: ${guest || 'nobody'}`, () => {
    const text =
      `services:\n  dns: { ${said.includes('image') ? said : `image: dns, ${said}`}, x-netmode: { mode: macvlan, ` +
      'ip_range: 192.168.1.192/27, floating_addresses: [192.168.1.60] } }\n' +
      (guest && `  guest: { image: vrrp, ${guest}, x-netmode: "service:dns" }\n`);
    assert.equal(lines(text), expected === undefined ? [] : [expected]);
    const podman = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' as const, version: '5.4.2' } };
    const found = planTexts(text, { facts: podman }).diagnostics.sorted();
    const isLeft = found.some(({ rule }) => rule === 'address/cannot-float');
    assert.is(isLeft, said.includes('privileged'), 'Podman gives another user what "cap_add" names');
  });
}

for (const [address, subnets, outside] of [
  ['fe80::5', '[192.168.1.0/24, "fd00:1::/64"]', 'fd00:1::/64'],
  ['fe80::5', '192.168.1.0/24', '192.168.1.0/24'],
  ['169.254.7.7', '192.168.1.0/24', '192.168.1.0/24'],
] as const) {
  test(`a floating link-local address: ${address} beside ${subnets}`, () => {
    const text =
      'services:\n  dns:\n    image: dns\n    privileged: true\n    x-netmode: { network: lan, ' +
      `floating_addresses: ["${address}"] }\nnetworks:\n  lan: { x-netmode: { mode: macvlan, subnet: ${subnets}, ` +
      'gateway: [192.168.1.1], ip_range: [192.168.1.192/27] } }\n';
    assert.is(
      lines(text).find((line) => line.includes('outside-subnet')),
      `error address/outside-subnet: "dns": ${address} is outside ${outside}; ` +
        'leave it out: a link-local address needs no route, and Docker hands none out',
    );
  });
}

const other = 'choose another address, such as';

for (const [address, expected] of [
  ['192.168.1.10', `error address/reserved: "web": 192.168.1.10 is the host's own address; ${other} 192.168.1.11`],
  ['192.168.1.1', `error address/reserved: "web": 192.168.1.1 is the gateway; ${other} 192.168.1.2`],
  ['192.168.1.0', `error address/reserved: "web": 192.168.1.0 is the network's own address; ${other} 192.168.1.2`],
  ['192.168.1.255', `error address/reserved: "web": 192.168.1.255 is the broadcast address; ${other} 192.168.1.254`],
  [
    '192.168.1.200',
    'warning address/in-dynamic-range: "web": 192.168.1.200 lies in 192.168.1.192/27, from which Docker hands out ' +
      'addresses to others; choose an address of 192.168.1.0/24 outside 192.168.1.192/27, such as 192.168.1.191',
  ],
] as const) {
  test(`reserved: ${address}`, () => {
    assert.equal(lines(two(lan(`ipv4_address: ${address}`), 'x-netmode: bridge')), [expected]);
  });
}

test('reserved, of IPv6: the first address, not the last', () => {
  const of = (address: string) => lines(two(lan(`ipv6_address: "${address}"`), 'x-netmode: bridge'));
  assert.equal(of('fd00:1::'), [
    `error address/reserved: "web": fd00:1:: is the network's own address; ${other} fd00:1::2`,
  ]);
  assert.equal(of('fd00:1::ffff:ffff:ffff:ffff'), []);
});

const bridge = (subnet: string, address: string) =>
  `services:\n  web: { image: x, networks: { ten: { ipv4_address: ${address} } }, x-netmode: bridge }\n` +
  `networks:\n  ten: { ipam: { config: [${subnet}] } }\n`;

test('a subnet of two addresses has none to keep; in a range, a bridge gives any', () => {
  assert.equal(lines(bridge('{ subnet: 10.9.0.0/31, gateway: 10.9.0.1 }', '10.9.0.0')), []);
  assert.equal(lines(bridge('{ subnet: 10.9.0.0/30, gateway: 10.9.0.1 }', '10.9.0.3')), [
    `error address/reserved: "web": 10.9.0.3 is the broadcast address; ${other} 10.9.0.2`,
  ]);
  assert.equal(lines(bridge('{ subnet: 10.9.0.0/24, ip_range: 10.9.0.128/25 }', '10.9.0.200')), []);
});

test('where everything is taken no other address is named', () => {
  assert.equal(
    lines(bridge('{ subnet: 10.9.0.0/30, gateway: 10.9.0.1, aux_addresses: { a: 10.9.0.2 } }', '10.9.0.1')),
    ['error address/reserved: "web": 10.9.0.1 is the gateway; choose another address'],
  );
});

test('two that are told to choose another where there is none', () => {
  const outside = (subnet: string) =>
    lines(
      'services:\n  web: { image: x, networks: { ten: { ipv4_address: 10.8.0.1 } }, x-netmode: bridge }\n' +
        '  api: { image: x, networks: { ten: { ipv4_address: 10.8.0.2 } }, x-netmode: bridge }\n' +
        `networks:\n  ten: { ipam: { config: [${subnet}] } }\n`,
    );
  assert.equal(outside('{ subnet: 10.9.0.0/30, gateway: 10.9.0.1, aux_addresses: { a: 10.9.0.2 } }'), [
    'error address/outside-subnet: "web": 10.8.0.1 is outside 10.9.0.0/30; choose one of 10.9.0.0/30',
    'error address/outside-subnet: "api": 10.8.0.2 is outside 10.9.0.0/30; choose one of 10.9.0.0/30',
  ]);
  assert.equal(outside('{ subnet: 10.8.0.0/30, gateway: 10.8.0.1, aux_addresses: { a: 10.8.0.2 } }'), [
    'error address/reserved: "web": 10.8.0.1 is the gateway; choose another address',
    'error address/reserved: "api": 10.8.0.2 is kept from containers by "aux_addresses", as "a"; ' +
      'choose another address',
  ]);
});

test('an address of a network whose subnet Docker chooses is compared with none', () => {
  assert.equal(
    lines(
      'services:\n  web: { image: x, networks: { ten: { ipv4_address: 10.8.0.1 } }, x-netmode: bridge }\n' +
        'networks:\n  ten: {}\n',
    ).filter((line) => line.includes('outside')),
    [],
  );
});

test('an address that the file gives to the shim is told of there', () => {
  for (const [shim, address] of [
    ['ipv4_address: 192.168.1.60', 'ipv4_address: 192.168.1.60'],
    ['ipv6_address: "fd00:1::60"', 'ipv6_address: "fd00:1::60"'],
  ] as const) {
    const text = two(lan(address), 'x-netmode: bridge', `, host_access: shim, shim: { ${shim} }`);
    assert.equal(
      told(planTexts(text, { facts: lanFacts })).map((line) => line.split(': ')[0]),
      ['error shim/address-taken'],
      address,
    );
  }
});

test('where the range is the whole subnet, no address lies outside it', () => {
  const whole = two(lan('ipv4_address: 192.168.1.200'), 'x-netmode: bridge').replace('.192/27', '.0/24');
  const warning = lines(whole).find((line) => line.includes('address/in-dynamic-range'));
  assert.match(warning ?? '', 'write an "ip_range" that is a part of the subnet, and choose an address outside it');
});

test("an address of the range is in nobody's way where Docker hands out none", () => {
  const on = (api: string) =>
    lines(two(lan('ipv4_address: 192.168.1.200'), api, ', scope: project, host_access: none')).map(
      (line) => line.split(':')[0],
    );
  assert.equal(on('x-netmode: bridge'), ['info address/in-dynamic-range']);
  assert.equal(on(lan('ipv4_address: 192.168.1.53')), ['info address/in-dynamic-range']);
  assert.equal(on('x-netmode: { network: lan }'), ['warning address/in-dynamic-range']);
  assert.equal(on(lan('ipv6_address: "fd00:1::53"')), ['warning address/in-dynamic-range']);
  assert.equal(on(lan('ipv4_address: 192.168.1.53, ipv6_address: "fd00:1::53"')), ['info address/in-dynamic-range']);
});

/** Wants as many addresses of a range as `replicas` says. */
const many = (replicas: number, range: string, rest = '') =>
  `services:\n  web: { image: x, deploy: { replicas: ${replicas} }, x-netmode: { network: lan } }\n` +
  `  one: { image: x, x-netmode: { network: lan${rest} } }\n` +
  '  no: { image: x, profiles: [no], x-netmode: { network: lan } }\n' +
  'networks:\n  lan: { x-netmode: { mode: macvlan, host_access: none, subnet: 192.168.1.0/24, ' +
  `gateway: 192.168.1.1${range} } }\n`;

test('more containers than addresses', () => {
  const range = (prefix: number) => `, ip_range: 192.168.1.192/${prefix}`;
  const full = (room: number, wanted: number, help: string) => [
    `error address/range-exhausted: 192.168.1.192/30 has room for ${room} containers, but ${wanted} want an address ` +
      `of it; ${help}`,
  ];
  assert.equal(lines(many(3, range(30))), []);
  assert.equal(lines(many(4, range(30))), full(4, 5, 'widen "ip_range", for example to 192.168.1.248/29'));
  assert.equal(lines(many(4, range(30), ', ipv4_address: 192.168.1.53')), []);
  assert.equal(lines(many(30, range(30))), full(4, 31, 'widen "ip_range", for example to 192.168.1.224/27'));
  assert.equal(lines(many(200, range(30))), full(4, 201, 'widen "ip_range"'));
  const small = (replicas: number) =>
    `services:\n  web: { image: x, deploy: { replicas: ${replicas} }, networks: [ten], x-netmode: bridge }\n` +
    'networks:\n  ten: { ipam: { config: [{ subnet: 10.9.0.0/29, gateway: 10.9.0.1 }] } }\n';
  assert.equal(lines(small(5)), []);
  assert.equal(lines(small(6)), [
    'error address/range-exhausted: 10.9.0.0/29 has room for 5 containers, but 6 want an address of it; widen "subnet"',
  ]);
});

test('a range with fixed addresses in it has less room, and a larger one that holds it keeps them', () => {
  const wanting = (replicas: number, subnet: string, ...fixed: readonly string[]) =>
    `services:\n  web: { image: x, deploy: { replicas: ${replicas} }, networks: [ten], x-netmode: bridge }\n` +
    fixed.map((each, at) => `  f${at}: { image: x, networks: { ten: { ${each} } }, x-netmode: bridge }\n`).join('') +
    `networks:\n  ten: { enable_ipv6: true, ipam: { config: [${subnet}] } }\n`;
  const ten = '{ subnet: 10.9.0.0/28, ip_range: 10.9.0.8/30, gateway: 10.9.0.1 }';
  const full = (room: number, wanted: number, larger = '') => [
    `error address/range-exhausted: 10.9.0.8/30 has room for ${room} containers, but ${wanted} want an address ` +
      `of it; widen "ip_range"${larger}`,
  ];
  assert.equal(lines(wanting(4, ten)), []);
  assert.equal(lines(wanting(3, ten, 'ipv4_address: 10.9.0.9')), []);
  assert.equal(lines(wanting(4, ten, 'ipv4_address: 10.9.0.2')), []);
  assert.equal(lines(wanting(4, ten, 'ipv4_address: 10.9.0.9')), full(3, 4, ', for example to 10.9.0.8/29'));
  assert.equal(lines(wanting(6, ten, 'ipv4_address: 10.9.0.9')), full(3, 6, ', for example to 10.9.0.8/29'));
  // Seven are in it but the last, the broadcast address, and the fixed one.
  assert.equal(lines(wanting(7, ten, 'ipv4_address: 10.9.0.9')), full(3, 7));
  assert.equal(lines(wanting(5, ten, 'ipv4_address: 10.9.0.14')), full(4, 5));
  assert.equal(
    lines(wanting(5, '{ subnet: 10.9.0.0/28, ip_range: 10.9.0.0/30, gateway: 10.9.0.1 }', 'ipv4_address: 10.9.0.14')),
    [
      'error address/range-exhausted: 10.9.0.0/30 has room for 2 containers, but 5 want an address of it; widen ' +
        '"ip_range", for example to 10.9.0.0/29',
    ],
  );
  const six = '{ subnet: "fd00:9::/120", ip_range: "fd00:9::8/126", gateway: "fd00:9::1" }';
  assert.equal(lines(wanting(4, six, 'ipv6_address: "fd00:9::53"')), []);
  assert.equal(lines(wanting(4, six, 'ipv6_address: "fd00:9::9"')), [
    'error address/range-exhausted: fd00:9::8/126 has room for 3 containers, but 4 want an address of it; widen ' +
      '"ip_range", for example to fd00:9::f8/125',
  ]);
});

test('a range may be widened to the whole subnet, where nobody else is in it', () => {
  assert.equal(
    lines(
      'services:\n  web: { image: x, deploy: { replicas: 13 }, networks: [ten], x-netmode: bridge }\n' +
        'networks:\n  ten: { ipam: { config: [{ subnet: 10.9.0.0/28, ip_range: 10.9.0.0/30, gateway: 10.9.0.1 }] } }\n',
    ),
    [
      'error address/range-exhausted: 10.9.0.0/30 has room for 2 containers, but 13 want an address of it; widen ' +
        '"ip_range", for example to 10.9.0.0/28',
    ],
  );
});

test('MAC addresses that no interface can have: of groups, and nothing but zeros', () => {
  const help = (mac: string) =>
    planTexts(`services: { web: { image: x, mac_address: "${mac}" } }`, { facts: lanFacts }).diagnostics.sorted()[0]
      ?.help;
  assert.is(
    help('01:00:5e:00:00:01'),
    'write it like 02:42:c0:a8:01:35: the first two digits are an even number, and not all are zeros',
  );
  assert.is(help('2:42:c0:a8:1:35'), 'write it like 02:42:c0:a8:01:35, with every zero');
  for (const mac of ['01:00:5e:00:00:01', 'FF-FF-FF-FF-FF-FF', '0000.0000.0000', '33:33:00:00:00:01'])
    for (const service of [`mac_address: "${mac}"`, `x-netmode: { mode: macvlan, mac_address: "${mac}" }`])
      assert.match(
        told(planTexts(`services: { web: { image: x, ${service} } }`, { facts: lanFacts })).join('\n'),
        `error netmode/invalid-value: "web": no interface can have the MAC address ${mac}`,
      );
});

test("the parent's MAC address is no container's on macvlan", () => {
  const [parent] = lanFacts.host!.interfaces.filter(({ name }) => name === 'eth0');
  const given = (extra: string) =>
    told(
      planTexts(
        `services: { web: { image: x, x-netmode: { mode: macvlan, parent: eth0, ${pool}, ` +
          `mac_address: "${parent!.mac}"${extra} } } }`,
        { facts: lanFacts },
      ),
    ).filter((line) => line.includes('duplicate-mac'));
  assert.equal(given(''), [
    `error address/duplicate-mac: "web" has the MAC address ${parent!.mac}, as its parent eth0 does`,
  ]);
  assert.equal(given(', flag: passthru'), []);
  const native = (driver: string, name: string, mac: string, facts: Facts = lanFacts) =>
    lines(
      `services:\n  web: { image: x, networks: { lan: { mac_address: "${mac}" } } }\nnetworks:\n` +
        `  lan: { driver: ${driver}, driver_opts: { parent: ${name} }, ipam: { config: [{ ${pool} }] } }\n`,
      facts,
    ).filter((line) => line.includes('duplicate-mac'));
  assert.equal(native('macvlan', 'eth0', parent!.mac!), [
    `error address/duplicate-mac: "web" has the MAC address ${parent!.mac}, as its parent eth0 does; ` +
      'give it another, or none',
  ]);
  assert.equal(native('ipvlan', 'eth0', parent!.mac!), []);
  assert.equal(native('macvlan', 'eth1', parent!.mac!), []);
  const { mac: _, ...without } = parent!;
  const facts = { ...lanFacts, host: { ...lanFacts.host!, interfaces: [{ ...without, name: 'tun0' }] } };
  assert.equal(native('macvlan', 'tun0', 'none', facts), []);
});

test('a MAC address where there is no interface of its own is said to mean nothing, and no more', () => {
  const text = (mac: string) =>
    `services:\n  web: { image: x, mac_address: "${mac}", x-netmode: host }\n` +
    `  api: { image: x, mac_address: "${mac}", x-netmode: host }\n`;
  for (const mac of ['02:42:0a:00:00:05', '01:00:5e:00:00:01']) {
    assert.equal(
      told(planTexts(text(mac), { facts: lanFacts })).map((line) => line.split(':')[0]),
      ['error netmode/key-not-for-mode', 'error netmode/key-not-for-mode'],
    );
  }
});

test.run();
