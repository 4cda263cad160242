/** `install-plugin` writes one file, and only where nothing of somebody else's is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FakeOptions, fakeHost } from '../../../host/fake-host.ts';
import { runOn } from '../../in-folder.ts';

const path = '/home/user/.docker/cli-plugins/docker-netcompose';
const on = (options: FakeOptions = {}) => fakeHost({ ...options });

test('a script that starts this very program; the second time nothing is done', async () => {
  const host = on({ program: ["/opt/node's/bin/node", '/opt/with space/netcompose'] });
  const { code, out, err } = await runOn(host, ['install-plugin']);
  assert.equal([code, out], [0, `written ${path}\n`], err);
  assert.is(host.modes.get(path), 0o755);
  const text = host.files.get(path)!;
  assert.match(text, "\nprogram='/opt/with space/netcompose'\nnode='/opt/node'\\''s/bin/node'\n");
  assert.match(text, /\nexec "\$node" -- "\$program" "\$@"\n$/);
  assert.is((await runOn(host, ['install-plugin'])).out, `${path} is there already\n`);
  host.modes.set(path, 0o644);
  assert.is((await runOn(host, ['install-plugin'])).out, `written ${path}\n`);
  assert.is(host.modes.get(path), 0o755);
  assert.is(host.files.get(path), text);
  const again = await runOn(host, ['install-plugin', '--uninstall']);
  assert.equal([again.code, again.out, host.files.has(path)], [0, `removed ${path}\n`, false]);
  assert.is((await runOn(host, ['install-plugin', '--uninstall'])).out, 'there is no plugin to remove\n');
});

test('one of an earlier netcompose is replaced', async () => {
  const host = on({ program: ['/usr/bin/node', '/old/netcompose'] });
  await runOn(host, ['install-plugin']);
  const next = on({ files: Object.fromEntries(host.files) });
  assert.is((await runOn(next, ['install-plugin'])).code, 0);
  assert.match(next.files.get(path)!, '\nprogram=/usr/local/bin/netcompose\n');
});

test("DOCKER_CONFIG is Docker's folder", async () => {
  const { out } = await runOn(on({ env: { DOCKER_CONFIG: '/etc/mine' } }), ['install-plugin']);
  assert.is(out, 'written /etc/mine/cli-plugins/docker-netcompose\n');
});

for (const words of [
  ['install-plugin', '--print'],
  ['--dry-run', 'install-plugin'],
]) {
  test(`"${words.join(' ')}" writes nothing`, async () => {
    const host = on();
    const { code, out } = await runOn(host, words);
    assert.is(code, 0);
    assert.ok(out.startsWith(`# ${path} (mode 0755)\n#!/bin/sh\n`));
    assert.is(host.files.size, 0);
  });
}

const others: readonly (readonly [string, FakeOptions])[] = [
  ['a file', { files: { [path]: '#!/bin/sh\nexec my-own "$@"\n' } }],
  ['a link', { files: { [path]: '' }, links: { [path]: '/usr/lib/netcompose/docker-netcompose' } }],
  ['a folder', { files: { [`${path}/x`]: '' } }],
];

for (const [what, options] of others) {
  for (const more of [[], ['--uninstall']]) {
    test(`${what} of somebody else's is left: install-plugin ${more.join(' ')}`, async () => {
      const host = on(options);
      const before = new Map(host.files);
      const { code, err } = await runOn(host, ['install-plugin', ...more]);
      assert.is(code, 3);
      assert.match(err, `"${path}" was not made by "netcompose install-plugin"`);
      assert.equal(host.files, before);
    });
  }
}

test("npx's own copy may be gone tomorrow: it becomes no plugin", async () => {
  const host = on({ program: ['/usr/bin/node', '/home/user/.npm/_npx/1a2b/node_modules/.bin/netcompose'] });
  const { code, err } = await runOn(host, ['install-plugin']);
  assert.is(code, 3);
  assert.match(err, 'npm install --global netcompose');
  assert.is(host.files.size, 0);
});

test.run();
