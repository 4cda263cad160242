/** Services in the network namespace of another, for real: where they answer, by which names, after whose restart. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
}

const test = suite<Context>('guests');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'guests', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const server = (port: number) =>
  `    image: ${testImage}\n    command: ["httpd", "-f", "-p", "${port}", "-h", "/www"]\n    stop_signal: SIGKILL\n`;

/** An owner with a label, which makes it anew when it changes; two guests, one of another owner, and one outside. */
const project = (netmode: string, label: string) =>
  `services:\n  vpn:\n${server(8000)}    labels: { version: "${label}" }\n    x-netmode: ${netmode}\n` +
  `  one:\n${server(8081)}    ports: ["18181:8081"]\n    x-netmode: service:vpn\n` +
  `  two:\n${server(8082)}    ports: ["18182:8082"]\n    hostname: both\n    networks: [back]\n` +
  `    x-netmode: { mode: "service:vpn", listen: [8082] }\n` +
  `  vpn2:\n${server(8000)}\n` +
  `  three:\n${server(8081)}    ports: ["18183:8081"]\n    x-netmode: service:vpn2\n` +
  `  outside:\n${server(8090)}    networks: [default, back]\nnetworks:\n  back:\n`;

interface Case {
  readonly owner: string;
  readonly netmode: string;
  readonly fromHost: readonly string[];
  readonly fromLan: readonly string[];
}

const thirds = ['http://127.0.0.1:18183/'];

const cases: readonly Case[] = [
  {
    owner: 'a bridge',
    netmode: 'bridge',
    fromHost: ['http://127.0.0.1:18181/', 'http://127.0.0.1:18182/', ...thirds],
    fromLan: ['http://192.168.213.10:18181/', 'http://192.168.213.10:18182/'],
  },
  {
    owner: 'macvlan',
    netmode: '{ mode: macvlan, ip_range: 192.168.213.192/27, ipv4_address: 192.168.213.70 }',
    fromHost: ['http://192.168.213.70:8081/', 'http://192.168.213.70:8082/', ...thirds],
    fromLan: ['http://192.168.213.70:8081/', 'http://192.168.213.70:8082/'],
  },
];

for (const { owner, netmode, fromHost, fromLan } of cases) {
  test(`guests of an owner on ${owner}, that is restarted and made anew`, async ({ rig, lan, before }) => {
    const cwd = join(rig.directory, 'case');
    await mkdir(cwd, { recursive: true });
    const write = (label: string) => writeFile(join(cwd, 'compose.yaml'), project(netmode, label));
    const run = async (...args: readonly string[]) => {
      const { code, stderr } = await netcompose(rig, args, { cwd });
      assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
      return stderr;
    };
    const answers = async (when: string) => {
      for (const url of fromHost) assert.is(await fetchText(url), 'hello', `${url} from the host ${when}`);
      for (const url of fromLan) assert.is(await fetchText(url, { from: lan }), 'hello', `${url} from the LAN ${when}`);
      for (const [service, url] of [
        ['outside', 'http://two:8082/'],
        ['one', 'http://127.0.0.1:8082/'],
        ['two', 'http://outside:8090/'],
      ] as const) {
        const fetch = `for i in 1 2 3 4 5; do timeout 3 wget -q -O - ${url} && break; sleep 1; done`;
        const { stdout, stderr } = await rig.docker('exec', `case-${service}-1`, 'sh', '-c', fetch);
        assert.is(stdout, 'hello', `${url} from ${service} ${when}: ${stderr}`);
      }
    };
    const idOf = async (service: string) =>
      (await rig.docker('inspect', '--format', '{{.Id}}', `case-${service}-1`)).stdout;
    await write('1');
    try {
      await run('up', '-d');
      await answers('after up');
      const mode = await rig.docker('inspect', '--format', '{{.HostConfig.NetworkMode}}', 'case-two-1');
      assert.is(mode.stdout, `container:${await idOf('vpn')}`);
      assert.is((await rig.docker('exec', 'case-one-1', 'hostname')).stdout, 'both');
      const [first, guest] = [await idOf('vpn'), await idOf('three')];
      await run('up', '-d');
      assert.is(await idOf('vpn'), first, 'a second up does nothing');

      await run('restart', 'vpn');
      await answers('after a restart of the owner');

      await write('2');
      await run('up', '-d');
      assert.is.not(await idOf('vpn'), first, 'the owner is made anew');
      assert.is(await idOf('three'), guest, 'the guest of another is left alone');
      await answers('after the owner was made anew');
    } finally {
      await run('down');
    }
    assert.equal(await snapshot(rig), before);
  });
}

test.run();
