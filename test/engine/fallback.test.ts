/**
 * `examples/local-dev` on a laptop for real: there is no such parent, and two name servers that each publish 53 and
 * 8080 answer side by side.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

const example = fileURLToPath(new URL('../../examples/local-dev/compose.yaml', import.meta.url));

/** The `.env` of a server whose card has another name than any here. */
const env = {
  ...{ DNS_IMAGE: testImage, APP_IMAGE: testImage },
  ...{ LAN_PARENT: 'srv0', LAN_SUBNET: '192.168.213.0/24', LAN_GATEWAY: '192.168.213.1' },
  ...{ LAN_RANGE: '192.168.213.192/27', DNS_ADDRESS: '192.168.213.53', KIDS_ADDRESS: '192.168.213.54' },
};

/** What the images of the example would do, with the one image of the tests. */
const server = (answer: string) => `
    command:
      - sh
      - -c
      - >-
        mkdir /tmp/www; echo ${answer} > /tmp/www/index.html; httpd -p 8080 -h /tmp/www;
        exec dnsmasq --keep-in-foreground --user=root --no-resolv --address=/who.home/${answer}
    stop_signal: SIGKILL
`;
const commands = `services:
  dns:${server('10.0.0.1')}  kids:${server('10.0.0.2')}  app:
    command: ["httpd", "-f", "-p", "80", "-h", "/www"]
    stop_signal: SIGKILL
`;

const [dns, kids] = ['127.0.0.241', '127.0.0.43'] as const;

interface Context {
  rig: Rig;
  lan: Lan;
  cwd: string;
  before: Snapshot;
}

const test = suite<Context>('fallback');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'laptop', defaultRoute: true });
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'laptop');
    await mkdir(context.cwd, { recursive: true });
    await writeFile(join(context.cwd, 'commands.yaml'), commands);
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const run = ({ rig, cwd }: Context, ...args: readonly string[]) =>
  netcompose(rig, ['-f', example, '-f', 'commands.yaml', ...args], { cwd, env });

/** Asks a name server, which may not answer the first question when it has just started. */
async function lookUp(address: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const { code, stdout, stderr } = await patiently('busybox', ['nslookup', 'who.home', address]);
    if (code === 0 || attempt === 20) return stdout + stderr;
  }
}

test('plan says what is lost, and where they answer', async (context) => {
  const { code, stdout, stderr } = await run(context, 'plan');
  assert.is(code, 0, stderr);
  assert.match(stdout, 'Falling back, because there is no interface "srv0" on this host:\n');
  assert.match(stdout, '  dns: on a bridge instead of macvlan, with no address on the LAN (192.168.213.53), no MAC ');
  assert.match(stdout, new RegExp(`dns +bridge +default +${dns}:53, ${dns}:53/udp, ${dns}:8080 +-\n`));
  assert.match(stdout, new RegExp(`kids +bridge +default +${kids}:53, ${kids}:53/udp, ${kids}:8080 +-\n`));
  assert.match(stdout, /app +bridge +default +localhost:3000 +192\.168\.213\.10:3000\n/);
});

test('two that publish 53 and 8080 answer side by side, each at its address', async (context) => {
  const { code, stderr } = await run(context, 'up', '-d');
  assert.is(code, 0, stderr);
  for (const [address, answer] of [
    [dns, '10.0.0.1'],
    [kids, '10.0.0.2'],
  ] as const) {
    assert.is(await fetchText(`http://${address}:8080/`), answer);
    assert.match(await lookUp(address), answer);
  }
  assert.is(await fetchText('http://127.0.0.1:3000/'), 'hello');
  // Nobody else on this host, nor on the LAN, has these ports.
  assert.is(await fetchText('http://127.0.0.1:8080/', { once: true }), undefined);
  assert.is(await fetchText(`http://${context.lan.hostAddress}:8080/`, { from: context.lan, once: true }), undefined);
});

test('a second up changes nothing, and the addresses stay', async (context) => {
  const { rig } = context;
  const ids = await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}');
  const { code, stderr } = await run(context, 'up', '-d');
  assert.is(code, 0, stderr);
  assert.not.match(stderr, /Recreate|error|warning/i);
  assert.equal(await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}'), ids);
  assert.is(await fetchText(`http://${kids}:8080/`), '10.0.0.2');
});

test('down leaves nothing behind', async (context) => {
  const { code, stderr } = await run(context, 'down');
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(context.rig), context.before);
});

test('where another container has the address and port already, the next one is taken', async (context) => {
  const { rig } = context;
  const argv = ['run', '-d', '--name', 'other', '-p', `${dns}:8080:80`, testImage, 'httpd', '-f', '-h', '/www'];
  const other = await rig.docker(...argv);
  assert.is(other.code, 0, other.stderr);
  const { code, stderr } = await run(context, 'up', '-d');
  assert.is(code, 0, stderr);
  assert.is(await fetchText(`http://${dns}:8080/`), 'hello');
  assert.is(await fetchText('http://127.0.0.242:8080/'), '10.0.0.1');
  assert.is(await fetchText(`http://${kids}:8080/`), '10.0.0.2');
  assert.is((await run(context, 'down')).code, 0);
  await rig.docker('rm', '-f', 'other');
});

test.run();
