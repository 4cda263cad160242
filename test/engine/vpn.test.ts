/**
 * `examples/vpn` for real, with the tests' image, on a bridge and on the LAN, and a second VPN beside it: the
 * applications answer where its comments say.
 */
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
/** And a second VPN, one of whose applications has a port that one of the first has, too. */
const commands =
  `services:\n  gluetun: { command: ["sleep", "3600"], stop_signal: SIGKILL }\n` +
  serve('torrents', 8080) +
  serve('indexer', 9696) +
  serve('library', 8989) +
  `  spare:\n    image: ${testImage}\n    command: ["sleep", "3600"]\n    stop_signal: SIGKILL\n` +
  `    x-netmode: \${LAN_MODE:-bridge}\n` +
  `${serve('radio', 8080)}    image: ${testImage}\n    ports: ["8081:8080"]\n    x-netmode: service:spare\n`;

const images = Object.fromEntries(
  ['VPN', 'TORRENTS', 'INDEXER', 'LIBRARY'].map((name) => [`${name}_IMAGE`, testImage]),
);

/** Where each application answers, from the host and the LAN; of a VPN on the LAN at its address. */
const placed: Readonly<Record<string, readonly (readonly [name: string, vpn: string | undefined, port: number])[]>> = {
  bridge: [
    ['torrents', undefined, 8080],
    ['indexer', undefined, 9696],
    ['library', undefined, 8989],
    ['radio', undefined, 8081],
  ],
  macvlan: [
    ['torrents', 'gluetun', 8080],
    ['indexer', 'gluetun', 9696],
    ['library', undefined, 8989],
    ['radio', 'spare', 8080],
  ],
};

for (const [mode, places] of Object.entries(placed)) {
  test(`the example on ${mode}, whose VPN is then updated and made anew`, async ({ rig, lan, before }) => {
    const cwd = join(rig.directory, mode);
    await mkdir(cwd);
    await writeFile(join(cwd, 'commands.yaml'), commands);
    const run = async (provider: string, ...args: readonly string[]) => {
      const env = { ...images, TUN: '/dev/null', VPN_SERVICE_PROVIDER: provider, LAN_MODE: mode };
      const { code, stderr } = await netcompose(rig, ['-f', example, '-f', 'commands.yaml', ...args], { cwd, env });
      assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
    };
    const inspect = async (name: string, format: string) =>
      (await rig.docker('inspect', '--format', format, `vpn-${name}-1`)).stdout;
    const idOf = (name: string) => inspect(name, '{{.Id}}');
    const answers = async (when: string, fromLan: boolean) => {
      for (const [name, vpn, port] of places) {
        const lanAddress =
          vpn && (await inspect(vpn, '{{(index .NetworkSettings.Networks "netcompose-ncp-vpn").IPAddress}}'));
        const here = `http://${lanAddress ?? '127.0.0.1'}:${port}/`;
        assert.is(await fetchText(here), name, `${name} from the host ${when}`);
        if (!fromLan) continue;
        const there = `http://${lanAddress ?? '192.168.213.10'}:${port}/`;
        assert.is(await fetchText(there, { from: lan }), name, `${name} from the LAN ${when}`);
      }
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
      await answers('after up', false);
      const [vpn, guest] = [await idOf('gluetun'), await idOf('torrents')];
      const others = ['library', 'spare', 'radio'];
      const beside = await Promise.all(others.map(idOf));
      await run('two', 'up', '-d');
      assert.is.not(await idOf('gluetun'), vpn, 'the VPN is made anew');
      assert.is.not(await idOf('torrents'), guest, 'its guest with it');
      assert.equal(await Promise.all(others.map(idOf)), beside, 'the other VPN and the service beside are left alone');
      await answers('after the VPN was made anew', true);
    } finally {
      await run('two', 'down');
    }
    assert.equal(await snapshot(rig), before);
  });
}

test.run();
