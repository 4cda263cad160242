/** `examples/vpn` for real, with the tests' image: the applications answer where its comments say. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

const example = fileURLToPath(new URL('../../examples/vpn/compose.yaml', import.meta.url));

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('vpn');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'vpn', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

/** What the example's images would do. */
const serve = (service: string, port: number) =>
  `  ${service}:\n    stop_signal: SIGKILL\n` +
  `    command: ["sh", "-c", "echo ${service} > /www/index.html; exec httpd -f -p ${port} -h /www"]\n`;
const commands =
  `services:\n  gluetun: { command: ["sleep", "3600"], stop_signal: SIGKILL }\n` +
  serve('torrents', 8080) +
  serve('indexer', 9696) +
  serve('library', 8989);

const images = Object.fromEntries(
  ['VPN', 'TORRENTS', 'INDEXER', 'LIBRARY'].map((name) => [`${name}_IMAGE`, testImage]),
);

test('the example, whose VPN is then updated and made anew', async ({ rig, before }) => {
  const cwd = join(rig.directory, 'vpn');
  await mkdir(cwd);
  await writeFile(join(cwd, 'commands.yaml'), commands);
  const run = async (provider: string, ...args: readonly string[]) => {
    const env = { ...images, TUN: '/dev/null', VPN_SERVICE_PROVIDER: provider };
    const { code, stderr } = await netcompose(rig, ['-f', example, '-f', 'commands.yaml', ...args], { cwd, env });
    assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
  };
  const idOf = async (name: string) => (await rig.docker('inspect', '--format', '{{.Id}}', name)).stdout;
  const answers = async (when: string) => {
    for (const [port, name] of [
      [8080, 'torrents'],
      [9696, 'indexer'],
      [8989, 'library'],
    ] as const)
      assert.is(await fetchText(`http://127.0.0.1:${port}/`), name, `${name} ${when}`);
    for (const [from, url, name] of [
      ['library', 'http://indexer:9696/', 'indexer'],
      ['indexer', 'http://localhost:8080/', 'torrents'],
    ] as const) {
      const { stdout, stderr } = await rig.docker('exec', `vpn-${from}-1`, 'wget', '-q', '-O', '-', url);
      assert.is(stdout, name, `${url} from ${from} ${when}: ${stderr}`);
    }
  };
  try {
    await run('one', 'up', '-d');
    await answers('after up');
    const [vpn, guest, beside] = [
      await idOf('vpn-gluetun-1'),
      await idOf('vpn-torrents-1'),
      await idOf('vpn-library-1'),
    ];
    await run('two', 'up', '-d');
    assert.is.not(await idOf('vpn-gluetun-1'), vpn, 'the VPN is made anew');
    assert.is.not(await idOf('vpn-torrents-1'), guest, 'its guest with it');
    assert.is(await idOf('vpn-library-1'), beside, 'the service beside it is left alone');
    await answers('after the VPN was made anew');
  } finally {
    await run('two', 'down');
  }
  assert.equal(await snapshot(rig), before);
});

test.run();
