import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { claimsOf, foreignClaims, framesOf, senderOf } from './frames.ts';

const test = suite('frames: who claims which address');

const everyone = 'ffffffffffff';
const [host, shim] = ['525400000002', '9e5c6a7b8c9d'];
const [hostMac, shimMac] = ['52:54:00:00:00:02', '9e:5c:6a:7b:8c:9d'];
const hex = (...parts: readonly string[]) => Buffer.from(parts.join('').replace(/\s/g, ''), 'hex');
const frame = (bytes: Buffer) => ({ time: 0, bytes });
const arp = (from: string, operation: string, sender: string, target: string) =>
  frame(hex(everyone, from, '0806', '0001 0800 06 04', operation, from, sender, '000000000000', target));
const [address, other, none] = ['c0a8010a', 'c0a801c8', '00000000'];

/** An IPv6 packet with an ICMPv6 message, from fe80::2 to ff02::1. */
const icmp6 = (from: string, source: string, message: string) => {
  const length = (message.replace(/\s/g, '').length / 2).toString(16).padStart(4, '0');
  return frame(
    hex('333300000001', from, '86dd', '60000000', length, '3aff', source, `ff02${'00'.repeat(13)}01`, message),
  );
};
const [linkLocal, unspecified] = [`fe80${'00'.repeat(13)}02`, '00'.repeat(16)];
const target = `fd000001${'00'.repeat(11)}09`;

test('ARP requests and replies claim the address of their sender', () => {
  assert.equal(claimsOf(arp(shim, '0001', address, other)), [
    { mac: shimMac, address: '192.168.1.10', how: 'arp-request' },
  ]);
  assert.equal(claimsOf(arp(host, '0002', address, other)), [
    { mac: hostMac, address: '192.168.1.10', how: 'arp-reply' },
  ]);
});

test('a probe for an address claims nothing yet', () => {
  assert.equal(claimsOf(arp(host, '0001', none, address)), []);
  assert.equal(claimsOf(icmp6(host, unspecified, `87000000 00000000 ${target}`)), []);
});

test('an IPv4 packet claims its source for the MAC address that sends it, also with a VLAN tag', () => {
  const packet = `45000014 00000000 40010000 ${address} ${other}`;
  const claims = [{ mac: shimMac, address: '192.168.1.10', how: 'ipv4' }];
  assert.equal(claimsOf(frame(hex(everyone, shim, '0800', packet))), claims);
  assert.equal(claimsOf(frame(hex(everyone, shim, '8100000a', '0800', packet))), claims);
});

test('a frame says itself whom it is from, whatever is in it', () => {
  assert.is(
    senderOf(frame(hex(everyone, shim, '0806', '0001 0800 06 04', '0001', host, address, '00'.repeat(10)))),
    shimMac,
  );
});

test('neighbour solicitations claim their source, advertisements their target', () => {
  assert.equal(claimsOf(icmp6(shim, linkLocal, `87000000 00000000 ${target} 0101${shim}`)), [
    { mac: shimMac, address: 'fe80:0:0:0:0:0:0:2', how: 'ipv6' },
    { mac: shimMac, address: 'fe80:0:0:0:0:0:0:2', how: 'solicitation' },
  ]);
  assert.equal(claimsOf(icmp6(host, linkLocal, `88000000 60000000 ${target} 0201${shim}`)), [
    { mac: hostMac, address: 'fe80:0:0:0:0:0:0:2', how: 'ipv6' },
    { mac: shimMac, address: 'fd00:1:0:0:0:0:0:9', how: 'advertisement' },
  ]);
  assert.equal(claimsOf(icmp6(host, linkLocal, `88000000 60000000 ${target}`))[1], {
    mac: hostMac,
    address: 'fd00:1:0:0:0:0:0:9',
    how: 'advertisement',
  });
});

test('router discovery: options after the other fields, and after other options', () => {
  assert.equal(claimsOf(icmp6(host, linkLocal, `85000000 00000000 0101${shim}`)).at(-1)?.mac, shimMac);
  const prefix = `03 04 40c0 ${'00'.repeat(28)}`;
  const advertisement = `86000000 40000708 00000000 00000000 ${prefix} 0101${shim}`;
  assert.equal(claimsOf(icmp6(host, linkLocal, advertisement)).at(-1), {
    mac: shimMac,
    address: 'fe80:0:0:0:0:0:0:2',
    how: 'advertisement',
  });
});

test('what is cut off or something else claims nothing', () => {
  const whole = arp(host, '0001', address, other).bytes;
  for (const length of [0, 13, 14, 41]) assert.equal(claimsOf(frame(whole.subarray(0, length))), [], `${length} bytes`);
  assert.equal(claimsOf(frame(hex(everyone, host, '88cc', '00'.repeat(40)))), []);
  // An option of length 0 would never end.
  const endless = claimsOf(icmp6(host, linkLocal, `87000000 00000000 ${target} 0300 000000000000`));
  assert.is(endless.length, 1);
});

test('foreign claims are those of others on the address, and no others', () => {
  const frames = [
    arp(host, '0001', address, other),
    arp(shim, '0001', 'a9feff01', other),
    arp(shim, '0001', address, other),
  ];
  assert.equal(foreignClaims(frames, '192.168.1.10', hostMac), [
    { mac: shimMac, address: '192.168.1.10', how: 'arp-request' },
  ]);
});

test('pcap: frames with their time, the last one only when it is complete', () => {
  const header = hex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000');
  const record = (bytes: Buffer) => {
    const numbers = Buffer.alloc(16);
    [1_700_000_000, 500_000, bytes.length, bytes.length].forEach(
      (value, at) => void numbers.writeUInt32LE(value, 4 * at),
    );
    return Buffer.concat([numbers, bytes]);
  };
  const { bytes } = arp(host, '0001', address, other);
  const pcap = Buffer.concat([header, record(bytes), record(bytes)]);
  assert.equal(framesOf(pcap), [
    { time: 1_700_000_000.5, bytes },
    { time: 1_700_000_000.5, bytes },
  ]);
  for (let cut = 1; cut <= record(bytes).length; cut += 1) {
    assert.is(framesOf(pcap.subarray(0, pcap.length - cut)).length, 1);
  }
  assert.equal(framesOf(Buffer.alloc(10)), []);
  assert.throws(() => framesOf(Buffer.alloc(24)), /pcap/);
});

test.run();
