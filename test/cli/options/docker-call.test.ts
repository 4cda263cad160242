/** What Docker's own words before `netcompose` become. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { globalOptions } from '../../../src/cli/globals.ts';
import { dockerCall } from '../../../src/cli/options/docker-call.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { runIn } from '../in-folder.ts';

/** As Docker 20.10, 26.1 and 28.5 call a plugin, seen with a plugin that prints its words. */
const calls: readonly (readonly [call: string, argv: string, env?: Readonly<Record<string, string>>])[] = [
  ['netcompose', ''],
  ['netcompose up -d', 'up -d'],
  ['netcompose ps -H x', 'ps -H x'],
  ['-H tcp://a:1 netcompose -f a.yaml ps', '-f a.yaml ps', { DOCKER_HOST: 'tcp://a:1', DOCKER_CONTEXT: '' }],
  ['--host=tcp://a:1 netcompose ps', 'ps', { DOCKER_HOST: 'tcp://a:1', DOCKER_CONTEXT: '' }],
  ['-c lab netcompose ps', 'ps', { DOCKER_CONTEXT: 'lab', DOCKER_HOST: '' }],
  ['--config /c -D -l debug netcompose ps', 'ps', { DOCKER_CONFIG: '/c' }],
  [
    '--tlsverify --tlscacert /t/ca.pem --tlskey=/t/key.pem netcompose ps',
    'ps',
    { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/t' },
  ],
  ['help netcompose up', 'help up'],
  ['__complete netcompose up --', '__complete up --'],
  ['-v netcompose ps', '--version ps'],
  // `docker-compose` as a program of its own takes these, between Compose's.
  ['--context lab -p x up', '-p x up', { DOCKER_CONTEXT: 'lab', DOCKER_HOST: '' }],
  ['-p x -H tcp://a:1 up -c y', '-p x up -c y', { DOCKER_HOST: 'tcp://a:1', DOCKER_CONTEXT: '' }],
  ['-p x --log-level=debug --debug ps', '-p x ps'],
  // Not Docker's.
  ['up --context x', 'up --context x'],
  ['-c lab ps', '-c lab ps'],
  ['exec netcompose sh', 'exec netcompose sh'],
];

for (const [call, argv, env = {}] of calls) {
  test(`"${call}" is "${argv}"`, () => {
    const words = (text: string) => (text === '' ? [] : text.split(' '));
    assert.equal(dockerCall(words(call), globalOptions), { kind: 'call', argv: words(argv), env });
  });
}

test('certificates of several folders have no variable', () => {
  const call = () => dockerCall('--tlscacert /a/ca.pem --tlscert /b/cert.pem ps'.split(' '), globalOptions);
  assert.throws(call, (error: unknown) => error instanceof UsageError && /DOCKER_CERT_PATH/.test(error.help ?? ''));
  assert.throws(() => dockerCall('--tlskey /a/mine.pem ps'.split(' '), globalOptions), 'only ca.pem');
});

test('Docker is told what the plugin is, and nothing after its other commands', async () => {
  const { code, out } = await runIn({}, ['docker-cli-plugin-metadata']);
  assert.is(code, 0);
  const { SchemaVersion, Vendor, ShortDescription } = JSON.parse(out) as Record<string, string>;
  assert.equal([SchemaVersion, Vendor], ['0.1.0', 'netcompose']);
  // Docker prints it beside the name, in one column.
  assert.ok(ShortDescription!.length < 70);
  assert.equal([(await runIn({}, ['docker-cli-plugin-hooks', '{"RootCmd":"build"}'])).out], ['']);
});

test('what Docker is asked for reaches Compose as variables', async () => {
  let env: unknown;
  const { host, code } = await runIn({}, ['-H', 'tcp://127.0.0.1:1', 'netcompose', '-p', 'x', 'ps', '-a'], {
    executables: ['/usr/bin/docker-compose'],
    env: { DOCKER_CONTEXT: 'lab' },
    answer: (_, options) => {
      env = options.env;
      return '';
    },
  });
  assert.is(code, 0);
  assert.equal(host.ran, ['docker-compose -p x ps -a']);
  assert.equal(env, { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_CONTEXT: '' });
});

test.run();
