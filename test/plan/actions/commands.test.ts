import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostAction } from '../../../src/plan/actions/action.ts';
import { commandOf, lanRouteCommand, stepsOf, undoOf } from '../../../src/plan/actions/commands.ts';

const base = { id: 'id', reason: 'because' };
const network = {
  ...base,
  kind: 'ensure-network',
  driver: 'ipvlan',
  options: {},
  pools: [],
  ipv4: true,
  ipv6: false,
  labels: {},
} as const;

const table: readonly (readonly [HostAction, string, string])[] = [
  [
    {
      ...network,
      name: 'netcompose-eth0',
      options: { parent: 'eth0', ipvlan_mode: 'l2' },
      labels: { 'netcompose.network': 'netcompose-eth0', a: 'b' },
      pools: [
        {
          subnet: '192.168.1.0/24',
          gateway: '192.168.1.1',
          ipRange: '192.168.1.192/27',
          auxAddresses: { shim: '192.168.1.222', host: '192.168.1.10' },
        },
      ],
    },
    [
      'docker network create --driver ipvlan --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ip-range 192.168.1.192/27',
      '--aux-address host=192.168.1.10 --aux-address shim=192.168.1.222 --opt ipvlan_mode=l2 --opt parent=eth0',
      '--label a=b --label netcompose.network=netcompose-eth0 netcompose-eth0',
    ].join(' '),
    'docker network rm netcompose-eth0',
  ],
  [
    {
      ...network,
      name: 'lan',
      driver: 'macvlan',
      ipv6: true,
      pools: [
        { subnet: '10.0.0.0/24', auxAddresses: {} },
        { subnet: 'fd00:1::/64', gateway: 'fd00:1::1', auxAddresses: {} },
      ],
    },
    'docker network create --driver macvlan --ipv6 --subnet 10.0.0.0/24 --subnet fd00:1::/64 --gateway fd00:1::1 lan',
    'docker network rm lan',
  ],
  [
    { ...network, name: 'six', ipv4: false, ipv6: true, pools: [{ subnet: 'fd00:1::/64', auxAddresses: {} }] },
    'docker network create --driver ipvlan --ipv4=false --ipv6 --subnet fd00:1::/64 six',
    'docker network rm six',
  ],
  [
    {
      ...base,
      kind: 'create-shim',
      shim: 'nc-eth0',
      parent: 'eth0',
      network: 'lan',
      driver: 'macvlan',
      mode: 'bridge',
    },
    'ip link add link eth0 name nc-eth0 group 28259 type macvlan mode bridge',
    'ip link del dev nc-eth0',
  ],
  [
    {
      ...base,
      kind: 'create-shim',
      shim: 'nc-eth0.10',
      parent: 'eth0.10',
      network: 'lan',
      driver: 'ipvlan',
      mode: 'l3s',
      flag: 'private',
    },
    'ip link add link eth0.10 name nc-eth0.10 group 28259 type ipvlan mode l3s private',
    'ip link del dev nc-eth0.10',
  ],
  [
    { ...base, kind: 'create-shim', shim: 'nc', parent: 'eth0', network: 'lan', driver: 'ipvlan', mode: 'l2' },
    'ip link add link eth0 name nc group 28259 type ipvlan mode l2 bridge',
    'ip link del dev nc',
  ],
  [
    { ...base, kind: 'mark-shim', shim: 'nc', network: 'lan' },
    'ip link set dev nc alias netcompose:lan',
    'ip link set dev nc alias ',
  ],
  [
    { ...base, kind: 'set-sysctl', shim: 'nc.1', key: ['ipv4', 'conf', 'nc.1', 'arp_filter'], value: '1' },
    'sysctl -w net/ipv4/conf/nc.1/arp_filter=1',
    'sysctl -w net/ipv4/conf/nc.1/arp_filter=0',
  ],
  [
    { ...base, kind: 'set-sysctl', shim: 'nc', key: ['ipv6', 'conf', 'nc', 'accept_ra'], value: '0' },
    'sysctl -w net/ipv6/conf/nc/accept_ra=0',
    'sysctl -w net/ipv6/conf/nc/accept_ra=1',
  ],
  [
    { ...base, kind: 'add-shim-address', shim: 'nc', address: '10.0.0.9/32' },
    'ip addr add 10.0.0.9/32 dev nc',
    'ip addr del 10.0.0.9/32 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-address', shim: 'nc', address: 'fd00::9/128' },
    'ip -6 addr add fd00::9/128 dev nc nodad',
    'ip -6 addr del fd00::9/128 dev nc',
  ],
  [{ ...base, kind: 'bring-shim-up', shim: 'nc' }, 'ip link set dev nc up', 'ip link set dev nc down'],
  [
    { ...base, kind: 'add-shim-route', shim: 'nc', destination: '10.0.0.32/27', source: '10.0.0.2' },
    'ip route add 10.0.0.32/27 dev nc src 10.0.0.2',
    'ip route del 10.0.0.32/27 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-route', shim: 'nc', destination: 'fd00::5/128' },
    'ip -6 route add fd00::5/128 dev nc',
    'ip -6 route del fd00::5/128 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-neighbour', shim: 'nc', address: '10.0.0.5', mac: '02:42:00:00:00:01' },
    'ip neigh replace 10.0.0.5 lladdr 02:42:00:00:00:01 dev nc nud permanent',
    'ip neigh del 10.0.0.5 dev nc',
  ],
];

for (const [action, command, undo] of table) {
  test(command, () => {
    assert.is(commandOf(action).join(' '), command);
    assert.is(undoOf(action).join(' '), undo);
    assert.equal(stepsOf([action]), [{ action, command: commandOf(action), undo: undoOf(action) }]);
  });
}

const refused: Readonly<Record<string, HostAction>> = {
  'an interface that is an option': { ...base, kind: 'bring-shim-up', shim: '-all' },
  'an interface of 16 characters': { ...base, kind: 'bring-shim-up', shim: 'nc-4567890123456' },
  'an interface with a slash': { ...base, kind: 'bring-shim-up', shim: 'nc/eth0' },
  'a network that is an option': { ...network, name: '--help' },
  'the default route': { ...base, kind: 'add-shim-route', shim: 'nc', destination: 'default' },
  'the default route in numbers': { ...base, kind: 'add-shim-route', shim: 'nc', destination: '0.0.0.0/0' },
  'a sysctl outside net': { ...base, kind: 'set-sysctl', shim: 'nc', key: ['..', 'kernel', 'panic'], value: '1' },
  'a sysctl value of two words': { ...base, kind: 'set-sysctl', shim: 'nc', key: ['ipv4', 'ip_forward'], value: '1 2' },
  'an address that is a keyword': {
    ...base,
    kind: 'add-shim-neighbour',
    shim: 'nc',
    address: 'proxy',
    mac: '02:42:00:00:00:01',
  },
};

for (const [name, action] of Object.entries(refused)) {
  test(`refuses ${name}`, () =>
    assert.throws(
      () => commandOf(action),
      (error: unknown) => error instanceof RangeError,
    ));
}

const lanRoute = { parent: 'eth0', mode: 'ipvlan-l3', networks: ['lan'] } as const;

test("for the LAN's router", () => {
  const line = (destination: string, via?: string) =>
    lanRouteCommand({ ...lanRoute, destination, ...(via !== undefined && { via }) }).join(' ');
  assert.is(line('10.7.1.0/24', '192.168.1.10'), 'ip route add 10.7.1.0/24 via 192.168.1.10');
  assert.is(line('fd00:7::/64', 'fd00:1::10'), 'ip -6 route add fd00:7::/64 via fd00:1::10');
  assert.is(line('10.7.1.0/24'), 'ip route add 10.7.1.0/24 via');
  for (const [destination, via] of [
    ['default', '192.168.1.10'],
    ['0.0.0.0/0', '192.168.1.10'],
    ['10.7.1.0/24', 'inet6'],
  ] as const)
    assert.throws(
      () => line(destination, via),
      (error: unknown) => error instanceof RangeError,
    );
});

test.run();
