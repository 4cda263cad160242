/**
 * Whatever happens to a project on macvlan, nobody on the LAN is told that the address of the host is at another MAC
 * address than the parent's: real containers, and a listener at the other end of the cable.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkLocalSender } from '../../src/plan/facts/ownership.ts';
import { forget, outdate, type Place } from '../support/caches.ts';
import { claimsOf, foreignClaims } from '../support/frames.ts';
import { saying } from '../support/hooks.ts';
import { listen } from '../support/listener.ts';
import { patiently } from '../support/patiently.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  cwd: string;
}

const test = suite<Context>('harmless');

const address = '192.168.213.193';
const shim = 'nc-ncp-quiet';
const container = 'quiet-web-1';
const file = `
x-netmode: { ip_range: 192.168.213.192/27 }
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { mode: macvlan, ipv4_address: ${address} }
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'quiet', defaultRoute: true });
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'quiet');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'compose.yaml'), file);
  }),
);
const strictness = (value: string) => execa('sysctl', ['-q', '-w', `net.ipv4.conf.all.rp_filter=${value}`]);

test.after(async ({ rig, lan }) => {
  await strictness('0');
  await rig?.stop();
  await lan?.remove();
});

/** Runs a program in the network of the container, which has none of it. */
async function inContainer({ rig }: Context, argv: readonly string[], input?: string) {
  const { stdout } = await rig.docker('inspect', '--format', '{{.State.Pid}}', container);
  const options = { ...(input !== undefined && { input }) };
  return patiently('nsenter', ['--target', stdout.trim(), '--net', '--', ...argv], options);
}

/** The host asks the container, the container the host, the LAN both. */
async function everybodyAsks(context: Context, when: string): Promise<void> {
  const { lan } = context;
  const ping = (to: string) => ['busybox', 'ping', '-c', '1', '-w', '10', to] as const;
  assert.is(await fetchText(`http://${address}/`), 'hello', `${when}: host to container`);
  assert.is((await inContainer(context, ping(lan.hostAddress))).code, 0, `${when}: container to host`);
  for (const to of [lan.hostAddress, address])
    assert.is((await lan.exec(ping(to))).code, 0, `${when}: the LAN to ${to}`);
}

/** The places that learn who has which address. */
const places = (context: Context): readonly Place[] => [
  ([program, ...args], input) => patiently(program!, args, { ...(input !== undefined && { input }) }),
  (argv, input) => inContainer(context, argv, input),
  (argv, input) => context.lan.exec(argv, input),
];

for (const rpFilter of ['0', '1', '2']) {
  test(`rp_filter ${rpFilter}: from up to down`, async (context) => {
    const { rig, lan, cwd } = context;
    await strictness(rpFilter);
    const parentMac = (await readFile(`/sys/class/net/${lan.parent}/address`, 'utf8')).trim();
    const succeeds = async (...args: readonly string[]) => {
      const { code, stderr } = await netcompose(rig, args, { cwd });
      assert.is(code, 0, stderr);
    };
    const heard = await listen(lan.namespace, 'ncl-quiet');
    await succeeds('up', '-d');
    await everybodyAsks(context, 'after up');
    await forget(places(context));
    await everybodyAsks(context, 'with cold caches');
    await outdate(places(context), () => everybodyAsks(context, 'with what is out of date'));
    await succeeds('restart');
    await everybodyAsks(context, 'after a restart');
    await succeeds('up', '-d', '--force-recreate');
    await everybodyAsks(context, 'with another container');
    await execa('ip', ['link', 'del', 'dev', shim]);
    await succeeds('up', '-d');
    await everybodyAsks(context, 'with another shim');
    await rig.restart();
    await succeeds('start');
    await everybodyAsks(context, 'after a restart of the engine');
    await succeeds('down');
    const frames = await heard.stop();
    assert.ok(
      frames.flatMap(claimsOf).some((claim) => claim.address === linkLocalSender),
      'the LAN hears the shim ask',
    );
    assert.equal(foreignClaims(frames, lan.hostAddress, parentMac), []);
  });
}

test('what the host goes on sending to a container that was stopped does not leave for the LAN', async (context) => {
  const { rig, lan, cwd } = context;
  const parentMac = (await readFile(`/sys/class/net/${lan.parent}/address`, 'utf8')).trim();
  const up = await netcompose(rig, ['up', '-d'], { cwd });
  assert.is(up.code, 0, up.stderr);
  await everybodyAsks(context, 'before');
  const heard = await listen(lan.namespace, 'ncl-quiet');
  const pings = execa('busybox', ['ping', '-i', '0.2', '-W', '1', '-c', '60', address], { reject: false });
  const stop = await netcompose(rig, ['stop'], { cwd });
  const stopped = Date.now() / 1000;
  assert.is(stop.code, 0, stop.stderr);
  await pings;
  const frames = await heard.stop();
  const later = frames.filter(({ time }) => time > stopped);
  assert.ok(
    later.flatMap(claimsOf).some((claim) => claim.address === linkLocalSender && claim.how === 'arp-request'),
    'the host still looks for the container',
  );
  assert.equal(foreignClaims(later, lan.hostAddress, parentMac), []);
  assert.is((await netcompose(rig, ['down'], { cwd })).code, 0);
});

test.run();
