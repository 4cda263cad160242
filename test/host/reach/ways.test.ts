/** The way to a container and back, from what the kernels at both ends say. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leavesElsewhere, lookAtRouter, lookAtWay } from '../../../src/host/reach/ways.ts';
import { fakeHost } from '../fake-host.ts';

const address = '192.168.1.200';
const ends = { address, entranceOf: () => 'nc-eth0', senders: ['169.254.255.28'], pid: 71 };
const inside = 'nsenter --net --target 71 -- ip';
const straightWay = { device: 'nc-eth0', entrance: 'nc-eth0' };
/** Linux 6.1 and 6.18. */
const forged = ['Invalid cross-device link', 'Invalid argument'].map((text) => ({
  code: 2,
  stderr: `RTNETLINK answers: ${text}\n`,
}));
const straight = {
  [`ip route get ${address}`]: `${address} dev nc-eth0 src 192.168.1.10 uid 0 \n    cache \n`,
  [`ip route get ${address} from 192.168.1.10`]: `${address} from 192.168.1.10 dev nc-eth0 uid 0 \n    cache \n`,
  [`ip route get 192.168.1.10 from ${address} iif nc-eth0`]: `local 192.168.1.10 from ${address} dev lo \n`,
  [`${inside} -oneline address show to ${address}`]: `7: eth0    inet ${address}/24 scope global eth0\n`,
  [`${inside} route get ${address} from 169.254.255.28 iif eth0`]: `local ${address} from 169.254.255.28 dev lo \n`,
  [`${inside} route get ${address} from 192.168.1.10 iif eth0`]: `local ${address} from 192.168.1.10 dev lo \n`,
  [`${inside} route get 192.168.1.10 from ${address}`]: `192.168.1.10 from ${address} dev eth0 uid 0 \n    cache \n`,
};
/** As `ip` 6.15 tells them. */
const straight6 = {
  'ip route get fd00::53': 'fd00::53 from :: dev nc-eth0 proto static src fd00::10 metric 1024 pref medium\n',
  'ip route get fd00::53 from fd00::10':
    'fd00::53 from fd00::10 dev nc-eth0 proto static src fd00::10 metric 1024 pref medium\n',
  [`${inside} -oneline address show to fd00::53`]: '7: eth0    inet6 fd00::53/64 scope global nodad \n',
  [`${inside} route get fd00::10 from fd00::53`]:
    'fd00::10 from fd00::53 dev eth0 proto kernel metric 256 pref medium\n',
};
const seen = (more: Readonly<Record<string, string | { code: number; stderr: string }>> = {}, uid = 0) =>
  lookAtWay(fakeHost({ uid, commands: { ...straight, ...more } }), ends);

test('by the shim, both ways', async () => {
  assert.equal(await seen(), straightWay);
  assert.equal(await seen({}, 1000), straightWay);
});

test('past the shim, where a rule is about the source', async () => {
  const [, rule] = Object.keys(straight);
  assert.equal(await seen({ [rule!]: `${address} from 192.168.1.10 via 192.168.1.1 dev eth0 uid 0\n` }), {
    ...straightWay,
    device: 'eth0',
  });
});

for (const answer of forged) {
  test(`dropped at either end: ${answer.stderr.trim()}`, async () => {
    const [, , here, , there] = Object.keys(straight);
    assert.equal(await seen({ [here!]: answer }), { ...straightWay, drops: 'here' });
    assert.equal(await seen({ [there!]: answer }), { ...straightWay, drops: 'there' });
  });
}

test('nothing is known where the kernel has no way, and another error is none of these', async () => {
  const unreachable = { code: 2, stderr: 'RTNETLINK answers: Network is unreachable\n' };
  const [to, , here, link] = Object.keys(straight);
  assert.is(await seen({ [to!]: unreachable }), undefined);
  assert.equal(await seen({ [here!]: unreachable, [link!]: '' }), straightWay);
});

for (const [what, answer, astray] of [
  ['nowhere', { code: 2, stderr: 'RTNETLINK answers: Network is unreachable\n' }, {}],
  ['elsewhere', 'fd00::10 from fd00::53 dev wg0 table 51820 metric 1024 pref medium\n', { by: 'wg0' }],
] as const) {
  test(`answers by IPv6 go ${what}; nothing is asked of rp_filter, which it has not`, async () => {
    const given = { ...ends, address: 'fd00::53', senders: [] };
    assert.equal(await lookAtWay(fakeHost({ uid: 0, commands: straight6 }), given), straightWay);
    const commands = { ...straight6, [`${inside} route get fd00::10 from fd00::53`]: answer };
    assert.equal(await lookAtWay(fakeHost({ uid: 0, commands }), given), { ...straightWay, astray });
  });
}

test('what this host sends to itself, as at layer 3, is not checked', async () => {
  const ip = fakeHost({ uid: 0, commands: straight });
  assert.equal(await lookAtWay(ip, { ...ends, entranceOf: () => 'lo' }), { device: 'nc-eth0', entrance: 'lo' });
});

test('whether the answer to what comes by IPv6 leaves by the same interface', async () => {
  const commands = { 'ip route get fd00::53 from fd00::10': 'fd00::53 from fd00::10 dev wg0 table 9 metric 1024\n' };
  const given = { to: 'fd00::10', from: 'fd00::53' };
  const leaves = (by: string) => leavesElsewhere(fakeHost({ commands }), { ...given, by });
  assert.ok(await leaves('nc-eth0'));
  assert.not(await leaves('wg0'));
  assert.not(await leaves('lo'));
  const unreachable = { code: 2, stderr: 'RTNETLINK answers: Network is unreachable\n' };
  const none = fakeHost({ commands: { 'ip route get fd00::53 from fd00::10': unreachable } });
  assert.not(await leavesElsewhere(none, { ...given, by: 'nc-eth0' }));
});

test('the router of a container', async () => {
  const command = `${inside} route get 10.213.255.1`;
  const routed = fakeHost({
    commands: { [command]: '10.213.255.1 via 192.168.1.1 dev eth0 src 192.168.1.200 uid 0\n' },
  });
  assert.is(await lookAtRouter(routed, 71, '10.213.255.1'), '192.168.1.1');
  const onLink = fakeHost({ commands: { [command]: '10.213.255.1 dev eth1 src 10.213.255.2 uid 0\n' } });
  assert.is(await lookAtRouter(onLink, 71, '10.213.255.1'), undefined);
  assert.is(await lookAtRouter(fakeHost({ uid: 1000 }), 71, '10.213.255.1'), undefined);
});

test.run();
