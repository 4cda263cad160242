/** Cases of attachment that the fixtures do not show. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeText } from '../../../src/emit/text/reach-text.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { lanFacts, type Options, planTexts, told } from '../../support/in-memory.ts';

const lan = 'mode: macvlan, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';

test('a service that lists only an underlay network publishes nothing, and is told so', () => {
  const outcome = planTexts(
    `services:\n  web: { image: x, ports: ["8080:80"], networks: ` +
      `[lan] }\nnetworks:\n  lan: { x-netmode: { ${lan} } }\n`,
    { facts: lanFacts },
  );
  assert.equal(told(outcome), [
    'warning service/port-remap-lost: "web": macvlan maps no ports: it answers on 80/tcp of the ' +
      "container's own address, not on 8080",
  ]);
  const { ports, reach } = outcome.plan!.services.get('web')!;
  assert.equal(ports, []);
  const places = reach.map((one) => ({ from: one.from, to: placeText(one) }));
  assert.equal(places, [
    { from: 'host', to: '<dynamic>:80' },
    { from: 'lan', to: '<dynamic>:80' },
  ]);
});

test('beside a bridge its ports stay', () => {
  const portsBeside = (back: string) =>
    planTexts(
      'services:\n  web: { image: x, ports: ["8080:80"], networks: [lan, back] }\n' +
        `networks:\n  back: { name: ${back} }\n  lan: { x-netmode: { ${lan} } }\n`,
      { facts: lanFacts },
    ).plan!.services.get('web')!.ports.length;
  // Where the bridge's name sorts first, the container leaves by it; else Docker binds no port.
  assert.is(portsBeside('back'), 1);
  assert.is(portsBeside('zone'), 0);
});

test('a VLAN of the project alone that is not there yet cannot have a shim', () => {
  const text = (extra: string) =>
    `services:\n  web: { image: x, x-netmode: { mode: macvlan, parent: eth0, vlan: 20, subnet: ` +
    `10.20.0.0/24, gateway: 10.20.0.1, ip_range: 10.20.0.192/27${extra} } }\n`;
  const late = planTexts(text(', scope: project'), { facts: lanFacts });
  assert.equal(told(late), [
    'error parent/not-found: network "macvlan_eth0.20": there is no interface "eth0.20" yet, and the shim ' +
      'needs it before Compose makes the network',
  ]);
  assert.equal(told(planTexts(text(', scope: project, host_access: none'), { facts: lanFacts })), []);
  // Docker makes the link with the shared network, which comes before the shim.
  assert.equal(told(planTexts(text(''), { facts: lanFacts })), []);
});

test('host_access belongs to the network that a service joins', () => {
  const outcome = planTexts(
    `services:\n  web: { image: x, x-netmode: { network: lan, ` +
      `host_access: none } }\nnetworks:\n  lan: { x-netmode: { ${lan} } }\n`,
    { facts: lanFacts },
  );
  assert.equal(told(outcome), [
    'error netmode/conflicting-network: "web": "host_access" differs from that of network "lan", which it joins',
  ]);
});

const attached = (service: string, networks = '', options: Options = {}) => {
  const { plan } = planTexts(
    `services:\n  web: { image: x, ${service} }\n  other: { image: x, x-netmode: bridge }\n${networks}`,
    { facts: lanFacts, ...options },
  );
  const { networkMode, netmode, managed, networks: on, ports, listeners } = plan!.services.get('web')!;
  return {
    netmode,
    ...(networkMode !== undefined && { networkMode }),
    managed,
    networks: [...on.keys()],
    ports: ports.map(({ hostIp, source }) => `${hostIp ?? ''}:${source.published?.first}`),
    listeners: listeners.map(({ first }) => first),
  };
};
const published = 'ports: ["8080:80"]';
const nothing = { managed: false, networks: [], ports: [], listeners: [] };
const native = (driver: string) => `networks:\n  lan: { driver: ${driver}, driver_opts: { parent: eth0 } }\n  back:\n`;

for (const [name, service, networks, expected] of [
  ['on the default network', published, '', { netmode: 'bridge', networks: ['default'], ports: [':8080'] }],
  ['host', `${published}, network_mode: host`, '', { netmode: 'host', networkMode: { kind: 'host' }, listeners: [80] }],
  ['none', `${published}, network_mode: none`, '', { netmode: 'none', networkMode: { kind: 'none' } }],
  [
    "Docker's own bridge",
    `${published}, network_mode: bridge`,
    '',
    { netmode: 'bridge', networkMode: { kind: 'network', network: 'bridge' }, ports: [':8080'] },
  ],
  [
    "a container's namespace",
    'expose: [80], network_mode: "container:vpn"',
    '',
    { netmode: 'bridge', networkMode: { kind: 'container', container: 'vpn' }, listeners: [80] },
  ],
  [
    "a service's namespace",
    'expose: [80], network_mode: "service:other"',
    '',
    { netmode: 'bridge', networkMode: { kind: 'service', service: 'other' }, listeners: [80] },
  ],
  [
    'a macvlan network of the file',
    `${published}, networks: [lan]`,
    native('macvlan'),
    { netmode: 'macvlan', networks: ['lan'], listeners: [80] },
  ],
  [
    'beside a bridge',
    `${published}, networks: [back, lan]`,
    native('macvlan'),
    { netmode: 'macvlan', networks: ['back', 'lan'], ports: [':8080'], listeners: [80] },
  ],
  [
    'an overlay beside a bridge',
    `${published}, networks: [back, lan]`,
    'networks:\n  lan: { driver: overlay }\n  back:\n',
    { netmode: 'overlay', networks: ['back', 'lan'], ports: [':8080'] },
  ],
] as const) {
  test(`without x-netmode: ${name}`, () => assert.equal(attached(service, networks), { ...nothing, ...expected }));
}

test('in the namespace of one that is in that of another, it is attached as the last', () => {
  const { plan } = planTexts(
    'services:\n  a: { image: x, network_mode: "service:b" }\n  b: { image: x, network_mode: "service:c" }\n' +
      '  c: { image: x, x-netmode: host }\n  lost: { image: x, network_mode: "container:d" }\n',
    { facts: lanFacts },
  );
  assert.equal(
    [...plan!.services].map(([key, { netmode }]) => `${key} ${netmode}`),
    ['a host', 'b host', 'c host', 'lost bridge'],
  );
});

const loopback = 'x-netmode: { network: lan, host_access: loopback }';
const lanNetwork = `networks:\n  lan: { x-netmode: { ${lan}, host_access: loopback } }\n  back:\n`;

test('for this host alone: ports on 127.0.0.1, by a bridge that it has or is given', () => {
  assert.equal(attached(`${published}, ${loopback}`, lanNetwork), {
    netmode: 'macvlan',
    managed: true,
    networks: ['lan', 'default'],
    ports: ['127.0.0.1:8080'],
    listeners: [80],
  });
  assert.equal(attached(`${published}, networks: [back], ${loopback}`, lanNetwork).networks, ['back', 'lan']);
});

test('settings of a service are said of the network that it is on', () => {
  const { plan } = planTexts(
    'services:\n' +
      '  web: { image: x, networks: [back, front], x-netmode: { mode: bridge, aliases: [shop] } }\n' +
      '  api: { image: x, x-netmode: { mode: bridge, mac_address: "02:42:0a:00:00:05" } }\n' +
      '  db: { image: x, networks: [back], x-netmode: bridge }\n' +
      '  dns: { image: x, networks: { lan: { aliases: [a], gw_priority: 3 } }, x-netmode: { network: lan, ' +
      'aliases: [b], interface_name: eth7, mac_address: "02:42:0a:00:00:06" } }\n' +
      `networks:\n  back:\n  front:\n  lan: { x-netmode: { ${lan} } }\n`,
    { facts: lanFacts },
  );
  const said = (service: string) =>
    [...plan!.services.get(service)!.networks.values()].map(
      ({ network, aliases, macAddress, interfaceName, gwPriority }) =>
        [network, ...aliases, macAddress?.value, interfaceName?.value, gwPriority?.value].filter(
          (each) => each !== undefined,
        ),
    );
  assert.equal(said('web'), [['back', 'shop'], ['front']]);
  assert.equal(said('api'), [['default', '02:42:0a:00:00:05']]);
  assert.equal(said('db'), [['back']]);
  assert.equal(said('dns'), [['lan', 'a', 'b', '02:42:0a:00:00:06', 'eth7', 3]]);
});

test('a fixed address of the LAN means nothing on the bridge of a fallback', () => {
  const { plan } = planTexts(
    'services:\n  web: { image: x, x-netmode: { mode: macvlan, fallback: bridge, ipv4_address: 192.168.1.53 } }\n',
    { facts: { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'desktop' } } },
  );
  assert.equal(
    [...plan!.services.get('web')!.networks.values()],
    [{ network: 'default', declared: false, aliases: [] }],
  );
});

/** Everything that is decided of `web`, but for what the file says and where it answers. */
const whole = (service: string, more = '', options: Options = {}) => {
  const { plan } = planTexts(`services:\n  web: { image: x, ${service} }\n${more}`, { facts: lanFacts, ...options });
  const {
    service: _,
    reach,
    extraHosts,
    links,
    networks,
    ports,
    listeners,
    opens,
    ...rest
  } = plan!.services.get('web')!;
  return {
    ...rest,
    networks: [...networks.values()].map(({ ipv4Address, ipv6Address, macAddress, ...others }) => ({
      ...others,
      ...(ipv4Address && { address: formatAddress(ipv4Address.value) }),
      ...(macAddress && { mac: macAddress.value }),
    })),
    ports: ports.length,
    listeners: [opens, listeners].map((all) => all.map(({ first }) => first).join(' ')),
  };
};
const plain = (network: string, declared: boolean) => ({ network, declared, aliases: [] });
const asWritten = { publishing: 'as-written' } as const;
const ten = 'networks:\n  ten: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n';
const x = (mode: string, rest = '') => `x-netmode: { mode: ${mode}${rest} }`;

for (const [name, service, more, expected] of [
  [
    'a bridge',
    `${published}, ${x('bridge')}`,
    '',
    {
      ...{ netmode: 'bridge', managed: true, ...asWritten, networks: [plain('default', false)] },
      ...{ ports: 1, listeners: ['80', ''] },
    },
  ],
  [
    'no network, with what its processes open',
    x('none', ', listen: [80]'),
    '',
    { netmode: 'none', managed: true, networkMode: { kind: 'none' }, networks: [], ports: 0, listeners: ['80', ''] },
  ],
  [
    "the host's network",
    `${published}, ${x('host')}`,
    '',
    { netmode: 'host', managed: true, networkMode: { kind: 'host' }, networks: [], ports: 0, listeners: ['80', '80'] },
  ],
  [
    'an address on the default network, which has no subnet of the file',
    x('bridge', ', ipv4_address: 10.9.0.5'),
    '',
    {
      ...{ netmode: 'bridge', managed: true, ...asWritten, networks: [plain('default', false)] },
      ...{ ports: 0, listeners: ['', ''] },
    },
  ],
  [
    'an address on a bridge with a subnet',
    `networks: [ten], ${x('bridge', ', ipv4_address: 10.9.0.5')}`,
    ten,
    {
      ...{ netmode: 'bridge', managed: true, ...asWritten },
      ...{ networks: [{ ...plain('ten', true), address: '10.9.0.5' }], ports: 0, listeners: ['', ''] },
    },
  ],
  [
    'without x-netmode',
    published,
    '',
    {
      ...{ netmode: 'bridge', managed: false, ...asWritten, networks: [plain('default', true)] },
      ...{ ports: 1, listeners: ['80', ''] },
    },
  ],
  [
    'without x-netmode, on a network that it lists',
    `${published}, networks: { ten: { ipv4_address: 10.9.0.5 } }`,
    ten,
    {
      ...{ netmode: 'bridge', managed: false, ...asWritten },
      ...{ networks: [{ ...plain('ten', true), address: '10.9.0.5' }], ports: 1, listeners: ['80', ''] },
    },
  ],
  [
    "without x-netmode, on Docker's own bridge",
    `${published}, network_mode: bridge`,
    '',
    {
      ...{ netmode: 'bridge', managed: false, networkMode: { kind: 'network', network: 'bridge' }, ...asWritten },
      ...{ networks: [], ports: 1, listeners: ['80', ''] },
    },
  ],
  [
    'without x-netmode and without a network',
    'expose: [80], network_mode: none',
    '',
    { netmode: 'none', managed: false, networkMode: { kind: 'none' }, networks: [], ports: 0, listeners: ['80', ''] },
  ],
  [
    'a provider, which is no container',
    'provider: { type: vpn }',
    '',
    { netmode: 'none', managed: false, networks: [], ports: 0, listeners: ['', ''] },
  ],
] as const) {
  test(`all that is decided of ${name}`, () => assert.equal(whole(service, more), expected));
}

test('nobody asked the engine for its images: what a guest opens is what the file says', () => {
  const guest = '  other: { image: x }\n';
  assert.equal(whole('expose: [80], x-netmode: "service:other"', guest, { facts: { version: 1 } }).listeners, [
    '80',
    '80',
  ]);
});

test('ipvlan has no MAC address of its own, and one that is given is refused', () => {
  const outcome = planTexts(
    'services:\n  web: { image: x, x-netmode: { mode: ipvlan-l2, mac_address: "02:00:00:00:00:01" } }\n',
    { facts: lanFacts },
  );
  const [attachment] = outcome.plan!.services.get('web')!.networks.values();
  assert.is(attachment!.macAddress, undefined);
  assert.ok(
    told(outcome).some((line) => line.startsWith('error netmode/key-not-for-mode')),
    told(outcome).join('\n'),
  );
});

test('for this host alone: another LAN network is no bridge that could carry the ports', () => {
  const second = `  far: { x-netmode: { mode: macvlan, parent: eth1, subnet: 10.20.0.0/16, gateway: 10.20.0.1 } }\n`;
  const found = whole(`${published}, networks: [far], ${loopback}`, lanNetwork + second);
  assert.equal(
    found.networks.map(({ network, declared }) => [network, declared]),
    [
      ['far', true],
      ['lan', false],
      ['default', false],
    ],
  );
  assert.is(found.publishing, 'loopback');
});

test('a service that netcompose puts on the LAN publishes nothing, by whichever network it leaves', () => {
  const older: Facts = {
    ...lanFacts,
    engine: { ...lanFacts.engine!, version: '26.1.5' },
    compose: { version: '2.26.1' },
  };
  // By their names the shared network comes first, and the project's own does not.
  for (const scope of ['shared', 'project']) {
    const found = whole(
      `${published}, networks: [back], x-netmode: { network: lan }`,
      `networks:\n  back:\n  lan: { x-netmode: { ${lan}, scope: ${scope} } }\n`,
      { facts: older },
    );
    assert.equal([found.ports, found.publishing], [0, undefined], scope);
  }
});

test("an engine's network by its name, whatever else the engine has", () => {
  const network = (name: string, driver: string) => ({
    ...{ id: name, name, driver, scope: 'local', internal: false, labels: {}, options: {}, pools: [] },
  });
  const facts = {
    ...lanFacts,
    engine: { ...lanFacts.engine!, networks: [network('apps', 'bridge'), network('br0', 'macvlan')] },
  };
  const found = whole(`${published}, network_mode: br0`, '', { facts });
  assert.equal([found.netmode, found.ports, found.listeners[1], found.publishing], ['macvlan', 0, '80', undefined]);
  assert.is(whole(`${published}, network_mode: apps`, '', { facts }).netmode, 'bridge');
  assert.is(whole(`${published}, network_mode: br0`, '', { facts: { version: 1 } }).netmode, 'bridge');
});

const rootless: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'rootless' } };
const because = 'a rootless engine has no macvlan and no ipvlan';
const mac = '02:00:00:00:00:01';

for (const [name, service, more, expected] of [
  [
    'on a bridge',
    x('macvlan', `, mac_address: "${mac}", fallback: bridge`),
    '',
    { from: 'macvlan', to: 'bridge', because, addresses: [], mac },
  ],
  ['in the host', x('macvlan', ', fallback: host'), '', { from: 'macvlan', to: 'host', because, addresses: [] }],
  [
    'by a network that it lists',
    `networks: { lan: { mac_address: "${mac}" } }`,
    'networks:\n  lan: { x-netmode: { mode: macvlan, fallback: bridge } }\n',
    { from: 'macvlan', to: 'bridge', because, addresses: [], mac },
  ],
  [
    'by a network that it lists, without addresses',
    'networks: [lan]',
    'networks:\n  lan: { x-netmode: { mode: macvlan, fallback: bridge } }\n',
    { from: 'macvlan', to: 'bridge', because, addresses: [] },
  ],
] as const) {
  test(`what is told of a fallback: ${name}`, () => {
    const { fallen, managed } = whole(service, more, { facts: rootless });
    assert.equal([fallen, managed], [expected, true]);
  });
}

test.run();
