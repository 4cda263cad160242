/** What packet filters drop, read from what their programs print. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lookAtOwnFilter, lookAtPacketFilter } from '../../../src/host/reach/packet-filter.ts';
import type { Dropping } from '../../../src/plan/reach/evidence.ts';
import { fakeHost } from '../fake-host.ts';

const nft = '/usr/bin/nft';
const iptables = '/usr/bin/iptables';
const firewallCmd = '/usr/bin/firewall-cmd';
const chains =
  'table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n' +
  '\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n' +
  '\tchain OUTPUT {\n\t\ttype filter hook output priority filter; policy accept;\n\t}\n}\n';
// firewalld 2.3.
const zone = (target: string, services: string, ports: string) =>
  `public (default, active)\n  target: ${target}\n  ingress-priority: 0\n  interfaces: \n  sources: \n` +
  `  services: ${services}\n  ports: ${ports}\n  protocols: \n  rich rules: \n\trule service name="x" accept\n`;

/** `4 input`, `6 output` */
const dropped = (dropping: Dropping | undefined) =>
  ([4, 6] as const).flatMap((family) => [...(dropping?.[family] ?? [])].map((hook) => `${family} ${hook}`));

const table = (family: string, hook: string) =>
  `table ${family} x {\n\tchain c {\n\t\ttype filter hook ${hook} priority filter; policy drop;\n\t}\n}\n`;

test('the hooks that drop what no rule accepts', async () => {
  const byNft = fakeHost({ executables: [nft, iptables], commands: { 'nft list chains': chains } });
  assert.equal(dropped((await lookAtPacketFilter(byNft, [])).dropping), ['4 input']);
  const commands = { 'iptables -S': '-P INPUT ACCEPT\n-P OUTPUT DROP\n', 'ip6tables -S': '-P INPUT DROP\n' };
  const old = fakeHost({ executables: [iptables, '/usr/bin/ip6tables'], commands });
  assert.equal(dropped((await lookAtPacketFilter(old, [])).dropping), ['4 output', '6 input']);
});

test('the families of a table: what IPv4 and IPv6 share is of both, and that of a bridge of neither', async () => {
  const all = table('ip6', 'input') + table('inet', 'output') + table('bridge', 'input') + table('arp', 'input');
  const host = fakeHost({ executables: [nft], commands: { 'nft list chains': all } });
  assert.equal(dropped((await lookAtPacketFilter(host, [])).dropping), ['4 output', '6 input', '6 output']);
});

test('tables of old kernels, of which nft tells nothing', async () => {
  const host = fakeHost({
    executables: [nft, iptables, '/usr/bin/ip6tables', '/usr/bin/ip6tables-legacy'],
    files: { '/proc/self/net/ip_tables_names': 'nat\n', '/proc/self/net/ip6_tables_names': 'filter\n' },
    commands: { 'nft list chains': '', 'ip6tables-legacy -S': '-P INPUT ACCEPT\n-P OUTPUT DROP\n' },
  });
  assert.equal(dropped((await lookAtPacketFilter(host, [])).dropping), ['6 output']);
  assert.equal(host.ran, ['nft list chains', 'ip6tables-legacy -S']);
});

test("a container's own", async () => {
  const command = 'nsenter --net --target 71 -- nft list chains';
  const host = fakeHost({ executables: [nft], commands: { [command]: chains } });
  assert.equal(dropped(await lookAtOwnFilter(host, 71)), ['4 input']);
  assert.is(await lookAtOwnFilter(fakeHost({ uid: 1000, executables: [nft] }), 71), undefined);
});

test('the zone by name, the default one, and one that accepts everything', async () => {
  const host = fakeHost({
    executables: [firewallCmd],
    commands: {
      'firewall-cmd --get-zone-of-interface=nc-eth0': { code: 2, stderr: 'no zone' },
      'firewall-cmd --get-default-zone': 'public\n',
      'firewall-cmd --zone=public --list-all': zone('default', 'dhcpv6-client ssh', '8080/tcp'),
      'firewall-cmd --get-zone-of-interface=nc-eth1': 'drop\n',
      'firewall-cmd --zone=drop --list-all': zone('DROP', '', ''),
      'firewall-cmd --get-zone-of-interface=docker0': 'docker\n',
      'firewall-cmd --zone=docker --list-all': zone('ACCEPT', '', ''),
    },
  });
  const { zones } = await lookAtPacketFilter(host, ['nc-eth0', 'nc-eth1', 'docker0']);
  assert.equal(
    [...zones],
    [
      ['nc-eth0', { name: 'public', opens: ['dhcpv6-client', 'ssh', '8080/tcp'] }],
      ['nc-eth1', { name: 'drop', opens: [] }],
    ],
  );
});

test("firewalld's check of the way back by IPv6, of what comes in, not of what is forwarded", async () => {
  // firewalld 2.3, nftables 1.1.
  const firewalld = (hook: string, flags: string) =>
    `table inet firewalld {\n\tchain filter_${hook} {\n\t\ttype filter hook x priority filter + 10; policy accept;\n` +
    '\t\ticmpv6 type { nd-router-advert, nd-neighbor-solicit } accept\n' +
    `\t\tmeta nfproto ipv6 fib ${flags} oif missing drop\n\t}\n\n` +
    '\tchain filter_INPUT {\n\t\tct state invalid drop\n\t}\n}\n';
  const isStrict = async (table: string) => {
    const commands = { 'nft list chains': '', 'nft list table inet firewalld': table };
    return (await lookAtPacketFilter(fakeHost({ executables: [nft, firewallCmd], commands }), [])).strictIpv6;
  };
  assert.ok(await isStrict(firewalld('PREROUTING', 'saddr . mark . iif')));
  assert.not(await isStrict(firewalld('PREROUTING', 'saddr . mark')));
  assert.not(await isStrict(firewalld('FORWARD', 'saddr . mark . iif')));
});

test('firewalld that does not run, and another user than root', async () => {
  const stopped = fakeHost({
    executables: [firewallCmd],
    answer: () => ({ code: 252, stderr: 'FirewallD is not running' }),
  });
  assert.is((await lookAtPacketFilter(stopped, ['nc-eth0'])).zones.size, 0);
  const host = fakeHost({ uid: 1000, executables: [nft, firewallCmd] });
  await lookAtPacketFilter(host, ['nc-eth0']);
  assert.equal(host.ran, []);
});

test.run();
