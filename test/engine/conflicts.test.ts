/**
 * Conflicts for real: the culprit is started, `up` refuses and names it; the culprit goes, `up` succeeds; a second `up`
 * is silent.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import type { Output } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';

interface Context {
  rig: Rig;
  lan: Lan;
}

const test = suite<Context>('conflicts');
const address = '192.168.214.53';

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'clash', third: 214, defaultRoute: true });
    context.rig = await startRig();
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const idle = { image: testImage, command: ['sleep', 'infinity'], stop_signal: 'SIGKILL' };
const serving = (port: number) => ({ ...idle, command: ['httpd', '-f', '-p', String(port), '-h', '/www'] });

/** A project of one service, in a folder of its own; JSON is YAML. */
async function project(
  rig: Rig,
  name: string,
  service: object,
  more: object = {},
): Promise<(...args: readonly string[]) => Promise<Output>> {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), JSON.stringify({ services: { web: service }, ...more }));
  return (...args) => netcompose(rig, args, { cwd });
}

/** `up` is refused with these words, and nothing is started. */
async function refused(rig: Rig, call: (...args: readonly string[]) => Promise<Output>, words: RegExp): Promise<void> {
  const before = await rig.docker('ps', '--all', '--quiet');
  const { code, stderr } = await call('up', '-d');
  assert.is(code, 1, stderr);
  assert.match(stderr, words);
  assert.equal(await rig.docker('ps', '--all', '--quiet'), before);
}

/** `up` succeeds, and a second one and `check` have nothing to say. */
async function comesUp(call: (...args: readonly string[]) => Promise<Output>): Promise<void> {
  const first = await call('up', '-d');
  assert.is(first.code, 0, first.stderr);
  assert.not.match(first.stderr, /^(error|warning)\[/m);
  const second = await call('up', '-d');
  assert.is(second.code, 0, second.stderr);
  assert.not.match(second.stderr, /^(error|warning)\[|Recreate/m);
  const check = await call('check');
  assert.equal(check, { code: 0, stdout: '', stderr: '' });
}

async function down(...calls: readonly ((...args: readonly string[]) => Promise<Output>)[]): Promise<void> {
  for (const call of calls) assert.is((await call('down')).code, 0);
}

/** A process of the host that has a port open, once it has. */
async function listening(program: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--eval', `${program}; process.title = 'culprit'`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the culprit ended with ${code}`)));
  });
  child.removeAllListeners('exit');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

const tcp = (port: number, on: string) =>
  `require('net').createServer().listen(${port}, '${on}', () => console.log('open'))`;
const udp = (port: number, on: string) =>
  `require('dgram').createSocket('udp4').bind(${port}, '${on}', () => console.log('open'))`;

const published = (port: string) => ({ ...serving(80), ports: [port], 'x-netmode': 'bridge' });
const inHost = (port: number) => ({ ...serving(port), 'x-netmode': { mode: 'host', listen: [port] } });

for (const [name, program, service, words] of [
  [
    'a process, and a published port',
    tcp(8090, '0.0.0.0'),
    published('8090:80'),
    /"web" publishes port 8090\/tcp of the host, which "\w+" \(pid \d+\) has open\n/,
  ],
  [
    'a process on one address, over UDP',
    udp(5300, '127.0.0.53'),
    published('5300:53/udp'),
    /port 5300\/udp of the host, which "\w+" \(pid \d+\) has open on 127\.0\.0\.53\n/,
  ],
  [
    'a process on ::',
    tcp(8090, '::'),
    published('8090:80'),
    /port 8090\/tcp of the host, which "\w+" \(pid \d+\) has open on ::\n/,
  ],
  [
    'a process, and host mode',
    tcp(8090, '127.0.0.1'),
    inHost(8090),
    /"web" opens port 8090\/tcp of the host, which "\w+" \(pid \d+\) has open on 127\.0\.0\.1\n/,
  ],
] as const) {
  test(name, async ({ rig }) => {
    const call = await project(rig, 'mine', service);
    const culprit = await listening(program);
    try {
      await refused(rig, call, words);
      assert.match((await call('check')).stdout, new RegExp(`\\(pid ${culprit.pid}\\)`));
    } finally {
      await end(culprit);
    }
    await comesUp(call);
    await down(call);
  });
}

for (const [name, theirs, mine, words] of [
  [
    "another project's published port",
    published('8091:80'),
    published('8091:80'),
    /which the container "theirs-web-1" of project "theirs" publishes/,
  ],
  [
    "another project's host mode",
    inHost(8091),
    published('8091:80'),
    /which the container "theirs-web-1" of project "theirs" has open/,
  ],
  [
    "another project's published port, and host mode",
    published('8091:80'),
    inHost(8091),
    /"web" opens port 8091\/tcp of the host, which the container "theirs-web-1" of project "theirs" publishes/,
  ],
  [
    "another project's host mode, and host mode",
    inHost(8091),
    inHost(8091),
    /which the container "theirs-web-1" of project "theirs" has open/,
  ],
] as const) {
  test(name, async ({ rig }) => {
    const [they, call] = [await project(rig, 'theirs', theirs), await project(rig, 'mine', mine)];
    await comesUp(they);
    await refused(rig, call, words);
    await down(they);
    await comesUp(call);
    await down(call);
  });
}

test('a container outside of Compose', async ({ rig }) => {
  const call = await project(rig, 'mine', published('8092:80'));
  await rig.docker('run', '--detach', '--name', 'lonely', '--publish', '8092:80', testImage, 'sleep', 'infinity');
  await refused(rig, call, /which the container "lonely" publishes/);
  await rig.docker('rm', '--force', 'lonely');
  await comesUp(call);
  await down(call);
});

test('a port that is guessed from the image is a warning', async ({ rig }) => {
  const made = await rig.docker('create', testImage, 'sleep', 'infinity');
  await rig.docker('commit', '--change', 'EXPOSE 8093', made.stdout, 'exposing:latest');
  await rig.docker('rm', made.stdout);
  const call = await project(rig, 'mine', { ...idle, image: 'exposing:latest', 'x-netmode': 'host' });
  const culprit = await listening(tcp(8093, '0.0.0.0'));
  try {
    const { code, stderr } = await call('up', '-d');
    assert.is(code, 0, stderr);
    assert.match(
      stderr,
      /warning\[ports\/in-use-on-host\]: "web" opens \(taken from the EXPOSE of its image\) port 8093\/tcp/,
    );
  } finally {
    await end(culprit);
  }
  await down(call);
});

const onLan = (lan: Lan) => ({
  ...idle,
  'x-netmode': { mode: 'macvlan', parent: lan.parent, ip_range: '192.168.214.192/27', ipv4_address: address },
});

test('a device of the LAN that has the address', async ({ rig, lan }) => {
  const call = await project(rig, 'mine', onLan(lan));
  const device = ['ip', 'address', 'add', `${address}/24`, 'dev', 'ncl-clash'];
  await lan.exec(device);
  await refused(
    rig,
    call,
    /"web": 192\.168\.214\.53 answers on ncp-clash, from the device [0-9a-f:]{17}\n[^]*such as 192\.168\.214\.54/,
  );
  const check = await call('check', '--probe');
  assert.is(check.code, 1);
  assert.match(check.stdout, 'address/answers-on-lan');
  await lan.exec(device.with(2, 'del'));
  await comesUp(call);
  await down(call);
});

test("another project's container that has the address", async ({ rig, lan }) => {
  const [they, call] = [await project(rig, 'theirs', onLan(lan)), await project(rig, 'mine', onLan(lan))];
  await comesUp(they);
  await refused(
    rig,
    call,
    /"web" has the address 192\.168\.214\.53, as the running container "theirs-web-1" of project "theirs" does/,
  );
  await down(they);
  await comesUp(call);
  await down(call);
});

test('a macvlan service has ports of its own', async ({ rig, lan }) => {
  const call = await project(rig, 'mine', {
    ...serving(8094),
    'x-netmode': { mode: 'macvlan', parent: lan.parent, ip_range: '192.168.214.192/27', listen: [8094] },
  });
  const culprit = await listening(tcp(8094, '0.0.0.0'));
  try {
    await comesUp(call);
  } finally {
    await end(culprit);
  }
  await down(call);
});

test('a network that has the subnet', async ({ rig, lan }) => {
  const call = await project(rig, 'mine', onLan(lan));
  const made = await rig.docker(
    'network',
    'create',
    '--driver',
    'macvlan',
    '--opt',
    `parent=${lan.parent}`,
    '--subnet',
    lan.subnet,
    '--gateway',
    lan.gateway,
    'old-lan',
  );
  assert.is(made.code, 0, made.stderr);
  await refused(rig, call, /192\.168\.214\.0\/24 overlaps 192\.168\.214\.0\/24 of the Docker network "old-lan"/);
  await rig.docker('network', 'rm', 'old-lan');
  await comesUp(call);
  await down(call);
});

test("an interface that has the shim's name", async ({ rig, lan }) => {
  const call = await project(rig, 'mine', onLan(lan));
  const shim = `nc-${lan.parent}`;
  await execa('ip', ['link', 'add', shim, 'type', 'bridge']);
  await refused(rig, call, new RegExp(`an interface "${shim}" exists that netcompose did not make`));
  await execa('ip', ['link', 'del', 'dev', shim]);
  await comesUp(call);
  await down(call);
});

test('a parent that is not there', async ({ rig }) => {
  const call = await project(rig, 'mine', {
    ...idle,
    'x-netmode': {
      mode: 'macvlan',
      parent: 'ncp-later',
      subnet: '10.215.0.0/24',
      gateway: '10.215.0.1',
      ip_range: '10.215.0.128/27',
    },
  });
  await refused(rig, call, /there is no interface "ncp-later" on this host/);
  await execa('ip', ['link', 'add', 'ncp-later', 'type', 'bridge']);
  await execa('ip', ['link', 'set', 'ncp-later', 'up']);
  await execa('ip', ['address', 'add', '10.215.0.2/24', 'dev', 'ncp-later']);
  await comesUp(call);
  await down(call);
  await execa('ip', ['link', 'del', 'dev', 'ncp-later']);
});

test('doctor knows a shim made by hand', async ({ rig, lan }) => {
  const doctor = async () => (await netcompose(rig, ['doctor'], { cwd: rig.directory })).stdout;
  assert.match(await doctor(), /^macvlan +works here$/m);
  assert.match(await doctor(), /^overlay +works with this change:\n.*\n +docker swarm init$/m);
  await execa('ip', ['link', 'add', 'mac0', 'link', lan.parent, 'type', 'macvlan', 'mode', 'bridge']);
  await execa('ip', ['address', 'add', '192.168.214.9/24', 'dev', 'mac0']);
  await execa('ip', ['link', 'set', 'mac0', 'up']);
  const text = await doctor();
  assert.match(text, `the LAN sees two MAC addresses for ${lan.hostAddress}`);
  assert.match(text, /its route 192\.168\.214\.0\/24 takes the whole LAN, because its address 192\.168\.214\.9\/24/);
  const mends = [...text.matchAll(/^"mac0".*\n {4}(.*)$/gm)].map(([, mend = '']) => mend);
  const [set, ...words] = mends;
  assert.is(set, 'sysctl -w net/ipv4/conf/mac0/arp_filter=1 net/ipv4/conf/mac0/arp_announce=2');
  assert.equal(words, ['give it the address with /32, and routes to its containers alone']);
  await execa('sysctl', set!.split(' ').slice(1));
  for (const argv of [
    ['address', 'del', '192.168.214.9/24', 'dev', 'mac0'],
    ['address', 'add', '192.168.214.9/32', 'dev', 'mac0'],
  ])
    await execa('ip', argv);
  assert.not.match(await doctor(), 'netcompose did not make');
  await execa('ip', ['link', 'del', 'dev', 'mac0']);
});

test('an overlay without a swarm', async ({ rig }) => {
  const call = await project(rig, 'mine', { ...idle, 'x-netmode': 'overlay' });
  await refused(rig, call, /overlay networks need a swarm, and this engine is in none\n[^]*\n help: docker swarm init/);
  const { code, stderr } = await rig.docker('swarm', 'init', '--advertise-addr', '127.0.0.1');
  assert.is(code, 0, stderr);
  await comesUp(call);
  await down(call);
  await rig.docker('swarm', 'leave', '--force');
});

test('a port that only an unnamed service needs does not stop the others', async ({ rig }) => {
  const call = await project(rig, 'mine', published('8095:80'), {
    services: { web: published('8095:80'), idle: { ...idle, 'x-netmode': 'none' } },
  });
  const culprit = await listening(tcp(8095, '0.0.0.0'));
  try {
    const { code, stderr } = await call('up', '-d', 'idle');
    assert.is(code, 0, stderr);
    assert.not.match(stderr, 'in-use-on-host');
  } finally {
    await end(culprit);
  }
  await down(call);
});

test.run();
