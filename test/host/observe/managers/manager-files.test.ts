/** What is read of the programs that take, name or block interfaces. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observeManagerFiles, observeManagers } from '../../../../src/host/observe/managers/manager-files.ts';
import { fakeHost } from '../../fake-host.ts';

const runs = (...units: readonly string[]) =>
  Object.fromEntries(units.map((unit) => [`/run/systemd/units/invocation:${unit}.service`, 'id']));
const managers = (files: Readonly<Record<string, string>>) => observeManagerFiles(fakeHost({ files }));

test('a host without any of them', () => assert.equal(managers({}), { persisted: [] }));

test('.network files: by name, the first folder, drop-ins of all folders, masks; only while networkd runs', () => {
  const files = {
    '/usr/lib/systemd/network/80-b.network': '[Match]\nName=never\n',
    '/etc/systemd/network/80-b.network':
      '# ours\n[Match]\n; more\nName = eth0 \\\n  eth1\nKind=!veth bridge\n[Link]\nUnmanaged=true\n',
    '/run/systemd/network/10-netplan-a.network': '[Match]\nPermanentMACAddress=52:54:00:00:00:02\n[Network]\nName=no\n',
    '/etc/systemd/network/10-netplan-a.network.d/20-x.conf': '[Match]\nName="a b"\n',
    '/usr/lib/systemd/network/10-netplan-a.network.d/20-x.conf': '[Match]\nName=hidden\n',
    '/usr/lib/systemd/network/10-netplan-a.network.d/10-y.conf': '[Match]\nName=old\n',
    '/etc/systemd/network/20-masked.network': '',
    '/usr/lib/systemd/network/20-masked.network': '[Match]\nName=*\n',
    '/usr/lib/systemd/network/89-ethernet.network.example': '[Match]\nType=ether\n',
  };
  assert.is(managers(files).networkd, undefined);
  assert.equal(managers({ ...files, ...runs('systemd-networkd') }).networkd, [
    {
      path: '/run/systemd/network/10-netplan-a.network',
      match: { PermanentMACAddress: ['52:54:00:00:00:02'], Name: ['old', 'a b'] },
    },
    {
      path: '/etc/systemd/network/80-b.network',
      match: { Name: ['eth0', 'eth1'], Kind: ['!veth', '!bridge'] },
      unmanaged: true,
    },
  ]);
});

test('.link files and rules that name', () => {
  const { links, namingRules } = managers({
    '/etc/systemd/network/10-lan.link': '[Match]\nMACAddress=52:54:00:00:00:02\n[Link]\nNamePolicy=\nName=lan0\n',
    '/usr/lib/systemd/network/99-default.link': '[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep kernel\n',
    '/etc/udev/rules.d/70-net.rules':
      '# NAME="no"\nSUBSYSTEM=="net", NAME=="eth0", GOTO="end"\nSUBSYSTEM=="net", \\\n  ' +
      'ATTR{address}=="52:54:00:00:00:02", \\\n  NAME="lan0"\nKERNEL=="x", NAME:="y"\n',
  });
  assert.equal(links, [
    { path: '/etc/systemd/network/10-lan.link', match: { MACAddress: ['52:54:00:00:00:02'] }, gives: 'lan0' },
    { path: '/usr/lib/systemd/network/99-default.link', match: { OriginalName: ['*'] }, policy: ['keep', 'kernel'] },
  ]);
  const path = '/etc/udev/rules.d/70-net.rules';
  assert.equal(
    namingRules?.map(({ text, ...place }) => ({ ...place, text: text.replace(/\s+/g, ' ') })),
    [
      { path, line: 3, text: 'SUBSYSTEM=="net", ATTR{address}=="52:54:00:00:00:02", NAME="lan0"' },
      { path, line: 6, text: 'KERNEL=="x", NAME:="y"' },
    ],
  );
});

for (const [what, files, expected] of [
  [
    'for all',
    { '/run/dhcpcd/pid': '153\n', '/proc/153/comm': 'dhcpcd\n' },
    { denied: ['veth*', 'br-*'], allowed: ['eth0'], defended: ['eth1'] },
  ],
  [
    'for some interfaces',
    {
      '/run/dhcpcd/eth1.pid': '153\n',
      '/run/dhcpcd/eth0-4.pid': '153\n',
      '/run/dhcpcd/eth0-6.pid': '153\n',
      '/run/dhcpcd/eth2.pid': '154\n',
      '/run/dhcpcd/eth3.sock': '',
      '/proc/153/comm': 'dhcpcd\n',
    },
    { denied: ['veth*', 'br-*'], allowed: ['eth0'], defended: ['eth1'], only: ['eth0-4', 'eth0-6', 'eth1'] },
  ],
  ['ended', { '/run/dhcpcd/pid': '153\n', '/proc/153/comm': 'bash\n' }, undefined],
] as const) {
  test(`dhcpcd ${what}`, () => {
    const conf =
      'hostname\n# denyinterfaces nc-*\n# arp_persistdefence\ndenyinterfaces veth*, br-*\n  allowinterfaces eth0\n' +
      'interface eth1\n arp_persistdefence\nssid home\narp_persistdefence\n';
    assert.equal(managers({ ...files, '/etc/dhcpcd.conf': conf }).dhcpcd, expected);
  });
}

for (const [conf, defended] of [
  ['arp_persistdefence\ninterface eth0\nstatic routers=192.168.1.1\n', ['*']],
  ['profile static_eth0\narp_persistdefence\n', []],
  ['interface eth0\n#arp_persistdefence\n', []],
] as const) {
  test(`the addresses that dhcpcd keeps: ${conf.replaceAll('\n', ' ')}`, () => {
    const files = { '/run/dhcpcd/pid': '153\n', '/proc/153/comm': 'dhcpcd\n', '/etc/dhcpcd.conf': conf };
    assert.equal(managers(files).dhcpcd?.defended, defended);
  });
}

for (const [what, stdout, code, version] of [
  ['tells it', 'dhcpcd 10.1.0\nCopyright (c) 2006-2024 Roy Marples\n', 0, '10.1.0'],
  ['tells something else', 'usage: dhcpcd [-146ABbDdEGgHJKLMNPpqTV]\n', 0, undefined],
  ['fails', 'dhcpcd 10.1.0\n', 1, undefined],
] as const) {
  test(`dhcpcd's version, where its program ${what}`, async () => {
    const host = fakeHost({
      files: { '/run/dhcpcd/pid': '153\n', '/proc/153/comm': 'dhcpcd\n', '/usr/sbin/dhcpcd': '' },
      commands: { '/usr/sbin/dhcpcd --version': { code, stdout } },
    });
    assert.is((await observeManagers(host)).dhcpcd?.version, version);
  });
}

test('ConnMan', () => {
  assert.ok(managers(runs('connman')).connman?.left.includes('veth'));
  const conf = '[General]\n# NetworkInterfaceBlacklist = no\nNetworkInterfaceBlacklist = veth, nc-\n';
  assert.equal(managers({ ...runs('connman'), '/etc/connman/main.conf': conf }).connman, { left: ['veth', 'nc-'] });
});

test('firewalld: zones of its files and of profiles', () => {
  const files = {
    ...runs('firewalld'),
    '/etc/firewalld/firewalld.conf': '# DefaultZone=x\nDefaultZone=trusted\n',
    '/etc/firewalld/zones/home.xml': '<zone>\n  <interface name="eth0"/>\n  <interface name="nc-+"/>\n</zone>\n',
    '/etc/firewalld/zones/home.xml.old': '<zone><interface name="eth9"/></zone>',
    '/usr/lib/firewalld/zones/trusted.xml': '<zone target="ACCEPT">\n</zone>\n',
    '/etc/NetworkManager/system-connections/lan.nmconnection': '[connection]\ninterface-name=eth1\nzone=work\n',
    '/etc/NetworkManager/system-connections/any.nmconnection': '[connection]\nzone=work\n',
  };
  assert.equal(managers(files).firewalld, {
    defaultZone: 'trusted',
    open: true,
    zones: { eth0: 'home', 'nc-+': 'home', eth1: 'work' },
  });
});

test('firewalld whose files this user may not read', () => assert.is(managers(runs('firewalld')).firewalld, undefined));

test('the shims that were persisted, in each format', () => {
  const files = {
    '/etc/systemd/system/netcompose-shim-nc-eth0\\x2b\\xc3\\xa4.service': '',
    '/etc/systemd/system/netcompose-source-nc-x.service': '',
    '/etc/udev/rules.d/90-netcompose-nc-eth1.rules': '',
    '/etc/network/interfaces.d/netcompose-nc-eth2': '',
    '/etc/network/interfaces.d/eth0': '',
  };
  assert.equal(managers(files).persisted, ['nc-eth0+ä', 'nc-eth1', 'nc-eth2']);
});

test.run();
