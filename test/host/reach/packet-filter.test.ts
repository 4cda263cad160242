/** What packet filters drop, read from what their programs print. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lookAtOwnFilter, lookAtPacketFilter } from '../../../src/host/reach/packet-filter.ts';
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

test('the hooks that drop what no rule accepts', async () => {
  const byNft = fakeHost({ executables: [nft, iptables], commands: { 'nft list chains': chains } });
  assert.equal([...(await lookAtPacketFilter(byNft, [])).dropping], ['input']);
  const old = fakeHost({ executables: [iptables], commands: { 'iptables -S': '-P INPUT ACCEPT\n-P OUTPUT DROP\n' } });
  assert.equal([...(await lookAtPacketFilter(old, [])).dropping], ['output']);
});

test("a container's own", async () => {
  const command = 'nsenter --net --target 71 -- nft list chains';
  const host = fakeHost({ executables: [nft], commands: { [command]: chains } });
  assert.equal([...(await lookAtOwnFilter(host, 71))!], ['input']);
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
