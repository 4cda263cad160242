import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unreachable } from '../../../src/host/engine/unreachable.ts';
import { observeAgain, observeEngine } from '../../../src/host/observe/engine-facts.ts';
import {
  type Asking,
  engineKind,
  engineProduct,
  type Info,
  type Version,
} from '../../../src/host/observe/engine-json.ts';
import { askEngine } from '../../../src/host/observe/under-way.ts';
import type { EngineFacts } from '../../../src/plan/facts/facts.ts';
import { fakeHost } from '../fake-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'netcompose-engine-'));
test.after(() => rmSync(folder, { recursive: true }));

/** What an engine answers, by path. */
const engine: Readonly<Record<string, unknown>> = {
  '/version': { Version: '28.5.2', Components: [{ Name: 'Engine' }] },
  '/info': {
    OperatingSystem: 'Debian GNU/Linux 12',
    SecurityOptions: ['name=seccomp,profile=builtin'],
    Swarm: { LocalNodeState: 'active', ControlAvailable: true },
  },
  '/networks': [
    {
      Id: 'n2',
      Name: 'none',
      Driver: 'null',
      Scope: 'local',
      Internal: false,
      IPAM: { Config: null },
      Options: null,
      Labels: null,
    },
    {
      ...{
        Id: 'n1',
        Name: 'lan',
        Driver: 'ipvlan',
        Scope: 'local',
        Internal: false,
        Options: { parent: 'eth0' },
        Labels: { 'netcompose.network': 'lan' },
      },
      IPAM: {
        Config: [
          {
            Subnet: '192.168.1.0/24',
            IPRange: '192.168.1.192/27',
            Gateway: '192.168.1.1',
            AuxiliaryAddresses: { shim: '192.168.1.222' },
          },
          { Subnet: 'fd00::/64' },
        ],
      },
    },
  ],
  '/containers/json?all=true': [
    {
      ...{ Id: 'c1', Names: ['/shop-web-1'], State: 'running', HostConfig: { NetworkMode: 'lan' } },
      Labels: {
        ...{ 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
        'netcompose.floating-addresses': '192.168.1.60 fd00::60',
      },
      Ports: [
        { PrivatePort: 443, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      ],
      NetworkSettings: {
        Networks: {
          lan: { IPAddress: '192.168.1.193', GlobalIPv6Address: 'fd00::2', MacAddress: '02:00:00:00:00:01' },
        },
      },
    },
    {
      Id: 'c2',
      Names: ['/old'],
      State: 'exited',
      HostConfig: { NetworkMode: 'bridge' },
      Labels: {},
      Ports: [],
      NetworkSettings: { Networks: { bridge: { IPAddress: '', GlobalIPv6Address: '', MacAddress: '' } } },
    },
  ],
};

async function serve(answers: (path: string) => unknown, at: string | number): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const answer = answers(url.replace(/^http:\/\/[^/]+/, ''));
    response
      .writeHead(answer === undefined ? 500 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { message: 'broken' }));
  });
  await new Promise<void>((resolve) =>
    typeof at === 'number' ? server.listen(at, '127.0.0.1', resolve) : server.listen(at, resolve),
  );
  return server;
}

const expected = {
  version: '28.5.2',
  kind: 'engine',
  remote: false,
  swarm: 'manager',
  networks: [
    {
      ...{
        id: 'n1',
        name: 'lan',
        driver: 'ipvlan',
        scope: 'local',
        internal: false,
        options: { parent: 'eth0' },
        labels: { 'netcompose.network': 'lan' },
      },
      pools: [
        {
          subnet: '192.168.1.0/24',
          gateway: '192.168.1.1',
          ipRange: '192.168.1.192/27',
          auxiliaryAddresses: { shim: '192.168.1.222' },
        },
        { subnet: 'fd00::/64', auxiliaryAddresses: {} },
      ],
    },
    { id: 'n2', name: 'none', driver: 'null', scope: 'local', internal: false, options: {}, labels: {}, pools: [] },
  ],
  containers: [
    { id: 'c2', name: 'old', running: false, networkMode: 'bridge', networks: { bridge: {} }, ports: [] },
    {
      ...{
        id: 'c1',
        name: 'shop-web-1',
        project: 'shop',
        service: 'web',
        floating: ['192.168.1.60', 'fd00::60'],
        running: true,
        networkMode: 'lan',
      },
      networks: { lan: { ipv4: '192.168.1.193', ipv6: 'fd00::2', mac: '02:00:00:00:00:01' } },
      ports: [{ ip: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp' }],
    },
  ],
};

test('over a unix socket', async () => {
  const socket = join(folder, 'engine.sock');
  const server = await serve((path) => engine[path], socket);
  try {
    assert.equal(await observeEngine(fakeHost({ env: { DOCKER_HOST: `unix://${socket}` } })), {
      kind: 'reached',
      facts: expected,
    });
  } finally {
    server.close();
  }
});

type Lists = Readonly<Record<string, readonly object[]>>;

const networks = engine['/networks'] as readonly object[];
const containers = engine['/containers/json?all=true'] as readonly object[];
const since = (time: string): Lists => ({
  '/networks': networks,
  '/containers/json?all=true': containers.map((one) => ({ ...one, Status: `Up ${time}` })),
});

/** The facts of an engine that is asked twice, and what it was asked the second time. */
async function twice(name: string, first: Lists, then: Lists) {
  const socket = join(folder, `${name}.sock`);
  const asked: string[] = [];
  let lists = first;
  const server = await serve((path) => {
    asked.push(path);
    return lists[path] ?? engine[path];
  }, socket);
  try {
    const host = fakeHost({ env: { DOCKER_HOST: `unix://${socket}` } });
    const before = await observeEngine(host);
    if (before.kind !== 'reached') return assert.unreachable(before.message) as never;
    lists = then;
    asked.length = 0;
    const after = await observeAgain(host, before.facts);
    if (after.kind !== 'reached') return assert.unreachable(after.message) as never;
    return { before: before.facts, after: after.facts, asked: asked.sort() };
  } finally {
    server.close();
  }
}

test('some moments later nothing has changed but an order and the time: the facts are the same', async () => {
  const later = { ...since('2 seconds'), '/networks': [...networks].reverse() };
  const { before, after, asked } = await twice('same', since('1 second'), later);
  assert.is(after, before);
  assert.equal(asked, ['/containers/json?all=true', '/networks']);
});

test('some moments later a container has another address, a network has gone', async () => {
  const [web, ...others] = containers as readonly Record<string, object>[];
  const moved = { ...web, NetworkSettings: { Networks: { lan: { IPAddress: '192.168.1.199' } } } };
  const { after } = await twice('moved', since('1 second'), { '/containers/json?all=true': [moved, ...others] });
  assert.equal(after.containers.find(({ name }) => name === 'shop-web-1')?.networks, {
    lan: { ipv4: '192.168.1.199' },
  });
  assert.is(after.networks.length, 2);
  const { after: fewer } = await twice('fewer', since('1 second'), { ...since('2 seconds'), '/networks': [] });
  assert.equal(fewer.networks, []);
  assert.is(fewer.containers.length, 2);
});

test('what was asked ahead is not asked again, what is asked later is', async () => {
  const socket = join(folder, 'ahead.sock');
  const counts = new Map<string, number>();
  const server = await serve((path) => {
    counts.set(path, (counts.get(path) ?? 0) + 1);
    return engine[path] ?? {};
  }, socket);
  try {
    const host = fakeHost({ env: { DOCKER_HOST: `unix://${socket}` } });
    const asked = askEngine(host);
    assert.ok(asked);
    const observed = await observeEngine(host, { asked });
    if (observed.kind !== 'reached') return assert.unreachable(observed.message);
    assert.equal([counts.get('/networks'), counts.get('/containers/json?all=true')], [1, 1]);
    await observeAgain(host, observed.facts);
    assert.equal([counts.get('/networks'), counts.get('/containers/json?all=true')], [2, 2]);
  } finally {
    server.close();
  }
});

test('an engine that is not there may be asked ahead', async () => {
  const host = fakeHost({ env: { DOCKER_HOST: `unix://${folder}/nobody.sock` } });
  const asked = askEngine(host);
  assert.ok(asked);
  const observed = await observeEngine(host, { asked });
  assert.is(observed.kind === 'unreachable' && observed.reason, 'no-socket');
  assert.is(askEngine(fakeHost({ env: { DOCKER_HOST: 'ssh://nas' } })), undefined);
  assert.is(askEngine(fakeHost({ env: { DOCKER_CONTEXT: 'gone' } })), undefined);
});

test('the ports that images expose; an image that is not there is left out', async () => {
  const socket = join(folder, 'images.sock');
  const images: Readonly<Record<string, unknown>> = {
    '/images/nginx/json': { Config: { ExposedPorts: { '443/tcp': {}, '80/tcp': {}, '8000-8010/udp': {} } } },
    '/images/plain/json': { Config: {} },
  };
  const server = await serve((path) => engine[path] ?? images[path], socket);
  try {
    const observed = await observeEngine(fakeHost({ env: { DOCKER_HOST: `unix://${socket}` } }), {
      images: ['nginx', 'plain', 'gone'],
    });
    if (observed.kind !== 'reached') return assert.unreachable(observed.message);
    assert.equal(observed.facts.images, {
      nginx: [
        { first: 80, last: 80, protocol: 'tcp' },
        { first: 443, last: 443, protocol: 'tcp' },
        { first: 8000, last: 8010, protocol: 'udp' },
      ],
      plain: [],
    });
  } finally {
    server.close();
  }
});

test('over tcp', async () => {
  const server = await serve((path) => engine[path], 0);
  try {
    const { port } = server.address() as { port: number };
    assert.equal(await observeEngine(fakeHost({ env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } })), {
      kind: 'reached',
      facts: expected,
    });
  } finally {
    server.close();
  }
});

test("over ssh, by the user's own ssh", async () => {
  const socket = join(folder, 'far.sock');
  const server = await serve((path) => engine[path], socket);
  // Stands in for ssh and `docker system dial-stdio` at its other end; refuses any other arguments.
  const script = `#!${process.execPath}
    const given = process.argv.slice(2).join(' ');
    if (given !== '-o ConnectTimeout=30 -l me -- nas docker system dial-stdio') process.exit(255);
    const socket = require('net').connect(${JSON.stringify(socket)});
    process.stdin.pipe(socket).pipe(process.stdout);`;
  writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
  try {
    const observed = await observeEngine(fakeHost({ cwd: folder, env: { DOCKER_HOST: 'ssh://me@nas', PATH: folder } }));
    assert.equal(observed, { kind: 'reached', facts: { ...expected, remote: true } });
  } finally {
    server.close();
  }
});

test('an ssh that fails is told of', async () => {
  writeFileSync(join(folder, 'ssh'), `#!${process.execPath}\nprocess.exit(255)`, { mode: 0o755 });
  const observed = await observeEngine(fakeHost({ cwd: folder, env: { DOCKER_HOST: 'ssh://nas', PATH: folder } }));
  assert.is(observed.kind, 'unreachable');
  const without = await observeEngine(
    fakeHost({ cwd: folder, env: { DOCKER_HOST: 'ssh://nas', PATH: join(folder, 'none') } }),
  );
  assert.is(without.kind, 'unreachable');
});

test('an engine that answers with an error is told in its words', async () => {
  const socket = join(folder, 'broken.sock');
  const server = await serve(() => undefined, socket);
  try {
    const observed = await observeEngine(fakeHost({ env: { DOCKER_HOST: `unix://${socket}` } }));
    assert.is(observed.kind, 'unreachable');
    if (observed.kind === 'unreachable') assert.match(observed.message, 'broken');
  } finally {
    server.close();
  }
});

test('no socket, nobody behind it, no such context: told apart', async () => {
  writeFileSync(join(folder, 'file.sock'), '');
  for (const [env, reason, message] of [
    [
      { DOCKER_HOST: `unix://${folder}/none.sock` },
      'no-socket',
      `"unix://${folder}/none.sock" (DOCKER_HOST): there is no such socket`,
    ],
    [
      { DOCKER_HOST: `unix://${folder}/file.sock` },
      'refused',
      `"unix://${folder}/file.sock" (DOCKER_HOST): the connection is refused, nothing listens there`,
    ],
    [
      { DOCKER_HOST: 'tcp://127.0.0.1:1' },
      'refused',
      '"tcp://127.0.0.1:1" (DOCKER_HOST): the connection is refused, nothing listens there',
    ],
    [{ DOCKER_CONTEXT: 'gone' }, 'bad-address', '"gone": there is no such Docker context (set by DOCKER_CONTEXT)'],
  ] as const) {
    const observed = await observeEngine(fakeHost({ env }));
    assert.is(observed.kind, 'unreachable');
    if (observed.kind !== 'unreachable') continue;
    assert.is(observed.reason, reason);
    assert.is(observed.message, message);
    assert.is(observed.error.message, message);
    assert.ok(observed.help);
  }
});

for (const [code, reason] of [
  ['EACCES', 'no-permission'],
  ['ENOENT', 'no-socket'],
  ['ECONNREFUSED', 'refused'],
  ['ENOTFOUND', 'not-found'],
  ['ETIMEDOUT', 'timeout'],
  ['EWEIRD', 'other'],
] as const) {
  test(`${code} is ${reason}`, () => {
    const endpoint = {
      kind: 'unix',
      url: 'unix:///d.sock',
      from: 'default',
      remote: false,
      socket: '/d.sock',
    } as const;
    assert.is(unreachable(endpoint, Object.assign(new Error('text'), { code })).reason, reason);
  });
}

const podman = { Components: [{ Name: 'Podman Engine' }] };
const defaultSocket = '/var/run/docker.sock';

const kinds: readonly (readonly [
  name: string,
  info: Info,
  asking: Partial<Asking>,
  kind: EngineFacts['kind'],
  product?: EngineFacts['product'],
  version?: Partial<Version>,
])[] = [
  ['Linux', {}, { platform: 'linux', socket: defaultSocket }, 'engine'],
  [
    'Docker Desktop on Linux',
    { OperatingSystem: 'Docker Desktop' },
    { platform: 'linux' },
    'desktop',
    'Docker Desktop',
  ],
  [
    'Docker Desktop seen from WSL',
    { OperatingSystem: 'Docker Desktop' },
    { platform: 'linux', socket: defaultSocket },
    'desktop',
    'Docker Desktop',
  ],
  [
    'Docker Desktop by its label',
    { Labels: ['com.docker.desktop.address=unix:///x.sock'] },
    { platform: 'darwin' },
    'desktop',
    'Docker Desktop',
  ],
  ['Docker Desktop by its machine', { Name: 'docker-desktop' }, { platform: 'darwin' }, 'desktop', 'Docker Desktop'],
  [
    'Docker Desktop by its socket',
    {},
    { platform: 'linux', socket: '/home/ann/.docker/desktop/docker.sock' },
    'desktop',
    'Docker Desktop',
  ],
  [
    'Docker Desktop far away',
    { OperatingSystem: 'Docker Desktop' },
    { platform: 'linux', remote: true },
    'desktop',
    'Docker Desktop',
  ],
  ['OrbStack', { OperatingSystem: 'OrbStack', Name: 'orbstack' }, { platform: 'darwin' }, 'desktop', 'OrbStack'],
  ['Colima', { OperatingSystem: 'Ubuntu 24.04 LTS', Name: 'colima' }, { platform: 'darwin' }, 'desktop', 'Colima'],
  ['a second Colima', { Name: 'colima-x86' }, { platform: 'darwin', socket: defaultSocket }, 'desktop', 'Colima'],
  [
    'Colima on Linux',
    { Name: 'colima' },
    { platform: 'linux', socket: '/home/ann/.colima/default/docker.sock' },
    'desktop',
    'Colima',
  ],
  [
    'a Linux computer that is called Colima',
    { Name: 'colima' },
    { platform: 'linux', socket: defaultSocket },
    'engine',
  ],
  ['a server that is called Colima', { Name: 'colima' }, { platform: 'darwin', remote: true }, 'engine'],
  [
    'Rancher Desktop',
    { Name: 'lima-rancher-desktop', OperatingSystem: 'Alpine Linux v3.20' },
    { platform: 'darwin' },
    'desktop',
    'Rancher Desktop',
  ],
  [
    'Rancher Desktop on Linux',
    { Name: 'lima-rancher-desktop' },
    { platform: 'linux', socket: '/home/ann/.rd/docker.sock' },
    'desktop',
    'Rancher Desktop',
  ],
  [
    'Lima',
    { Name: 'lima-docker' },
    { platform: 'darwin', socket: '/Users/ann/.lima/docker/sock/docker.sock' },
    'desktop',
    'Lima',
  ],
  ['something else on a Mac', { Name: 'vm' }, { platform: 'darwin' }, 'desktop'],
  ['a Linux machine seen from a Mac', {}, { platform: 'darwin', remote: true }, 'engine'],
  ['rootless', { SecurityOptions: ['name=seccomp', 'name=rootless'] }, { platform: 'linux' }, 'rootless'],
  ['Podman', {}, { platform: 'linux' }, 'podman', undefined, podman],
  ['Podman on a Mac', {}, { platform: 'darwin' }, 'podman', 'Podman machine', podman],
];

for (const [name, info, asking, kind, product, version] of kinds) {
  test(`kind: ${name}`, () => {
    const asked = { platform: 'linux', remote: false, ...asking };
    const said = { Version: '1', ...version };
    assert.equal([engineKind(said, info, asked), engineProduct(said, info, asked)], [kind, product]);
  });
}

test.run();
