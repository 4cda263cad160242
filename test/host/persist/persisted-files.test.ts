/** The files of `shim persist` among other people's: written, found again, removed whole, and no others touched. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  persistedFiles,
  removePersisted,
  type WantedFile,
  writePersisted,
} from '../../../src/host/persist/persisted-files.ts';
import type { RunOptions } from '../../../src/host/system/host.ts';
import { persistedMark } from '../../../src/plan/facts/ownership.ts';
import { type FakeHost, fakeHost } from '../fake-host.ts';

const marked = (text: string) => `${persistedMark}\n${text}\n`;
const unit: WantedFile = {
  path: '/etc/systemd/system/netcompose-shim-nc-eth0.service',
  mode: 0o644,
  text: marked('[Unit]'),
  unit: 'netcompose-shim-nc-eth0.service',
};
const profile: WantedFile = {
  path: '/etc/NetworkManager/system-connections/netcompose-nc-eth0.nmconnection',
  mode: 0o600,
  text: marked('[connection]'),
};
const rule: WantedFile = {
  path: '/etc/udev/rules.d/90-netcompose-nc-eth0.rules',
  mode: 0o644,
  text: marked('ACTION=="add"'),
};
const dropIn: WantedFile = {
  path: '/etc/systemd/network/10-eth0.network.d/netcompose-nc-eth0.conf',
  mode: 0o644,
  text: marked('[Network]'),
};

/** Somebody else's, some with names like ours. */
const others = {
  '/etc/systemd/system/netcompose-backup.service': '[Unit]\n',
  '/etc/systemd/network/10-eth0.network': '[Match]\n',
  '/etc/systemd/network/10-eth1.network.d/more.conf': '[Network]\n',
  '/etc/NetworkManager/conf.d/10-user.conf': `[main]\n${persistedMark}\n`,
  '/etc/udev/rules.d/70-user.rules': marked('copied, and ours no more'),
};

const hostWith = (files: Readonly<Record<string, string>> = {}, uid = 0): FakeHost =>
  fakeHost({ uid, files: { ...others, ...files }, answer: () => '' });
const isUntouched = (host: FakeHost) => {
  for (const [path, text] of Object.entries(others)) assert.is(host.files.get(path), text, path);
};

test('files are written with their modes, read by whom they are for, and the second time nothing is done', async () => {
  const host = hostWith();
  const files = [unit, profile, rule, dropIn];
  const { written, removed } = await writePersisted(host, files);
  assert.equal([written, removed], [files.map(({ path }) => path), []]);
  assert.equal(
    files.map(({ path }) => host.modes.get(path)),
    [0o644, 0o600, 0o644, 0o644],
  );
  assert.equal(host.ran, [
    'systemctl daemon-reload',
    'udevadm control --reload',
    'systemctl --quiet enable netcompose-shim-nc-eth0.service',
  ]);
  assert.equal(await writePersisted(host, files), { written: [], removed: [] });
  isUntouched(host);
});

test('systemd has the time that it takes: it may have much to read', async () => {
  const limits: unknown[] = [];
  const answer = (_argv: readonly string[], { seconds }: RunOptions) => {
    limits.push(seconds);
    return '';
  };
  await writePersisted(fakeHost({ uid: 0, answer }), [unit, rule]);
  assert.equal(limits, [undefined, undefined, undefined]);
});

test('what an earlier call wrote and is wanted no more is removed: units are disabled before', async () => {
  const host = hostWith();
  await writePersisted(host, [unit, dropIn]);
  host.ran.length = 0;
  const { written, removed } = await writePersisted(host, [profile]);
  assert.equal([written, removed], [[profile.path], [dropIn.path, unit.path]]);
  assert.equal(host.ran, ['systemctl --quiet disable netcompose-shim-nc-eth0.service', 'systemctl daemon-reload']);
  isUntouched(host);
});

test('all of it is removed, with what a process that was killed has left, and nothing else', async () => {
  const left = '/etc/systemd/system/.netcompose-shim-nc-eth0.service.4711.tmp';
  const host = hostWith({ [left]: '# Made' });
  await writePersisted(host, [unit, profile, rule, dropIn]);
  assert.not(host.files.has(left));
  host.files.set(left, '# Made');
  const ours = [left, unit.path, profile.path, rule.path, dropIn.path].sort();
  assert.equal(await removePersisted(host), ours);
  assert.equal([...host.files.keys()].sort(), Object.keys(others).sort());
  isUntouched(host);
});

test('a file that is not ours is neither overwritten nor removed, and nothing else is written then', async () => {
  for (const text of ['[Unit]\n', '', `\n${persistedMark}\n`]) {
    const host = hostWith({ [unit.path]: text });
    let message = '';
    await writePersisted(host, [profile, unit]).catch((error: Error) => {
      ({ message } = error);
    });
    assert.is(message, `"${unit.path}" was not written by "netcompose shim persist"`);
    assert.equal(await removePersisted(host), []);
    assert.is(host.files.get(unit.path), text);
    assert.not(host.files.has(profile.path));
    assert.equal(host.ran, []);
  }
});

test('without root nothing is written or removed', async () => {
  const host = hostWith({ [unit.path]: unit.text }, 1000);
  const messages: string[] = [];
  for (const act of [() => writePersisted(host, [unit, rule]), () => removePersisted(host)])
    await act().catch((error: Error) => messages.push(error.message));
  assert.equal(messages, Array(2).fill('files below /etc can be written by root only'));
  assert.equal(persistedFiles(host), [unit.path]);
  assert.equal(host.ran, []);
});

test.run();
