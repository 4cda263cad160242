/** udev's rules that give a shim another name. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualLink } from '../../../../src/plan/checks/host/match-link.ts';
import { renamedByRule } from '../../../../src/plan/checks/host/udev-name.ts';

const mac = '52:54:00:00:00:02';
const shim: VirtualLink = { name: 'nc-eth0', kind: 'ipvlan', mac, permanentMac: mac };
const rules = (...texts: readonly string[]) => texts.map((text, at) => ({ path: '/rules', line: at + 1, text }));
const named = (link: VirtualLink, ...texts: readonly string[]) => {
  const found = renamedByRule(link, rules(...texts));
  return found && `${found.to} by line ${found.rule.line}`;
};

const byMac = `ATTR{address}=="${mac}"`;

for (const [text, to] of [
  [`SUBSYSTEM=="net", ACTION=="add", ${byMac}, NAME="lan7"`, 'lan7'],
  [`${byMac}, NAME:="lan7"`, 'lan7'],
  [`ATTR{address}  ==  "${mac}",NAME = "lan7"`, 'lan7'],
  ['ATTR{address}=="52:54:00:00:00:03", NAME="lan7"', undefined],
  ['ATTR{address}!="52:54:00:00:00:03", NAME="lan7"', 'lan7'],
  [`ATTR{address}!="${mac}", NAME="lan7"`, undefined],
  [`${byMac}, KERNEL=="eth*|nc-*", NAME="lan7"`, 'lan7'],
  [`${byMac}, KERNEL=="eth*|en*", NAME="lan7"`, undefined],
  [`${byMac}, KERNEL!="nc-eth0", NAME="lan7"`, undefined],
  // What says where the card is that a shim has not.
  [`${byMac}, DRIVERS=="?*", NAME="lan7"`, undefined],
  [`${byMac}, DRIVERS!="?*", NAME="lan7"`, 'lan7'],
  [`${byMac}, ATTR{dev_id}=="0x0", ATTR{type}=="1", ATTR{dev_port}=="0", NAME="lan7"`, 'lan7'],
  [`${byMac}, SUBSYSTEMS=="net", KERNELS=="nc-*", NAME=="", NAME="lan7"`, 'lan7'],
  [`${byMac}, SUBSYSTEMS=="pci", NAME="lan7"`, undefined],
  // It hangs on something that is not known here.
  [`${byMac}, ENV{ID_BUS}!="usb", NAME="lan7"`, undefined],
  [`${byMac}, ATTR{constructor}=="", NAME="lan7"`, undefined],
  // What is set beside it is no condition.
  [`${byMac}, ENV{MINE}="1", TAG+="systemd", NAME="lan7"`, 'lan7'],
  [`${byMac}, NAME="$env{ID_NET_NAME}"`, undefined],
  [`${byMac}, NAME="lan%n"`, undefined],
  [`${byMac}, NAME=""`, undefined],
  [`${byMac}, NAME="nc-eth0"`, undefined],
  [`${byMac}, NAME+="lan7"`, undefined],
  [`${byMac}, SYMLINK="lan7"`, undefined],
  [`${byMac}, NAME=="lan7"`, undefined],
] as const) {
  test(text, () => assert.is(named(shim, text), to && `${to} by line 1`));
}

test('of several rules the last counts', () => {
  assert.is(named(shim, `${byMac}, NAME="lan7"`, `${byMac}, NAME="lan8"`), 'lan8 by line 2');
  assert.is(named(shim, `${byMac}, NAME="lan7"`, `${byMac}, NAME="nc-eth0"`), undefined);
  assert.is(named(shim, `${byMac}, NAME="lan7"`, 'KERNEL=="eth0", NAME="lan8"'), 'lan7 by line 1');
  assert.is(named(shim), undefined);
});

test('a shim without a known address is not named by one', () => {
  const { mac: _, ...unknown } = shim;
  assert.is(named(unknown, `${byMac}, NAME="lan7"`), undefined);
  assert.is(named(unknown, 'ATTR{address}=="*", NAME="lan7"'), undefined);
});

test.run();
