/** `shim watch` beside a real engine: whatever becomes of shim and container, this host reaches the container. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { endWhereItHangs } from '../support/patiently.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  cwd: string;
  /** The watch, and what it has written so far. */
  watch: { readonly kill: (signal: NodeJS.Signals) => boolean; readonly ended: Promise<number | undefined> };
  output: () => string;
}

const test = suite<Context>('shim watch');

const file = `
x-netmode: { ip_range: 192.168.213.192/27 }
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { mode: macvlan }
`;
const dynamic = '192.168.213.192';
const network = 'netcompose-ncp-watch';
const shim = 'nc-ncp-watch';

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'watch', defaultRoute: true });
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'watched');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'compose.yaml'), file);
    context.before = await snapshot(context.rig);
    const child = execa(process.execPath, [program, 'shim', 'watch'], {
      ...{ env: context.rig.env, extendEnv: false, reject: false, stdin: 'ignore' },
    });
    endWhereItHangs(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    context.watch = { kill: (signal) => child.kill(signal), ended: child.then(({ exitCode }) => exitCode) };
    context.output = () => output;
  }),
);
test.after(async ({ rig, lan, watch }) => {
  watch?.kill('SIGKILL');
  await rig?.stop();
  await lan?.remove();
});

const call = ({ rig, cwd }: Context, ...args: string[]) => netcompose(rig, args, { cwd });
/** Whatever was made first: the parent that was made anew comes after what was there before. */
const sorted = (snapshotted: Snapshot) =>
  Object.fromEntries(
    Object.entries(snapshotted).map(([key, value]) => [key, Array.isArray(value) ? [...value].sort() : value]),
  );
const ip = (...args: readonly string[]) => execa('ip', args);

test('up works beside it', async (context) => {
  const { code, stderr } = await call(context, 'up', '-d');
  assert.is(code, 0, stderr);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
  const { stdout } = await call(context, 'shim', 'ls');
  assert.match(stdout, new RegExp(`^${shim} +${network} +ncp-watch +macvlan bridge +.* ok$`, 'm'));
});

test('the shim is deleted', async (context) => {
  const address = async () => /link\/ether (\S+)/.exec((await ip('link', 'show', 'dev', shim)).stdout)?.[1];
  const before = await address();
  await ip('link', 'del', 'dev', shim);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
  assert.is(await address(), before);
  assert.match(context.output(), `mended ${shim}: there is no macvlan interface in mode bridge on ncp-watch\n`);
});

test('its addresses and routes are flushed', async () => {
  await ip('addr', 'flush', 'dev', shim);
  await ip('route', 'flush', 'dev', shim);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('the container moves to an address beside the range, and back', async ({ rig }) => {
  assert.is((await rig.docker('network', 'disconnect', network, 'watched-web-1')).code, 0);
  assert.is((await rig.docker('network', 'connect', '--ip', '192.168.213.50', network, 'watched-web-1')).code, 0);
  assert.is(await fetchText('http://192.168.213.50/'), 'hello');
  assert.is((await rig.docker('network', 'disconnect', network, 'watched-web-1')).code, 0);
  assert.is((await rig.docker('network', 'connect', network, 'watched-web-1')).code, 0);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('the container restarts with another MAC address', async ({ rig }) => {
  const mac = async () =>
    (
      await rig.docker(
        'inspect',
        '--format',
        `{{(index .NetworkSettings.Networks "${network}").MacAddress}}`,
        'watched-web-1',
      )
    ).stdout;
  const before = await mac();
  assert.is((await rig.docker('restart', 'watched-web-1')).code, 0);
  assert.is.not(await mac(), before);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('the container is made anew', async (context) => {
  const { code, stderr } = await call(context, 'up', '-d', '--force-recreate');
  assert.is(code, 0, stderr);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('the parent is deleted and made again, and the container restarted', async (context) => {
  await ip('link', 'del', 'dev', context.lan.parent);
  await context.lan.remove();
  context.lan = await makeLan({ name: 'watch', defaultRoute: true });
  const { code, stderr } = await context.rig.docker('restart', 'watched-web-1');
  assert.is(code, 0, stderr);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('the engine restarts, and a shim that is deleted meanwhile comes back', async (context) => {
  await context.rig.restart();
  await ip('link', 'del', 'dev', shim);
  const { code, stderr } = await context.rig.docker('start', 'watched-web-1');
  assert.is(code, 0, stderr);
  assert.is(await fetchText(`http://${dynamic}/`), 'hello');
});

test('down leaves nothing behind, and the watch makes nothing anew', async (context) => {
  const { code, stderr } = await call(context, 'down');
  assert.is(code, 0, stderr);
  assert.equal(sorted(await snapshot(context.rig)), sorted(context.before));
});

test('it ends cleanly', async (context) => {
  context.watch.kill('SIGTERM');
  assert.is(await context.watch.ended, 0, context.output());
  assert.equal(sorted(await snapshot(context.rig)), sorted(context.before));
});

test.run();
