/** Lines as `ip -N -o monitor link address route rule neigh` of iproute2 6.1 prints them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concernsShims, type Watched } from '../../../src/plan/shims/kernel-events.ts';

const macvlan: Watched = {
  shims: new Map([['nc-eth0', 'macvlan']]),
  parents: new Set(['eth0']),
  macs: new Map([['192.168.1.200', '02:00:00:00:00:01']]),
};
const ipvlan: Watched = { ...macvlan, shims: new Map([['nc-eth0', 'ipvlan']]) };

const flags =
  '<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group 0 \\    link/[1] 02:11:22:33:44:55';
const forever = 'valid_lft forever preferred_lft forever';
const lines: Readonly<Record<string, readonly [macvlan: boolean, ipvlan?: boolean]>> = {
  [`4: nc-eth0@eth0: ${flags}`]: [true],
  [`Deleted 4: nc-eth0@eth0: ${flags}`]: [true],
  [`3: eth0: ${flags}`]: [true],
  [`9: veth12ab@if8: ${flags}`]: [false],
  [`9: nc-eth01@eth01: ${flags}`]: [false],
  [`3: eth0    inet 192.168.1.10/24 scope 0 eth0\\       ${forever}`]: [true],
  [`Deleted 4: nc-eth0    inet 169.254.255.28/32 scope 253 nc-eth0\\       ${forever}`]: [true],
  [`7: docker0    inet 172.17.0.1/16 scope 0 docker0\\       ${forever}`]: [true],
  [`9: veth12ab    inet6 fe80::1/64 scope 253 \\       ${forever}`]: [false],
  [`3: eth0    inet6 fe80::1/64 scope 253 \\       ${forever}`]: [false],
  [`3: eth0    inet6 2001:db8::10/64 scope 0 \\       ${forever}`]: [true],
  '192.168.1.192/27 dev nc-eth0 ': [true],
  'Deleted 192.168.1.192/27 dev nc-eth0 ': [true],
  'Deleted 192.168.1.192/27 dev nc-eth0 src 192.168.1.10 ': [true],
  'Deleted 192.168.1.0/24 dev eth0 proto 2 scope 253 src 192.168.1.10 ': [false],
  'Deleted 2 169.254.255.28 dev nc-eth0 table 255 proto 2 scope 254 src 169.254.255.28 ': [false],
  'fe80::/64 dev nc-eth0 proto 2 metric 256 pref medium': [false],
  '5 ff00::/8 dev nc-eth0 table 255 proto 2 metric 256 pref medium': [false],
  '32765:\tfrom all to 192.168.1.192/27 lookup 28259': [true],
  'Deleted 32765:\tfrom all to 192.168.1.192/27 lookup 28259': [true],
  'Deleted 5000:\tfrom all lookup 51820': [false],
  'Deleted 32765:\tfrom fd00:1::cf lookup 28259': [true],
  'Deleted fd00:1::/64 dev nc-eth0 table 28259 metric 1024 pref medium': [true],
  'Deleted fd00:1::/64 dev eth0 table 28259 metric 1024 pref medium': [false],
  '192.168.1.200 dev nc-eth0 lladdr 02:00:00:00:00:01 PERMANENT ': [true],
  '192.168.1.200 dev nc-eth0 lladdr 02:00:00:00:00:01 REACHABLE ': [false, true],
  '192.168.1.200 dev nc-eth0 lladdr 02:00:00:00:00:01 STALE ': [false, true],
  '192.168.1.200 dev nc-eth0 lladdr 02:00:00:00:00:02 REACHABLE ': [true],
  'Deleted 192.168.1.200 dev nc-eth0 lladdr 02:00:00:00:00:02 STALE ': [false, true],
  '192.168.1.201 dev nc-eth0 lladdr 02:00:00:00:00:03 REACHABLE ': [false, true],
  // A permanent entry that is deleted shows itself so.
  '192.168.1.200 dev nc-eth0 FAILED ': [false, true],
  'Deleted ff02::16 dev nc-eth0 lladdr 33:33:00:00:00:16 NOARP ': [false],
  '192.168.1.1 dev eth0 lladdr 02:00:00:00:00:09 REACHABLE ': [false],
  'netlink receive error No buffer space available (105)': [true],
  'Dump was interrupted and may be inconsistent.': [true],
  'blackhole 10.0.0.0/8 ': [false],
};

for (const [line, [onMacvlan, onIpvlan = onMacvlan]] of Object.entries(lines)) {
  test(line, () => {
    assert.is(concernsShims(line, macvlan), onMacvlan, 'macvlan');
    assert.is(concernsShims(line, ipvlan), onIpvlan, 'ipvlan');
  });
}

test.run();
