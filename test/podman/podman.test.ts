/** Podman behind its Docker-compatible socket: what works there, and what is said of the rest first. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchText } from '../engine/rig/http.ts';
import { testImage } from '../engine/rig/image.ts';
import { type Lan, makeLan } from '../engine/rig/lan.ts';
import { netcompose } from '../engine/rig/netcompose.ts';
import { type PodmanRig, startPodman } from '../engine/rig/podman.ts';
import { type Snapshot, snapshot } from '../engine/snapshot.ts';
import { saying } from '../support/hooks.ts';

interface Context {
  rig: PodmanRig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('podman');

const httpd = `
    image: ${testImage}
    stop_signal: SIGKILL
    command: ["httpd", "-f", "-h", "/www"]`;

const everything = `
x-netmode: { ip_range: 192.168.213.192/27 }
services:
  web:${httpd}
    ports: ["18080:80"]
  metrics:
    image: ${testImage}
    stop_signal: SIGKILL
    command: ["httpd", "-f", "-h", "/www", "-p", "19100"]
    x-netmode: { mode: host, listen: [19100] }
  dns:${httpd}
    x-netmode: { mode: macvlan, ipv4_address: 192.168.213.53, listen: [80] }
  dynamic:${httpd}
    x-netmode: { mode: macvlan, listen: [80] }
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'pod', defaultRoute: true });
    context.rig = await startPodman();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

async function project({ rig }: Context, name: string, text: string) {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), text);
  return (...args: readonly string[]) => netcompose(rig, args, { cwd });
}

test('bridge, host and macvlan come up, and are reached from host and LAN', async (context) => {
  const { rig, lan } = context;
  // A container of somebody else's, in each way to be attached.
  await rig.docker('run', '-d', '--name', 'other', testImage, 'sleep', '1000');
  await rig.docker('run', '-d', '--name', 'guest', '--network', 'container:other', testImage, 'sleep', '1000');
  const run = await project(context, 'all', everything);
  const { code, stderr } = await run('up', '-d');
  assert.is(code, 0, stderr);
  for (const url of [
    'http://192.168.213.53/',
    'http://192.168.213.193/',
    'http://127.0.0.1:18080/',
    'http://127.0.0.1:19100/',
  ])
    assert.is(await fetchText(url), 'hello', url);
  for (const url of [
    'http://192.168.213.53/',
    'http://192.168.213.193/',
    'http://192.168.213.10:18080/',
    'http://192.168.213.10:19100/',
  ])
    assert.is(await fetchText(url, { from: lan }), 'hello', url);
  const asked = await run('reach');
  assert.is(asked.code, 0, asked.stdout + asked.stderr);
});
test('a second up does nothing', async (context) => {
  const { rig } = context;
  const run = await project(context, 'all', everything);
  const ids = await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}');
  const { code, stderr } = await run('up', '-d');
  assert.is(code, 0, stderr);
  const version = (await rig.docker('version', '--format', '{{.Server.Version}}')).stdout;
  if (version.startsWith('4.3.')) {
    // It says that a container's network is "all_default", and of the network that it is "3ef600…": Compose's own `up`
    // makes every container anew that is on one. (With Docker's own Compose alone, too.)
    assert.match(stderr, /metrics-1 +Running/);
    assert.equal(
      stderr
        .match(/\S+(?= +Recreated)/g)
        ?.slice()
        .sort(),
      ['all-dns-1', 'all-dynamic-1', 'all-web-1'],
    );
    return;
  }
  assert.not.match(stderr, /Recreate|error/i, stderr);
  assert.equal(await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}'), ids);
});
test('down leaves nothing behind', async (context) => {
  const { rig } = context;
  const run = await project(context, 'all', everything);
  const { code, stderr } = await run('down');
  assert.is(code, 0, stderr);
  // Podman 4.3 removes no container whose network another one has, though that one goes with it.
  for (const name of ['guest', 'other']) await rig.podman('rm', '--force', '--time', '0', name);
  assert.equal(await snapshot(rig), context.before);
});
/** What is said before anything starts, with the version; of each what the project's x-netmode says. */
const refused: readonly (readonly [netmode: string, rule: string, message: RegExp])[] = [
  [
    '{ mode: ipvlan-l3, subnet: 10.7.1.0/24 }',
    'engine/podman',
    /Podman (?:4\.3\.\d+ has no ipvlan|\d+\.\d+\.\d+ takes "ipvlan_mode: l3" from its Docker socket and ignores it)/,
  ],
  ['{ mode: macvlan, flag: private }', 'engine/podman', /Podman \d+\.\d+\.\d+ takes "macvlan_mode: private"/],
];

test('a native network without a parent is on the interface of the default route, which is said', async (context) => {
  const { rig, lan } = context;
  const pool = '{ subnet: 192.168.213.0/24, gateway: 192.168.213.1 }';
  const networks = `networks:\n  n: { driver: macvlan, ipam: { config: [${pool}] } }\n`;
  const run = await project(
    context,
    'parentless',
    `services:\n  web:${httpd}\n    networks: { n: { ipv4_address: 192.168.213.77 } }\n${networks}`,
  );
  const check = await run('check');
  assert.match(check.stdout, `network "n" names no "parent": Podman puts it on ${lan.parent}, by the default route`);
  const { code, stderr } = await run('up', '-d');
  assert.is(code, 0, stderr);
  assert.is(await fetchText('http://192.168.213.77/', { from: lan }), 'hello');
  assert.is((await run('down')).code, 0);
  assert.equal(await snapshot(rig), context.before);
});

test('what Podman does not do is said before anything starts, and a fallback is used', async (context) => {
  for (const [at, [netmode, rule, message]] of refused.entries()) {
    const text = (said: string) => `services:\n  web:${httpd}\n    x-netmode: ${said}\n`;
    const run = await project(context, `refused-${at}`, text(netmode));
    const { code, stderr } = await run('up', '-d');
    assert.is(code, 1, stderr);
    assert.match(stderr, `error[${rule}]`);
    assert.match(stderr, message);
    const fallen = await project(context, `refused-${at}`, text(netmode.replace(' }', ', fallback: bridge }')));
    assert.match((await fallen('plan')).stdout, /web +bridge/);
  }
  assert.equal(await snapshot(context.rig), context.before);
});

/** Addresses of the range, of which Docker would keep one for the shim; names on the LAN; two ways out. */
const warned = `
services:
  a:${httpd}
    depends_on: [b]
    x-netmode: { network: lan }
  b:${httpd}
    x-netmode: { network: lan }
  both:${httpd}
    networks: [default]
    x-netmode: { network: lan }
networks:
  lan:
    # Podman 4.3 goes on where the last network of this name was, outside the range.
    x-netmode:
      mode: macvlan
      scope: project
      ip_range: 192.168.213.200/29
      shim: { ipv4_address: 192.168.213.202 }
`;

test('what it warns of is so', async (context) => {
  const { rig } = context;
  const run = await project(context, 'warned', warned);
  const { stdout } = await run('check');
  for (const warning of [
    /warning\[engine\/podman\]: .*hands out the shim's 192\.168\.213\.202 like any other/,
    /warning\[service\/name-not-resolvable\]: "a" .* no names on macvlan and ipvlan/,
    /warning\[service\/default-route\]: "both" is on .* which counts changes from run to run/,
  ])
    assert.match(stdout, warning);
  try {
    const up = await run('up', '-d');
    assert.is(up.code, 0, up.stderr);
    const inside = async (service: string, ...argv: readonly string[]) =>
      await rig.docker('exec', `warned-${service}-1`, ...argv);
    const addresses = await Promise.all(
      ['a', 'b', 'both'].map(async (service) => (await inside(service, 'ip', '-4', '-o', 'addr')).stdout),
    );
    assert.ok(
      addresses.some((text) => text.includes(' 192.168.213.202/')),
      addresses.join('\n'),
    );
    assert.is.not((await inside('a', 'nslookup', 'b')).code, 0);
    const routes = (await inside('both', 'ip', 'route')).stdout.match(/^default .*/gm) ?? [];
    assert.is(routes.length, 2, routes.join('\n'));
  } finally {
    await run('down');
  }
  assert.equal(await snapshot(rig), context.before);
});

test.run();
