/** systemd's [Match] for a shim: fnmatch, negation, several values, the first file that matches. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkFile } from '../../../../src/host/observe/managers/systemd-files.ts';
import { fileFor, type VirtualLink } from '../../../../src/plan/checks/host/match-link.ts';
import { fits } from '../../../../src/plan/checks/host/patterns.ts';

const parentMac = '52:54:00:00:00:02';
const macvlan: VirtualLink = { name: 'nc-eth0', kind: 'macvlan', mac: '02:6e:63:00:00:01' };
const ipvlan: VirtualLink = { name: 'nc-eth0', kind: 'ipvlan', mac: parentMac, permanentMac: parentMac };

const matched = (link: VirtualLink, ...files: readonly string[]) =>
  fileFor(
    link,
    files.map((text, at) => linkFile(`/${at}`, [text])),
  )?.path;

for (const [match, forMacvlan, forIpvlan] of [
  ['Name=eth0', false, false],
  ['Name=*', true, true],
  ['Name=eth* nc-*', true, true],
  ['Name=!eth*', true, true],
  ['Name=!eth* nc-*', false, false],
  ['Name=* !nc-eth0', false, false],
  ['Name=eth0\nName=nc-?th[0-9]', true, true],
  ['Name=*\nName=\nName=eth0', false, false],
  ['OriginalName=nc-*', true, true],
  ['Type=ether', true, true],
  ['Type=wlan', false, false],
  ['Type=ether\nKind=!*', false, false],
  ['Kind=macvlan vlan', true, false],
  ['Kind=!macvlan vlan', false, true],
  ['Driver=ipvlan', false, true],
  [`MACAddress=${parentMac}`, false, true],
  ['MACAddress=52-54-00-00-00-02 5254.0000.0003', false, true],
  [`PermanentMACAddress=${parentMac}`, false, true],
  [`PermanentMACAddress=${parentMac}\nName=lan`, false, false],
  ['PermanentMACAddress=02:6e:63:00:00:01', false, false],
  ['Path=pci-*', false, false],
  ['Path=!pci-*', true, true],
  ['Path=*', false, false],
  ['Path=!pci-*\nPath=usb-*', false, false],
  ['Property=ID_BUS=usb', false, false],
  ['Property=!ID_BUS=usb', true, true],
  ['Property=ID_NET_DRIVER=macvlan', true, false],
  ['Property=!ID_NET_DRIVER=macvlan', false, true],
  ['Property=INTERFACE=nc-eth0 SUBSYSTEM=net', true, true],
  ['Property=INTERFACE=nc-eth0 ID_BUS=usb', false, false],
  // No property is asked for, and nothing else.
  ['Property=ID_BUS', false, false],
  ['Property=ID_BUS\nName=nc-*', true, true],
  ['WLANInterfaceType=station', false, false],
  ['WLANInterfaceType=!station', true, true],
  ['SSID=!home', true, true],
  ['SSID=home', false, false],
  ['Driver=!macvlan ipvlan', false, false],
  ['MACAddress=02:6e:63:00:00:01', true, false],
  ['MACAddress=none', false, false],
  ['BSSID=52:54:00:00:00:02', false, false],
  // It hangs on something that is not known.
  ['Name=*\nHost=nas', false, false],
  ['', false, false],
] as const) {
  test(JSON.stringify(match), () => {
    const text = `[Match]\n${match}\n[Network]\nDHCP=yes\n`;
    assert.is(matched(macvlan, text) !== undefined, forMacvlan, 'macvlan');
    assert.is(matched(ipvlan, text) !== undefined, forIpvlan, 'ipvlan');
  });
}

test('the first file that matches counts, and nothing after one that may', () => {
  assert.is(matched(macvlan, '[Match]\nName=eth0', '[Match]\nName=nc-*', '[Match]\nName=*'), '/1');
  assert.is(matched(macvlan, '[Match]\nVirtualization=!container', '[Match]\nName=*'), undefined);
  assert.is(matched(macvlan, '[Match]\nName=eth0\nVirtualization=!container', '[Match]\nName=*'), '/1');
});

for (const [pattern, text, expected] of [
  ['nc-*', 'nc-eth0', true],
  ['nc-*', 'nc', false],
  ['*', '', true],
  ['n[!a-m]*', 'nc', false],
  ['n[!d-m]*', 'nc', true],
  ['n[^d-m]?', 'ncc', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['[]x]', ']', true],
  ['[z-a]', 'b', false],
  ['a.b', 'axb', false],
  ['[', '[', true],
  ['[]', '[]', true],
  ['[!]', '[!]', true],
  ['[!]', 'x', false],
  ['[^]x]', ']', false],
  ['[a-c]x', 'bx', true],
  ['[a\\d]', 'd', true],
  ['[a\\d]', '\\', false],
  ['[a\\d]', '7', false],
  ['[a\\]b]', ']', true],
  ['[a\\]', '[a]', true],
  ['[a\\-c]', '-', true],
  ['[a\\-c]', 'b', false],
  ['[a-]', '-', true],
  ['[a^]', '^', true],
  ['[!^]', 'a', true],
  ['[!^]', '^', false],
  ['[[:digit:]a]', '7', true],
  ['[[:digit:]a]', 'a', true],
  ['[[:digit:]a]', 'd', false],
  ['[![:upper:]]', 'd', true],
  ['[![:upper:]]', 'D', false],
  ['[[:none:]]', 'n', false],
  ['[[:punct:]]', '_', true],
  ['[[:punct:]]', '0', false],
  ['[[:alnum:]][[:alpha:]][[:lower:]][[:xdigit:]][[:space:]]', '0aaF ', true],
  ['[a[b]', '[', true],
  ['a+(b)', 'a+(b)', true],
  ['a|b', 'a', false],
  ['a\\', 'a\\', false],
  ['a\\', 'a', false],
  ['\\?', '?', true],
  ['\\?', 'x', false],
  ['?', '\u{1f600}', true],
  ['a*b', 'a\nb', true],
  ['*b', 'abc', false],
  ['b*', 'abc', false],
  ['****************************************x', 'y'.repeat(99), false],
] as const) {
  test(`fnmatch: ${pattern} and ${text.slice(0, 9)}`, () => assert.is(fits(pattern, text), expected));
}

test.run();
