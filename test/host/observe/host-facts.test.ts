import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observeHost, observeNeighbours, observeRules, observeTable } from '../../../src/host/observe/host-facts.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

/** As iproute2 6.1 prints it, shortened to what is read and a little more. */
const links = [
  {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    group: '0',
    address: '00:00:00:00:00:00',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: '254' }],
  },
  {
    ...{
      ifindex: 2,
      ifname: 'eth0',
      altnames: ['enp1s0'],
      flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
      mtu: 1500,
      group: '0',
      address: '02:fc:00:00:00:01',
    },
    addr_info: [
      { family: 'inet', local: '192.168.1.10', prefixlen: 24, scope: '0' },
      { family: 'inet', local: '192.168.1.11', prefixlen: 24, scope: '0', secondary: true },
      { family: 'inet6', local: 'fd00:1::10', prefixlen: 64 },
      { family: 'inet6', local: 'fe80::fc:ff:fe00:1', prefixlen: 64 },
    ],
  },
  {
    ifindex: 3,
    link: 'eth0',
    ifname: 'eth0.10',
    flags: ['MULTICAST', 'UP'],
    mtu: 1500,
    group: '0',
    address: '02:fc:00:00:00:01',
    linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 10, flags: ['REORDER_HDR'] } },
    addr_info: [],
  },
  {
    ifindex: 4,
    link: 'eth0',
    ifname: 'nc-eth0',
    flags: [],
    mtu: 1500,
    group: '28259',
    address: '02:fc:00:00:00:01',
    linkinfo: { info_kind: 'ipvlan', info_data: { mode: 'l2', private: true } },
    ifalias: 'netcompose:lan',
    addr_info: [{ family: 'inet', local: '169.254.255.28', prefixlen: 32, scope: '253' }],
  },
  {
    ifindex: 5,
    link_index: 2,
    link_netnsid: 0,
    ifname: 'm0',
    flags: ['MULTICAST', 'UP'],
    mtu: 1500,
    group: '0',
    address: '02:00:00:00:00:05',
    linkinfo: { info_kind: 'macvlan', info_data: { mode: 'bridge', bcqueuelen: 1000 } },
    addr_info: [],
  },
  {
    ifindex: 6,
    link: 'v1',
    ifname: 'v0',
    flags: ['MULTICAST', 'UP'],
    mtu: 1500,
    master: 'br0',
    group: '7',
    address: '02:00:00:00:00:06',
    linkinfo: { info_kind: 'veth', info_slave_kind: 'bridge' },
    addr_info: [],
  },
  {
    ifindex: 7,
    ifname: 'wlan0',
    flags: ['MULTICAST'],
    mtu: 1500,
    group: '0',
    address: '02:00:00:00:00:07',
    addr_info: [],
  },
  {
    ifindex: 8,
    ifname: 'tun0',
    flags: ['MULTICAST', 'UP'],
    mtu: 1400,
    group: '0',
    linkinfo: { info_kind: 'tun' },
    addr_info: [{ family: 'inet', local: '10.8.0.2', address: '10.8.0.1', prefixlen: 32 }],
  },
];
const routes = [
  { dst: 'default', gateway: '192.168.1.1', dev: 'eth0', metric: 100, flags: [] },
  { dst: '192.168.1.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: '192.168.1.10', flags: [] },
  { dst: '10.1.1.1', dev: 'nc-eth0', scope: 'link', flags: ['linkdown'] },
  {
    dst: '10.8.0.0/16',
    flags: [],
    nexthops: [
      { gateway: '192.168.1.2', dev: 'eth0', weight: 1 },
      { dev: 'm0', weight: 1 },
    ],
  },
  { type: 'unreachable', dst: '10.9.0.0/16', flags: [] },
  { dst: '10.7.0.0/16', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth0', flags: [] },
];
const routes6 = [
  { dst: 'fe80::/64', dev: 'eth0', protocol: 'kernel', metric: 256 },
  { dst: 'fd00::5', dev: 'nc-eth0', metric: 1024 },
  { dst: 'default', gateway: 'fe80::1', dev: 'eth0', metric: 1024 },
];

const linux: FakeOptions = {
  commands: {
    'ip -N -j -d addr': JSON.stringify(links),
    'ip -j route': JSON.stringify(routes),
    'ip -j -6 route': JSON.stringify(routes6),
  },
  files: {
    '/proc/sys/net/ipv4/conf/all/rp_filter': '0\n',
    '/proc/sys/net/ipv4/conf/eth0/rp_filter': '2\n',
    '/sys/class/net/wlan0/phy80211/name': 'phy0',
  },
};

test('interfaces', async () => {
  const { interfaces } = await observeHost(fakeHost(linux));
  const plain = { loopback: false, wireless: false, mtu: 1500, group: 0, addresses: [] as string[] };
  const loopback = { addresses: ['127.0.0.1/8'], scopes: { '127.0.0.1/8': 'host' } };
  assert.equal(interfaces, [
    { ...plain, name: 'lo', index: 1, up: true, loopback: true, mtu: 65536, ...loopback },
    {
      ...plain,
      name: 'eth0',
      altnames: ['enp1s0'],
      index: 2,
      up: true,
      mac: '02:fc:00:00:00:01',
      addresses: ['192.168.1.10/24', '192.168.1.11/24', 'fd00:1::10/64'],
      secondary: ['192.168.1.11/24'],
    },
    { ...plain, name: 'eth0.10', index: 3, kind: 'vlan', up: true, mac: '02:fc:00:00:00:01', link: 'eth0', vlan: 10 },
    {
      ...plain,
      name: 'nc-eth0',
      index: 4,
      kind: 'ipvlan',
      up: false,
      mac: '02:fc:00:00:00:01',
      link: 'eth0',
      mode: 'l2',
      flag: 'private',
      alias: 'netcompose:lan',
      group: 28259,
      addresses: ['169.254.255.28/32'],
      scopes: { '169.254.255.28/32': 'link' },
      multicast: false,
    },
    { ...plain, name: 'm0', index: 5, kind: 'macvlan', up: true, mac: '02:00:00:00:00:05', mode: 'bridge' },
    { ...plain, name: 'v0', index: 6, kind: 'veth', up: true, mac: '02:00:00:00:00:06', master: 'br0', group: 7 },
    { ...plain, name: 'wlan0', index: 7, up: false, wireless: true, mac: '02:00:00:00:00:07' },
    { ...plain, name: 'tun0', index: 8, kind: 'tun', up: true, mtu: 1400, addresses: ['10.8.0.2/32'] },
  ]);
});

test('addresses that will go: temporary ones, and those whose time is over', async () => {
  const six = (local: string, flags: object = {}) => ({ family: 'inet6', local, prefixlen: 64, ...flags });
  const addr_info = [
    six('2001:db8::6', { deprecated: true, dynamic: true }),
    six('2001:db8::51ed', { temporary: true, dynamic: true }),
    six('2001:db8::5', { dynamic: true, mngtmpaddr: true }),
    six('fe80::1', { deprecated: true }),
  ];
  const commands = { ...linux.commands, 'ip -N -j -d addr': JSON.stringify([{ ...links[1], addr_info }]) };
  const { interfaces } = await observeHost(fakeHost({ ...linux, commands }));
  assert.equal(interfaces[0]?.addresses, ['2001:db8::6/64', '2001:db8::51ed/64', '2001:db8::5/64']);
  assert.equal(interfaces[0]?.passing, ['2001:db8::6/64', '2001:db8::51ed/64']);
});

test('routes of both families', async () => {
  assert.equal((await observeHost(fakeHost(linux))).routes, [
    { destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.1.1', metric: 100 },
    { destination: '192.168.1.0/24', family: 4, interface: 'eth0', source: '192.168.1.10', scope: 'link' },
    { destination: '10.1.1.1/32', family: 4, interface: 'nc-eth0', scope: 'link' },
    { destination: '10.8.0.0/16', family: 4, interface: 'eth0', gateway: '192.168.1.2' },
    { destination: '10.8.0.0/16', family: 4, interface: 'm0' },
    { destination: '10.9.0.0/16', family: 4 },
    { destination: '10.7.0.0/16', family: 4, interface: 'eth0', gateway: 'fe80::1' },
    { destination: 'fd00::5/128', family: 6, interface: 'nc-eth0', metric: 1024 },
    { destination: 'default', family: 6, interface: 'eth0', gateway: 'fe80::1', metric: 1024 },
  ]);
});

test("rp_filter, where it can be read; a bridge's members have no say", async () => {
  const files = { ...linux.files, '/proc/sys/net/ipv4/conf/v0/rp_filter': '1\n' };
  assert.equal((await observeHost(fakeHost({ ...linux, files }))).rpFilter, { all: 0, eth0: 2 });
});

test('what a LAN depends on, where it is asked for', async () => {
  const said = [
    { dst: '192.168.1.5', dev: 'eth0', lladdr: '02:00:00:00:00:01', state: ['STALE'] },
    { dst: '192.168.1.6', dev: 'eth0', state: ['FAILED'] },
    { dst: '192.168.1.7', dev: 'eth0', state: ['INCOMPLETE'] },
    { dst: 'fe80::1', dev: 'eth0', lladdr: '02:00:00:00:00:02', router: null, state: ['REACHABLE'] },
    { dst: 'fe80::5', dev: 'eth0', lladdr: '02:00:00:00:00:01', state: ['REACHABLE'] },
  ];
  const files = {
    ...linux.files,
    '/proc/sys/net/ipv4/conf/m0/arp_filter': '1\n',
    '/proc/sys/net/ipv4/conf/all/arp_ignore': '2\n',
  };
  const observed = await observeHost(
    fakeHost({ ...linux, files, uid: 1000, commands: { ...linux.commands, 'ip -j neigh': JSON.stringify(said) } }),
    { lan: true, sockets: true },
  );
  assert.equal(observed.neighbours, [
    { address: '192.168.1.5', interface: 'eth0', mac: '02:00:00:00:00:01', state: 'stale' },
    { address: 'fe80::1', interface: 'eth0', mac: '02:00:00:00:00:02', state: 'reachable' },
  ]);
  assert.equal(observed.arp, {
    all: { filter: 0, ignore: 2, announce: 0 },
    m0: { filter: 1, ignore: 0, announce: 0 },
  });
  assert.equal(observed.drivers, { macvlan: 'ready', ipvlan: 'ready', '8021q': 'ready' });
  assert.equal(observed.sockets, []);
});

for (const [name, executables, said, expected] of [
  ['runs', ['/usr/bin/nmcli'], { stdout: 'running\n' }, true],
  ['is stopped', ['/usr/bin/nmcli'], { stdout: 'not running\n' }, undefined],
  ['cannot be asked', ['/usr/bin/nmcli'], { code: 8, stdout: 'running\n' }, undefined],
  ['is not installed', [], { stdout: 'running\n' }, undefined],
] as const) {
  test(`NetworkManager ${name}`, async () => {
    const commands = { ...linux.commands, 'ip -j neigh': '[]', 'nmcli -t -f RUNNING general': said };
    const observed = await observeHost(fakeHost({ ...linux, commands, executables }), { lan: true });
    assert.is(observed.networkManager, expected);
  });
}

for (const [uid, executables, privilege] of [
  [0, [], 'root'],
  [1000, ['/usr/bin/sudo'], 'sudo'],
  [1000, [], 'none'],
] as const) {
  test(`privilege: ${privilege}`, async () =>
    assert.is((await observeHost(fakeHost({ ...linux, uid, executables }))).privilege, privilege));
}

test('an empty table prints nothing', async () => {
  const { routes: none } = await observeHost(
    fakeHost({ commands: { ...linux.commands, 'ip -j route': '', 'ip -j -6 route': '[]\n' } }),
  );
  assert.equal(none, []);
});

test('our own table and the rules to it, as iproute2 6.1 prints them', async () => {
  const route = { dst: '192.168.1.192/27', dev: 'nc', scope: '253', prefsrc: '192.168.1.10', flags: [] };
  const rules = [
    { priority: 0, src: 'all', table: '255', protocol: '2' },
    { priority: 32765, src: 'all', dst: '192.168.1.192', dstlen: 27, table: '28259', protocol: '2' },
    { priority: 32765, src: 'all', dst: '192.168.1.5', table: '28259', protocol: '2' },
  ];
  const [table, rule] = ['ip -N -j route show table 28259', 'ip -N -j -d rule'] as const;
  const host = fakeHost({ commands: { [table]: JSON.stringify([route]), [rule]: JSON.stringify(rules) } });
  assert.equal(await observeTable(host, 28259, 4), [
    { destination: '192.168.1.192/27', family: 4, interface: 'nc', source: '192.168.1.10', scope: 'link' },
  ]);
  assert.equal(await observeRules(host, 4), [
    { table: '255', priority: 0, protocol: '2' },
    { destination: '192.168.1.192/27', table: '28259', priority: 32765, protocol: '2' },
    { destination: '192.168.1.5/32', table: '28259', priority: 32765, protocol: '2' },
  ]);
  const bare = fakeHost({
    commands: {
      [table]: { code: 2, stderr: 'Error: ipv4: FIB table does not exist.\nDump terminated\n' },
      [rule]: { code: 2, stderr: 'RTNETLINK answers: Operation not supported\n' },
    },
  });
  assert.equal([await observeTable(bare, 28259, 4), await observeRules(bare, 4)], [[], []]);
});

test('what IPv6 has of both', async () => {
  const route = { dst: 'fd00:1::/64', dev: 'nc', metric: 1024, flags: [], pref: 'medium' };
  const rules = [
    { priority: 0, src: 'all', table: '255', protocol: '2' },
    { priority: 32765, src: 'fd00:1::cf', table: '28259', protocol: '2' },
    { priority: 5000, src: 'fd00:2::', srclen: 64, dst: 'fd00:3::1', table: '7' },
  ];
  const commands = {
    'ip -N -j -6 route show table 28259': JSON.stringify([route]),
    'ip -N -j -d -6 rule': JSON.stringify(rules),
  };
  assert.equal(await observeTable(fakeHost({ commands }), 28259, 6), [
    { destination: 'fd00:1::/64', family: 6, interface: 'nc', metric: 1024 },
  ]);
  assert.equal(await observeRules(fakeHost({ commands }), 6), [
    { table: '255', priority: 0, protocol: '2' },
    { source: 'fd00:1::cf/128', table: '28259', priority: 32765, protocol: '2' },
    { source: 'fd00:2::/64', destination: 'fd00:3::1/128', table: '7', priority: 5000 },
  ]);
});

test('neighbours', async () => {
  const said = [
    { dst: '192.168.1.5', lladdr: '02:00:00:00:00:01', state: ['PERMANENT'] },
    { dst: '192.168.1.6', state: ['FAILED'] },
  ];
  assert.equal(
    await observeNeighbours(fakeHost({ commands: { 'ip -j neigh show dev nc': JSON.stringify(said) } }), 'nc'),
    [
      { address: '192.168.1.5', mac: '02:00:00:00:00:01', permanent: true },
      { address: '192.168.1.6', permanent: false },
    ],
  );
});

test('without ip on Linux the error says so', async () => {
  try {
    await observeHost(fakeHost({ answer: () => ({ code: 127, stderr: '"ip" is not installed, or not on PATH' }) }));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HostError);
    assert.match((error as HostError).message, '"ip" is not installed');
  }
});

test('elsewhere it is what Node knows', async () => {
  const host = fakeHost({
    platform: 'darwin',
    interfaces: {
      lo0: [
        {
          address: '127.0.0.1',
          netmask: '255.0.0.0',
          family: 'IPv4',
          mac: '00:00:00:00:00:00',
          internal: true,
          cidr: '127.0.0.1/8',
        },
      ],
      en0: [
        {
          address: 'fe80::1',
          netmask: 'ffff:ffff:ffff:ffff::',
          family: 'IPv6',
          mac: '02:00:00:00:00:01',
          internal: false,
          cidr: 'fe80::1/64',
          scopeid: 4,
        },
        {
          address: '192.168.1.5',
          netmask: '255.255.255.0',
          family: 'IPv4',
          mac: '02:00:00:00:00:01',
          internal: false,
          cidr: '192.168.1.5/24',
        },
      ],
    },
  });
  assert.equal(await observeHost(host), {
    platform: 'darwin',
    interfaces: [
      { name: 'lo0', index: 1, up: true, loopback: true, wireless: false, mtu: 0, addresses: ['127.0.0.1/8'] },
      {
        name: 'en0',
        index: 2,
        up: true,
        loopback: false,
        wireless: false,
        mac: '02:00:00:00:00:01',
        mtu: 0,
        addresses: ['192.168.1.5/24'],
      },
    ],
    routes: [],
    rpFilter: {},
  });
  assert.equal(host.ran, []);
});

test.run();
