import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overridePath, readOverride, removeOverride, writeOverride } from '../../src/host/override-store.ts';
import { HostError } from '../../src/host/system/errors.ts';
import { fakeHost } from './fake-host.ts';

for (const [name, env, path] of [
  ['in the home', {}, '/home/user/.local/state/netcompose/shop/override.yaml'],
  ['under XDG_STATE_HOME', { XDG_STATE_HOME: '/s' }, '/s/netcompose/shop/override.yaml'],
  [
    'a relative XDG_STATE_HOME is none',
    { XDG_STATE_HOME: 's' },
    '/home/user/.local/state/netcompose/shop/override.yaml',
  ],
] as const) {
  test(name, () => assert.is(overridePath(fakeHost({ env }), 'shop'), path));
}

test('written, read, removed', () => {
  const host = fakeHost();
  assert.is(readOverride(host, 'shop'), undefined);
  assert.is(writeOverride(host, 'shop', 'services: {}\n'), overridePath(host, 'shop'));
  assert.is(readOverride(host, 'shop'), 'services: {}\n');
  writeOverride(host, 'shop-two', 'other');
  removeOverride(host, 'shop');
  assert.is(readOverride(host, 'shop'), undefined);
  assert.is(readOverride(host, 'shop-two'), 'other');
});

for (const name of ['..', '../x', 'a/b', '', 'Shop', '-x', '.hidden']) {
  test(`"${name}" is no project`, () => {
    assert.throws(
      () => removeOverride(fakeHost(), name),
      (error: unknown) => error instanceof HostError && error.message === `"${name}" is not a project name`,
    );
  });
}

test.run();
