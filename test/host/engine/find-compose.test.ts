import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { composeVersion, findCompose } from '../../../src/host/engine/find-compose.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

const docker = '/usr/bin/docker';
const table: readonly (readonly [string, FakeOptions, readonly string[] | undefined])[] = [
  ['nothing at all', {}, undefined],
  ['docker without the plugin', { executables: [docker] }, undefined],
  ['the plugin without docker', { executables: ['/usr/libexec/docker/cli-plugins/docker-compose'] }, undefined],
  ['both', { executables: [docker, '/usr/libexec/docker/cli-plugins/docker-compose'] }, ['docker', 'compose']],
  [
    'the plugin in the home',
    { executables: [docker, '/home/user/.docker/cli-plugins/docker-compose'] },
    ['docker', 'compose'],
  ],
  [
    'the plugin under DOCKER_CONFIG',
    { executables: [docker, '/c/cli-plugins/docker-compose'], env: { DOCKER_CONFIG: '/c' } },
    ['docker', 'compose'],
  ],
  [
    'the home left aside for DOCKER_CONFIG',
    { executables: [docker, '/home/user/.docker/cli-plugins/docker-compose'], env: { DOCKER_CONFIG: '/c' } },
    undefined,
  ],
  [
    'a folder of config.json',
    {
      executables: [docker, '/opt/p/docker-compose'],
      files: { '/home/user/.docker/config.json': '{"cliPluginsExtraDirs":["/opt/p"]}' },
    },
    ['docker', 'compose'],
  ],
  [
    'docker-compose on PATH',
    { executables: ['/opt/bin/docker-compose'], env: { PATH: '/usr/bin:/opt/bin' } },
    ['docker-compose'],
  ],
  [
    'the plugin before docker-compose',
    { executables: [docker, '/usr/bin/docker-compose', '/usr/lib/docker/cli-plugins/docker-compose'] },
    ['docker', 'compose'],
  ],
];

for (const [name, options, expected] of table) {
  test(name, () => {
    const host = fakeHost(options);
    assert.equal(findCompose(host), expected);
    assert.equal(host.ran, []);
  });
}

for (const [said, version] of [
  ['2.40.3\n', '2.40.3'],
  ['v2.39.1-desktop.1\n', '2.39.1-desktop.1'],
  ['5.0.0-rc.1', '5.0.0-rc.1'],
] as const) {
  test(`reads version ${version}`, async () => {
    assert.is(
      await composeVersion(fakeHost({ commands: { 'docker compose version --short': said } }), ['docker', 'compose']),
      version,
    );
  });
}

test('a Compose that fails is told of', async () => {
  const host = fakeHost({ commands: { 'docker-compose version --short': { code: 1, stderr: 'broken' } } });
  try {
    await composeVersion(host, ['docker-compose']);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HostError);
    assert.is((error as HostError).message, '"docker-compose version --short" failed with exit code 1: broken');
  }
});

test.run();
