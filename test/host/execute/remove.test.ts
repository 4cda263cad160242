import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { executeReleases } from '../../../src/host/execute/remove.ts';
import type { Release } from '../../../src/plan/actions/action.ts';
import { fakeHost } from '../fake-host.ts';

const both: readonly Release[] = [
  { kind: 'network', network: 'lan', command: ['docker', 'network', 'rm', 'lan'] },
  { kind: 'shim', shim: 'nc-eth0', command: ['ip', 'link', 'del', 'dev', 'nc-eth0'] },
];

test('a network that got a container in between keeps its shim', async () => {
  const host = fakeHost({
    commands: { 'docker network rm lan': { code: 1, stderr: 'error: network lan has active endpoints' } },
  });
  let message = '';
  await executeReleases(both, host).catch((error: Error) => (message = error.message));
  assert.is(message, '"docker network rm lan" failed with exit code 1: error: network lan has active endpoints');
  assert.equal(host.ran, ['docker network rm lan']);
});

test('a shim that went with its parent is fine', async () => {
  const host = fakeHost({
    commands: {
      'docker network rm lan': 'lan',
      'ip link del dev nc-eth0': { code: 1, stderr: 'Cannot find device "nc-eth0"' },
      'ip -N -j -d addr': '[]',
    },
  });
  assert.equal(await executeReleases(both, host), both);
});

test('docker is never called through sudo, ip is', async () => {
  const host = fakeHost({
    uid: 1000,
    executables: ['/usr/bin/sudo'],
    commands: { 'docker network rm lan': '', 'sudo -- ip link del dev nc-eth0': '' },
  });
  await executeReleases(both, host);
  assert.equal(host.ran, ['docker network rm lan', 'sudo -- ip link del dev nc-eth0']);
});

const learned: readonly Release[] = [225, 226].map((last) => ({
  ...{ kind: 'neighbour', shim: 'nc-eth0', isGone: true },
  command: ['ip', 'neigh', 'flush', 'to', `192.168.1.${last}`, 'dev', 'nc-eth0'],
}));
const refusing = () =>
  fakeHost({
    ...{ uid: 1000, executables: ['/usr/bin/sudo'] },
    answer: () => ({ code: 1, stderr: 'sudo: a password is required' }),
  });

test('what goes by itself is left where sudo refuses, which is asked once', async () => {
  const host = refusing();
  const told: string[] = [];
  const onReleases = () => (_: Release, event: string) => void told.push(event);
  assert.equal(await executeReleases(learned, host, { leavesGone: true, onReleases }), []);
  assert.equal(host.ran, ['sudo -- ip neigh flush to 192.168.1.225 dev nc-eth0']);
  assert.equal(told, ['removing', 'left']);
});

test('who asks for it to be removed hears of the refusal, as with what does not go by itself', async () => {
  for (const [releases, options] of [
    [learned, {}],
    [both.slice(1), { leavesGone: true }],
  ] as const) {
    let error: unknown;
    await executeReleases(releases, refusing(), options).catch((thrown: unknown) => (error = thrown));
    assert.match(String(error), 'sudo: a password is required');
  }
});

test.run();
