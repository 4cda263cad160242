/** The first light: the home lab comes up on a real engine, everything is reached as promised, and nothing stays. */
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

const cwd = fileURLToPath(new URL('../../examples/home-lab', import.meta.url));
const dns = '192.168.213.53';

interface Context {
  rig: Rig;
  lan: Lan;
  env: Record<string, string>;
  before: Snapshot;
}

const test = suite<Context>('home lab');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'home', defaultRoute: true });
    context.rig = await startRig();
    const { parent, subnet, gateway } = context.lan;
    context.env = {
      IMAGE: testImage,
      DNS_IMAGE: testImage,
      PARENT: parent,
      LAN_SUBNET: subnet,
      LAN_GATEWAY: gateway,
      LAN_RANGE: '192.168.213.192/27',
      DNS_ADDRESS: dns,
    };
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const lookUp = ['nslookup', 'printer.home', dns];

test('check finds nothing wrong', async ({ rig, env }) => {
  assert.equal(await netcompose(rig, ['check'], { cwd, env }), { code: 0, stdout: '', stderr: '' });
});

test('up --dry-run prints the commands and does nothing', async ({ rig, env, before, lan }) => {
  const { code, stdout, stderr } = await netcompose(rig, ['up', '-d', '--dry-run'], { cwd, env });
  assert.is(code, 0, stderr);
  assert.match(stdout, `docker network create --driver macvlan --subnet 192.168.213.0/24`);
  assert.match(
    stdout,
    new RegExp(
      `ip link add link ${lan.parent} name nc-${lan.parent} address 02:[0-9a-f:]+ group 28259 type macvlan mode bridge`,
    ),
  );
  assert.equal(await snapshot(rig), before);
});

test('up -d brings all four up', async ({ rig, env }) => {
  const { code, stdout, stderr } = await netcompose(rig, ['up', '-d'], { cwd, env });
  assert.is(code, 0, stderr);
  assert.is(stdout, '');
  assert.match(stderr, /dns\s+macvlan\s+192\.168\.213\.53:53\/udp\s+192\.168\.213\.53:53\/udp\n/);
  assert.match(stderr, /app\s+bridge\s+localhost:8080\s+192\.168\.213\.10:8080\n/);
  const running = await rig.docker('ps', '--format', '{{.Names}} {{.State}}');
  assert.equal(
    running.stdout.split('\n').sort(),
    ['app', 'dns', 'metrics', 'worker'].map((name) => `home-lab-${name}-1 running`),
  );
});

test("the host reaches the macvlan container through a shim without an address of the LAN's", async ({
  rig,
  lan,
  before,
}) => {
  const answer = await execute(['busybox', ...lookUp]);
  assert.match(answer.stdout, '192.168.1.9', answer.stderr);
  const after = await snapshot(rig);
  const shim = `nc-${lan.parent}`;
  assert.ok(
    after.links.some((name) => name.startsWith(`${shim}@`)),
    after.links.join(' '),
  );
  assert.equal(
    after.addresses.filter((line) => line.startsWith(`${shim} `)).map((line) => line.replace(/\s+/g, ' ')),
    [`${shim} inet 169.254.255.28/32 scope link ${shim}`],
  );
  assert.equal(
    after.routes
      .filter((line) => line.includes(` dev ${shim} `) && !line.includes(' table local '))
      .map((line) => line.trim()),
    [`192.168.213.192/27 dev ${shim}`, `${dns} dev ${shim}`],
  );
  assert.equal(
    before.routes.filter((line) => !after.routes.includes(line)),
    [],
  );
});

test('the container reaches the host on its own address', async ({ rig, lan }) => {
  // The metrics exporter is in the host's namespace: it is what the container asks.
  const answer = await rig.docker(
    'exec',
    'home-lab-dns-1',
    'wget',
    '-q',
    '-O',
    '-',
    `http://${lan.hostAddress}:9100/hostname`,
  );
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /\w/);
});

test('the LAN reaches the macvlan container, the published port and the host', async ({ lan }) => {
  const answer = await lan.exec(['busybox', ...lookUp]);
  assert.match(answer.stdout, '192.168.1.9', answer.stderr);
  assert.ok(await fetchText(`http://${lan.hostAddress}:8080/hostname`, { from: lan }));
  assert.ok(await fetchText(`http://${lan.hostAddress}:9100/hostname`, { from: lan }));
});

test('the LAN sees one MAC address for the host', async ({ lan }) => {
  const { stdout } = await lan.exec(['ip', 'neigh', 'show', lan.hostAddress]);
  const { stdout: link } = await execute(['ip', '-o', 'link', 'show', lan.parent]);
  const mac = /link\/ether (\S+)/.exec(link)![1]!;
  assert.match(stdout, `lladdr ${mac} `);
});

test('the app answers on its published port', async () => {
  assert.ok(await fetchText('http://127.0.0.1:8080/hostname'));
});

test('the worker has no network', async ({ rig }) => {
  const { stdout } = await rig.docker('exec', 'home-lab-worker-1', 'ip', '-o', 'link');
  assert.equal(
    stdout.split('\n').map((line) => line.split(':')[1]),
    [' lo'],
  );
});

test('a second up changes nothing and is silent about conflicts', async ({ rig, env }) => {
  const before = await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}');
  const { code, stderr } = await netcompose(rig, ['up', '-d'], { cwd, env });
  assert.is(code, 0, stderr);
  assert.not.match(stderr, /warning|error|Recreate/i);
  assert.equal(await rig.docker('ps', '--no-trunc', '--format', '{{.ID}}'), before);
});

test('a restarted container is reached as before', async ({ rig, env }) => {
  assert.is((await netcompose(rig, ['restart', 'dns'], { cwd, env })).code, 0);
  assert.match((await execute(['busybox', ...lookUp])).stdout, '192.168.1.9');
});

test('down leaves nothing behind', async ({ rig, env, before }) => {
  const { code, stderr } = await netcompose(rig, ['down'], { cwd, env });
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(rig), before);
});

test.run();

async function execute(argv: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const [command, ...args] = argv;
  // A name server that has just started may not answer the first question.
  for (let attempt = 0; ; attempt++) {
    const { code, stdout, stderr } = await patiently(command!, args);
    if (code === 0 || attempt === 10) return { stdout, stderr };
  }
}
