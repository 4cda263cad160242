import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findEndpoint } from '../../../src/host/engine/endpoint.ts';
import { dialCommand } from '../../../src/host/engine/ssh-agent.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

const hash = (name: string) => createHash('sha256').update(name).digest('hex');

/** A context as `docker context create` stores it. */
const context = (
  name: string,
  url: string,
  more: object = {},
  folder = '/home/user/.docker',
): Record<string, string> => ({
  [`${folder}/contexts/meta/${hash(name)}/meta.json`]: JSON.stringify({
    Name: name,
    Metadata: {},
    Endpoints: { docker: { Host: url, SkipTLSVerify: false, ...more } },
  }),
});
const current = (name: string) => ({ '/home/user/.docker/config.json': JSON.stringify({ currentContext: name }) });
const unix = (socket: string, from: string) => ({ kind: 'unix', url: `unix://${socket}`, from, remote: false, socket });

const table: readonly (readonly [string, FakeOptions, object])[] = [
  ['nothing said', {}, unix('/var/run/docker.sock', 'default')],
  ['DOCKER_HOST', { env: { DOCKER_HOST: 'unix:///x.sock', DOCKER_CONTEXT: 'lab' } }, unix('/x.sock', 'DOCKER_HOST')],
  [
    'DOCKER_CONTEXT',
    { env: { DOCKER_CONTEXT: 'lab' }, files: { ...context('lab', 'unix:///l.sock'), ...current('other') } },
    unix('/l.sock', 'context "lab"'),
  ],
  [
    'the current context',
    { files: { ...context('lab', 'unix:///l.sock'), ...current('lab') } },
    unix('/l.sock', 'context "lab"'),
  ],
  [
    'the context "default"',
    { env: { DOCKER_CONTEXT: 'default' }, files: current('lab') },
    unix('/var/run/docker.sock', 'default'),
  ],
  ['an empty DOCKER_HOST', { env: { DOCKER_HOST: '' } }, unix('/var/run/docker.sock', 'default')],
  [
    'a broken config.json',
    { files: { '/home/user/.docker/config.json': '{' } },
    unix('/var/run/docker.sock', 'default'),
  ],
  [
    'DOCKER_CONFIG',
    { env: { DOCKER_CONFIG: '/c', DOCKER_CONTEXT: 'lab' }, files: context('lab', 'unix:///c.sock', {}, '/c') },
    unix('/c.sock', 'context "lab"'),
  ],
  [
    'tcp on this machine',
    { env: { DOCKER_HOST: 'tcp://127.0.0.1:1234' } },
    { kind: 'tcp', url: 'tcp://127.0.0.1:1234', from: 'DOCKER_HOST', remote: false, address: '127.0.0.1', port: 1234 },
  ],
  [
    'tcp elsewhere',
    { env: { DOCKER_HOST: 'tcp://[fd00::5]' } },
    { kind: 'tcp', url: 'tcp://[fd00::5]', from: 'DOCKER_HOST', remote: true, address: 'fd00::5', port: 2375 },
  ],
  [
    'tcp with TLS by the environment',
    {
      env: { DOCKER_HOST: 'tcp://nas', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' },
      files: { '/certs/ca.pem': 'CA', '/certs/key.pem': 'KEY' },
    },
    {
      kind: 'tcp',
      url: 'tcp://nas',
      from: 'DOCKER_HOST',
      remote: true,
      address: 'nas',
      port: 2376,
      tls: { ca: 'CA', key: 'KEY', verify: true },
    },
  ],
  [
    "tcp with a context's TLS",
    {
      env: { DOCKER_CONTEXT: 'nas' },
      files: {
        ...context('nas', 'tcp://nas:99', { SkipTLSVerify: true }),
        [`/home/user/.docker/contexts/tls/${hash('nas')}/docker/cert.pem`]: 'CERT',
      },
    },
    {
      kind: 'tcp',
      url: 'tcp://nas:99',
      from: 'context "nas"',
      remote: true,
      address: 'nas',
      port: 99,
      tls: { cert: 'CERT', verify: false },
    },
  ],
  [
    'ssh',
    { env: { DOCKER_HOST: 'ssh://me@nas:2222' } },
    {
      kind: 'ssh',
      url: 'ssh://me@nas:2222',
      from: 'DOCKER_HOST',
      remote: true,
      address: 'nas',
      user: 'me',
      port: 2222,
    },
  ],
];

for (const [name, options, expected] of table)
  test(name, () => assert.equal(findEndpoint(fakeHost(options)), expected));

const wrong: readonly (readonly [FakeOptions, string])[] = [
  [{ env: { DOCKER_CONTEXT: 'gone' } }, '"gone": there is no such Docker context (set by DOCKER_CONTEXT)'],
  [{ files: current('gone') }, '"gone": there is no such Docker context (set by docker context use)'],
  [{ env: { DOCKER_HOST: 'nas:2375' } }, '"nas:2375" (DOCKER_HOST) is not an address of a Docker engine'],
  [
    { env: { DOCKER_HOST: 'ssh://-oProxyCommand=x' } },
    '"ssh://-oProxyCommand=x" (DOCKER_HOST) is not an address of a Docker engine',
  ],
];

for (const [options, message] of wrong) {
  test(message, () =>
    assert.throws(
      () => findEndpoint(fakeHost(options)),
      (error: unknown) => error instanceof HostError && error.message === message,
    ),
  );
}

test('ssh carries the API as docker does it', () => {
  const endpoint = findEndpoint(fakeHost({ env: { DOCKER_HOST: 'ssh://me@nas:2222' } }));
  assert.is(endpoint.kind, 'ssh');
  if (endpoint.kind === 'ssh')
    assert.is(
      dialCommand(endpoint).join(' '),
      'ssh -o ConnectTimeout=30 -l me -p 2222 -- nas docker system dial-stdio',
    );
});

test.run();
