/**
 * Many at once on one parent: whatever the order in which they come and go, each comes up, the last to leave leaves
 * nothing, and what netcompose did not make is what it was.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  folders: Map<string, string>;
}

const test = suite<Context>('a crowd');

const service = `
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL`;

/** On the network that all of one parent share. */
const sharing = (address: string) => `
x-netmode: { ip_range: 192.168.213.192/27 }
services:
  web:${service}
    x-netmode: { mode: macvlan, ipv4_address: ${address} }
`;

/** With a network of the project's own on the same parent. */
const own = (third: number) => `
services:
  web:${service}
    x-netmode: { network: lan, ipv4_address: 10.${third}.0.130 }
networks:
  lan:
    x-netmode:
      { mode: macvlan, parent: ncp-crowd, scope: project, subnet: 10.${third}.0.0/24, gateway: 10.${third}.0.1,
        ip_range: 10.${third}.0.128/27 }
`;

const shared = Array.from({ length: 8 }, (_, at): readonly [string, string] => [
  `p${at}`,
  `192.168.213.${at % 2 === 0 ? 193 + at : 50 + at}`,
]);
const owning = [131, 132].map((third): readonly [string, string] => [`own${third}`, `10.${third}.0.130`]);
const all = [...shared, ...owning];

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'crowd', defaultRoute: true });
    context.rig = await startRig();
    context.folders = new Map();
    for (const [name, address] of all) {
      const cwd = join(context.rig.directory, name);
      await mkdir(cwd);
      await writeFile(
        join(cwd, 'compose.yaml'),
        name.startsWith('own') ? own(Number(name.slice(3))) : sharing(address),
      );
      context.folders.set(name, cwd);
    }
    for (const third of [131, 132])
      await execa('ip', ['address', 'add', `10.${third}.0.10/24`, 'dev', context.lan.parent]);
    await addOthers(context);
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

/** What is somebody else's: an interface on the parent, an address, routes, a rule, a neighbour, Docker networks. */
async function addOthers({ rig, lan }: Context): Promise<void> {
  for (const line of [
    `link add link ${lan.parent} name other type macvlan mode bridge`,
    'link set dev other up alias somebody',
    'addr add 10.9.8.7/24 dev other',
    'route add 10.9.9.0/24 via 10.9.8.1 table 4711',
    'rule add to 10.9.9.0/24 lookup 4711 priority 30000',
    'neigh add 10.9.8.9 lladdr 02:00:00:00:00:09 dev other nud permanent',
  ])
    await execa('ip', line.split(' '));
  await execa('sysctl', ['-q', '-w', 'net/ipv4/conf/other/arp_filter=1']);
  const own = ['--opt', `parent=${lan.parent}`, '--subnet', '10.133.0.0/24', '--label', 'whose=somebody', 'others-lan'];
  for (const args of [['others-bridge'], ['--driver', 'macvlan', ...own]]) {
    const { code, stderr } = await rig.docker('network', 'create', ...args);
    assert.is(code, 0, stderr);
  }
}

const call = ({ rig, folders }: Context, name: string, ...args: string[]) =>
  netcompose(rig, args, { cwd: folders.get(name)! });

/** Compose's own words where two of one project make the same container. */
const isMadeTwice = /The container name "\/p0-web-1" is already in use/;

test('ten projects come up at once, one of them twice', async (context) => {
  const names = [...all.map(([name]) => name), 'p0'];
  const outputs = await Promise.all(names.map(async (name) => ({ name, ...(await call(context, name, 'up', '-d')) })));
  for (const { name, code, stderr } of outputs)
    assert.ok(code === 0 || (name === 'p0' && isMadeTwice.test(stderr)), `${name}: ${stderr}`);
  assert.ok(outputs.some(({ name, code }) => name === 'p0' && code === 0));
  const again = await call(context, 'p0', 'up', '-d');
  assert.is(again.code, 0, again.stderr);
  for (const [name, address] of all) assert.is(await fetchText(`http://${address}/`), 'hello', name);
  const { code, stdout } = await call(context, 'p0', 'shim', 'ls');
  assert.is(code, 0, stdout);
});

test('a project that wants the network otherwise while others run is told, and disturbs none', async (context) => {
  const file = join(context.folders.get('p1')!, 'compose.yaml');
  const running = await snapshot(context.rig);
  await writeFile(file, sharing(shared[1]![1]).replace('192.168.213.192/27', '192.168.213.128/27'));
  const refused = await call(context, 'p1', 'up', '-d');
  assert.is(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, 'error[netmode/conflicting-network]: ip_range is 192.168.213.128/27');
  assert.equal(await snapshot(context.rig), running);
  await writeFile(file, sharing('192.168.213.58'));
  const moved = await call(context, 'p1', 'up', '-d');
  assert.is(moved.code, 0, moved.stderr);
  for (const [name, address] of [...all.filter(([one]) => one !== 'p1'), ['p1', '192.168.213.58'] as const])
    assert.is(await fetchText(`http://${address}/`), 'hello', name);
});

test('and go at once', async (context) => {
  const outputs = await Promise.all(all.map(async ([name]) => ({ name, ...(await call(context, name, 'down')) })));
  for (const { name, code, stderr } of outputs) assert.is(code, 0, `${name}: ${stderr}`);
  assert.equal(await snapshot(context.rig), context.before);
});

test.run();
