/** Whether the ARP answers of shims are retyped, by what the packet filter tells root and nobody else. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Observer } from '../../../src/host/execute/observer.ts';
import { answersState } from '../../../src/host/execute/shim.ts';
import { observeAnswers, observeHost } from '../../../src/host/observe/host-facts.ts';
import { lanFacts } from '../../support/in-memory.ts';
import { fakeHost } from '../fake-host.ts';

const eth0 = lanFacts.host!.interfaces[1]!;

for (const [name, retyped, up, ran, expected] of [
  ['they are', true, false, false, 'done'],
  ['they are not', false, true, false, 'missing'],
  ['they are not, although it was said', false, true, true, 'missing'],
  ['nobody may ask, and the shim is new', undefined, false, false, 'missing'],
  ['nobody may ask, and it has just been said', undefined, false, true, 'done'],
  ['nobody may ask, and the shim is in use', undefined, true, false, 'done'],
] as const) {
  test(name, async () => {
    const observer = {
      link: async () => ({ ...eth0, name: 'nc', up }),
      answersRetyped: async () => retyped,
    } as Partial<Observer> as Observer;
    const action = { kind: 'retype-answers', id: 'x', reason: 'test', shim: 'nc' } as const;
    assert.is((await answersState(action, { observer, madeNetworks: new Set(), ran })).kind, expected);
  });
}

const list = 'nft list table arp netcompose';
for (const [name, uid, answer, expected] of [
  ['a table of ours', 0, 'chain answers { oifgroup 28259 arp operation reply arp htype set 6 # handle 2 }', true],
  ['one that somebody has emptied', 0, 'table arp netcompose { }', false],
  ['none', 0, { code: 1, stderr: 'Error: No such file or directory' }, false],
] as const) {
  test(`the packet filter has ${name}`, async () => {
    assert.is(await observeAnswers(fakeHost({ uid, commands: { [list]: answer } })), expected);
  });
}

test('it is not asked by others than root', async () => {
  const host = fakeHost({ uid: 1000 });
  assert.is(await observeAnswers(host), undefined);
  assert.equal(host.ran, []);
});

const running = { '/run/dhcpcd/pid': '7', '/proc/7/comm': 'dhcpcd', '/etc/dhcpcd.conf': '', '/usr/sbin/dhcpcd': '' };
const lists = ['ip -N -j -d addr', 'ip -j route', 'ip -N -j route show table 28259', 'ip -j -6 route', 'ip -j neigh'];
const commands = Object.fromEntries([...lists, 'ip -N -j -d rule'].map((command) => [command, '[]']));
for (const [name, files, version, expected] of [
  ['dhcpcd 10, and nft', { ...running, '/usr/sbin/nft': '' }, 'dhcpcd 10.1.0', true],
  ['dhcpcd 10 alone', running, 'dhcpcd 10.1.0', undefined],
  ['dhcpcd 9, and nft', { ...running, '/usr/sbin/nft': '' }, 'dhcpcd 9.4.1', undefined],
  ['nft alone', { '/usr/sbin/nft': '' }, '', undefined],
] as const) {
  test(`answers are heard: ${name}`, async () => {
    const host = fakeHost({
      platform: 'linux',
      files,
      commands: { ...commands, '/usr/sbin/dhcpcd --version': version },
    });
    assert.is((await observeHost(host, { listener: true })).answersHeard, expected);
  });
}

test.run();
