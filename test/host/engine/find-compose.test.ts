import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ComposeProgram, composeVersion, findCompose } from '../../../src/host/engine/find-compose.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

const docker = '/usr/bin/docker';
/** As `docker` starts a plugin that lies there. */
const plugin = (path: string): ComposeProgram => ({
  argv: [path, 'compose'],
  env: { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: 'docker' },
  shown: ['docker', 'compose'],
});
const program = (...argv: readonly string[]): ComposeProgram => ({ argv, env: {}, shown: argv });
const configured = (config: object): FakeOptions => ({
  executables: [docker, '/usr/libexec/docker/cli-plugins/docker-compose'],
  files: { '/home/user/.docker/config.json': JSON.stringify(config) },
});
const table: readonly (readonly [string, FakeOptions, ComposeProgram | undefined])[] = [
  ['nothing at all', {}, undefined],
  ['docker without the plugin', { executables: [docker] }, undefined],
  ['the plugin without docker', { executables: ['/usr/libexec/docker/cli-plugins/docker-compose'] }, undefined],
  [
    'both',
    { executables: [docker, '/usr/libexec/docker/cli-plugins/docker-compose'] },
    plugin('/usr/libexec/docker/cli-plugins/docker-compose'),
  ],
  [
    'the first of several',
    {
      executables: [
        docker,
        '/usr/libexec/docker/cli-plugins/docker-compose',
        '/usr/local/lib/docker/cli-plugins/docker-compose',
      ],
    },
    plugin('/usr/local/lib/docker/cli-plugins/docker-compose'),
  ],
  [
    'hooks of plugins, which only docker runs',
    configured({ plugins: { debug: { hooks: 'compose' } } }),
    program('docker', 'compose'),
  ],
  [
    'no settings of plugins',
    configured({ plugins: {}, auths: {} }),
    plugin('/usr/libexec/docker/cli-plugins/docker-compose'),
  ],
  [
    'the plugin in the home',
    { executables: [docker, '/home/user/.docker/cli-plugins/docker-compose'] },
    plugin('/home/user/.docker/cli-plugins/docker-compose'),
  ],
  [
    'the plugin under DOCKER_CONFIG',
    { executables: [docker, '/c/cli-plugins/docker-compose'], env: { DOCKER_CONFIG: '/c' } },
    plugin('/c/cli-plugins/docker-compose'),
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
    plugin('/opt/p/docker-compose'),
  ],
  [
    'docker-compose on PATH',
    { executables: ['/opt/bin/docker-compose'], env: { PATH: '/usr/bin:/opt/bin' } },
    program('docker-compose'),
  ],
  [
    'the plugin before docker-compose',
    { executables: [docker, '/usr/bin/docker-compose', '/usr/lib/docker/cli-plugins/docker-compose'] },
    plugin('/usr/lib/docker/cli-plugins/docker-compose'),
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
      await composeVersion(
        fakeHost({ commands: { 'docker compose version --short': said } }),
        program('docker', 'compose'),
      ),
      version,
    );
  });
}

test('a plugin that fails is called what a person calls it', async () => {
  const host = fakeHost({ commands: { '/p/docker-compose compose version --short': { code: 1, stderr: 'broken' } } });
  try {
    await composeVersion(host, plugin('/p/docker-compose'));
    assert.unreachable();
  } catch (error) {
    assert.is((error as HostError).message, '"docker compose version --short" failed with exit code 1: broken');
  }
});

test('a Compose that fails is told of', async () => {
  const host = fakeHost({ commands: { 'docker-compose version --short': { code: 1, stderr: 'broken' } } });
  try {
    await composeVersion(host, program('docker-compose'));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HostError);
    assert.is((error as HostError).message, '"docker-compose version --short" failed with exit code 1: broken');
  }
});

test.run();
