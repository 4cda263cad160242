import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostAction } from '../../../src/plan/actions/action.ts';
import { lanRouteCommand } from '../../../src/plan/actions/argv.ts';
import { commandOf, stepsOf, undoOf } from '../../../src/plan/actions/commands.ts';
import { parseAddress, parseCidr } from '../../../src/plan/facts/ip.ts';
import { cidr, ip } from '../../support/addresses.ts';

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
          subnet: cidr('192.168.1.0/24'),
          gateway: ip('192.168.1.1'),
          ipRange: cidr('192.168.1.192/27'),
          auxAddresses: new Map([
            ['shim', ip('192.168.1.222')],
            ['host', ip('192.168.1.10')],
          ]),
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
        { subnet: cidr('10.0.0.0/24'), auxAddresses: new Map() },
        { subnet: cidr('fd00:1::/64'), gateway: ip('fd00:1::1'), auxAddresses: new Map() },
      ],
    },
    'docker network create --driver macvlan --ipv6 --subnet 10.0.0.0/24 --subnet fd00:1::/64 --gateway fd00:1::1 lan',
    'docker network rm lan',
  ],
  [
    {
      ...network,
      name: 'six',
      ipv4: false,
      ipv6: true,
      pools: [{ subnet: cidr('fd00:1::/64'), auxAddresses: new Map() }],
    },
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
    { ...base, kind: 'add-shim-address', shim: 'nc', address: ip('10.0.0.9') },
    'ip addr add 10.0.0.9/32 dev nc',
    'ip addr del 10.0.0.9/32 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-address', shim: 'nc', address: ip('fd00::9') },
    'ip -6 addr add fd00::9/128 dev nc nodad',
    'ip -6 addr del fd00::9/128 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-address', shim: 'nc', address: ip('169.254.255.28'), scope: 'link' },
    'ip addr add 169.254.255.28/32 dev nc scope link',
    'ip addr del 169.254.255.28/32 dev nc',
  ],
  [
    { ...base, kind: 'set-multicast', shim: 'nc', to: 'off' },
    'ip link set dev nc multicast off',
    'ip link set dev nc multicast on',
  ],
  [{ ...base, kind: 'leave-alone', shim: 'nc' }, 'nmcli device set nc managed no', ''],
  [
    { ...base, kind: 'retype-answers', shim: 'nc' },
    'nft table arp netcompose; delete table arp netcompose; table arp netcompose { chain answers { type filter hook ' +
      'output priority 0; meta oifgroup 28259 arp operation reply arp htype set 6; }; }',
    'nft delete table arp netcompose',
  ],
  [
    { ...base, kind: 'add-table-route', shim: 'nc', destination: cidr('10.0.0.32/27'), source: ip('10.0.0.2') },
    'ip route replace 10.0.0.32/27 dev nc src 10.0.0.2 table 28259',
    'ip route del 10.0.0.32/27 dev nc table 28259',
  ],
  [
    { ...base, kind: 'add-rule', shim: 'nc', destination: cidr('10.0.0.32/27') },
    'ip rule add to 10.0.0.32/27 lookup 28259 pref 32765 protocol kernel',
    'ip rule del to 10.0.0.32/27 lookup 28259 pref 32765',
  ],
  [
    { ...base, kind: 'add-shim-route', shim: 'nc', destination: cidr('10.0.0.32/27') },
    'ip route add 10.0.0.32/27 dev nc scope global',
    'ip route del 10.0.0.32/27 dev nc',
  ],
  [{ ...base, kind: 'bring-shim-up', shim: 'nc' }, 'ip link set dev nc up', 'ip link set dev nc down'],
  [
    { ...base, kind: 'add-shim-route', shim: 'nc', destination: cidr('10.0.0.32/27'), source: ip('10.0.0.2') },
    'ip route add 10.0.0.32/27 dev nc src 10.0.0.2',
    'ip route del 10.0.0.32/27 dev nc',
  ],
  [
    { ...base, kind: 'add-shim-route', shim: 'nc', destination: cidr('fd00::5/128') },
    'ip -6 route add fd00::5/128 dev nc',
    'ip -6 route del fd00::5/128 dev nc',
  ],
  [
    { ...base, kind: 'add-return-route', shim: 'nc', subnet: cidr('fd00::/64') },
    'ip -6 route append fd00::/64 dev nc table 28259',
    'ip -6 route del fd00::/64 dev nc table 28259',
  ],
  [
    { ...base, kind: 'add-return-rule', shim: 'nc', source: ip('fd00::cf') },
    'ip -6 rule add from fd00::cf/128 lookup 28259 pref 32765 protocol kernel',
    'ip -6 rule del from fd00::cf/128 lookup 28259 pref 32765',
  ],
  [
    { ...base, kind: 'add-shim-neighbour', shim: 'nc', address: ip('10.0.0.5'), mac: '02:42:00:00:00:01' },
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
  'the default route of IPv6': { ...base, kind: 'add-shim-route', shim: 'nc', destination: cidr('::/0') },
  'everybody as whom a shim answers': { ...base, kind: 'add-return-route', shim: 'nc', subnet: cidr('::/0') },
  'the default route in numbers': { ...base, kind: 'add-shim-route', shim: 'nc', destination: cidr('0.0.0.0/0') },
  'a sysctl outside net': { ...base, kind: 'set-sysctl', shim: 'nc', key: ['..', 'kernel', 'panic'], value: '1' },
  'a sysctl value of two words': { ...base, kind: 'set-sysctl', shim: 'nc', key: ['ipv4', 'ip_forward'], value: '1 2' },
  'a MAC address that is a keyword': {
    ...base,
    kind: 'add-shim-neighbour',
    shim: 'nc',
    address: ip('10.0.0.5'),
    mac: 'nud',
  },
};

for (const [name, action] of Object.entries(refused)) {
  test(`refuses ${name}`, () =>
    assert.throws(
      () => commandOf(action),
      (error: unknown) => error instanceof RangeError,
    ));
}

test("for the LAN's router", () => {
  const line = (destination: string, via?: string) =>
    lanRouteCommand({ destination: cidr(destination), ...(via !== undefined && { via: ip(via) }) }).join(' ');
  assert.is(line('10.7.1.0/24', '192.168.1.10'), 'ip route add 10.7.1.0/24 via 192.168.1.10');
  assert.is(line('fd00:7::/64', 'fd00:1::10'), 'ip -6 route add fd00:7::/64 via fd00:1::10');
  assert.is(line('10.7.1.0/24'), 'ip route add 10.7.1.0/24 via');
  for (const destination of ['0.0.0.0/0', '::/0'])
    assert.throws(
      () => line(destination, '192.168.1.10'),
      (error: unknown) => error instanceof RangeError,
    );
});

test('a word is no address, so that none can reach a command', () => {
  for (const word of ['default', 'proxy', 'inet6', '10.0.0.5/32', '1', '-4']) assert.is(parseAddress(word), undefined);
  for (const word of ['default', '10.0.0.5', 'inet/8', '10.0.0.0/33']) assert.is(parseCidr(word), undefined);
});

test.run();
