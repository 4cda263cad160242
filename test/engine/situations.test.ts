/**
 * What `docs/troubleshooting.md` says, tried as somebody would who has the trouble: a project comes up with Docker's
 * Compose and does not work, the rules that the page names are what `check` prints, and once the page's advice is in
 * the file it works.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
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

const page = fileURLToPath(new URL('../../docs/troubleshooting.md', import.meta.url));

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

/** Asks a web server once: its answer, or nothing. */
type Ask = (url: string, from?: 'host' | 'lan' | { readonly service: string }) => Promise<string>;

interface Situation {
  /** What the page's row says is seen. */
  readonly seen: string;
  /** What `check` prints of the file as it was, where the page names a rule for that. */
  readonly rule?: string;
  /** The services, and after the advice was followed. */
  readonly services: readonly [before: string, after: string];
  /** What answers after it only; what is answered is "hello". */
  readonly asked: Parameters<Ask>;
}

const server = (name: string, port: number, more: string) =>
  `  ${name}:\n    image: ${testImage}\n    command: ["httpd", "-f", "-p", "${port}", "-h", "/www"]\n` +
  `    stop_signal: SIGKILL\n${more && `    ${more.replaceAll('\n', '\n    ')}\n`}`;
const idle = (name: string, more: string) => server(name, 80, more);

const situations: readonly Situation[] = [
  {
    seen: '`dev eth0`',
    services: [
      server('camera', 80, 'networks: { lan: { ipv4_address: 192.168.213.50 } }'),
      server('camera', 80, 'networks: { lan: { ipv4_address: 192.168.213.50 } }'),
    ],
    asked: ['http://192.168.213.50/'],
  },
  {
    seen: 'at a published port, from other subnets yes, from the LAN itself no',
    rule: 'service/ports-ignored',
    services: [
      server('both', 80, 'networks: { lan: { ipv4_address: 192.168.213.51 }, default: {} }\nports: ["18080:80"]'),
      server('both', 80, 'ports: ["18080:80"]'),
    ],
    asked: ['http://192.168.213.10:18080/', 'lan'],
  },
  {
    seen: 'no IPv6, though the network has an IPv6 subnet',
    rule: 'subnet/family-not-enabled',
    services: [server('six', 80, 'networks: [six]'), server('six', 80, 'networks: [six]')],
    asked: ['http://[fd99::2]/'],
  },
  {
    seen: 'after an update of the VPN the others no longer answer',
    services: [
      idle('vpn', 'ports: ["18001:8001"]') + server('guest', 8001, 'network_mode: service:vpn'),
      idle('vpn', '') + server('guest', 8001, 'ports: ["18001:8001"]\nx-netmode: service:vpn'),
    ],
    asked: ['http://127.0.0.1:18001/'],
  },
  {
    seen: 'the service is in host mode, and `8080:80` is written',
    rule: 'service/port-remap-lost',
    services: [
      server('mapped', 80, 'network_mode: host\nports: ["18081:80"]'),
      server('mapped', 18081, 'network_mode: host'),
    ],
    asked: ['http://127.0.0.1:18081/'],
  },
  {
    seen: 'from a service in host mode',
    rule: 'service/name-not-resolvable',
    services: [
      server('web', 18082, 'ports: ["18083:18082"]') + server('agent', 18084, 'network_mode: host\ndepends_on: [web]'),
      server('web', 18082, 'ports: ["18082:18082"]') + server('agent', 18084, 'x-netmode: host\ndepends_on: [web]'),
    ],
    asked: ['http://web:18082/', { service: 'agent' }],
  },
  {
    seen: 'from a bridge, of a service in host mode',
    rule: 'service/name-not-resolvable',
    services: [idle('caller', 'depends_on: [agent]'), idle('caller', 'x-netmode: bridge\ndepends_on: [agent]')],
    asked: ['http://agent:18084/', { service: 'caller' }],
  },
  {
    seen: 'between services on different networks',
    services: [idle('apart', 'networks: [apart]'), idle('apart', 'networks: [apart, default]')],
    asked: ['http://web:18082/', { service: 'apart' }],
  },
];

const networks = ({ lan, six }: { readonly lan: string; readonly six: string }) => `networks:
  apart:
  six: { ${six}ipam: { config: [{ subnet: 10.99.0.0/24 }, { subnet: "fd99::/64" }] } }
  lan:
    driver: macvlan
    driver_opts: { parent: ncp-trouble${lan}
    ipam: { config: [{ subnet: 192.168.213.0/24, gateway: 192.168.213.1, ip_range: 192.168.213.192/27 }] }
`;

const files = [0, 1].map(
  (which) =>
    `services:\n${situations.map(({ services }) => services[which]).join('')}` +
    networks(
      which === 0
        ? { lan: ', macvlan-mode: bridge }', six: '' }
        : { lan: ' }\n    x-netmode: { host_access: shim }', six: 'enable_ipv6: true, ' },
    ),
) as [before: string, after: string];

/** Two in host mode, which open one port. */
const twice = (netmode: string) =>
  `services:\n${['first', 'second'].map((name) => server(name, 18085, netmode)).join('')}`;

const test = suite<Context>('situations');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'trouble', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

async function project({ rig }: Context, name: string) {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  const env = { ...rig.env };
  return {
    write: (text: string) => writeFile(join(cwd, 'compose.yaml'), text),
    compose: (...args: readonly string[]) => patiently('docker', ['compose', ...args], { cwd, env }),
    run: (...args: readonly string[]) => netcompose(rig, args, { cwd }),
  };
}

const asker =
  ({ rig, lan }: Context, once: boolean): Ask =>
  async (url, from = 'host') => {
    if (typeof from === 'string')
      // Docker's proxy takes a connection that leads nowhere, and ends it.
      return (await fetchText(url, { once, ...(from === 'lan' && { from: lan }) })) || 'nothing';
    const fetch = `for i in 1 ${once ? '' : '2 3 4 5'}; do timeout 3 wget -q -O - ${url} && break; done`;
    return (await rig.docker('exec', `trouble-${from.service}-1`, 'sh', '-c', fetch)).stdout || 'nothing';
  };

/** What each situation's question is answered. */
const askAll = (ask: Ask) => Promise.all(situations.map(async ({ seen, asked }) => [seen, await ask(...asked)]));
const everywhere = (answer: string) => situations.map(({ seen }) => [seen, answer]);

test('the page has these situations, and names these rules for them', async () => {
  const rows = (await readFile(page, 'utf8')).split('\n');
  for (const { seen, rule = '' } of situations)
    assert.ok(
      rows.some((row) => row.startsWith(`| ${seen} |`) && row.includes(rule)),
      seen,
    );
});

test('nothing answers before; check names the rules; with the advice all of it answers', async (context) => {
  const { rig, before } = context;
  const { write, compose, run } = await project(context, 'trouble');
  const succeeds = async (...args: readonly string[]) => {
    const { code, stderr } = await run(...args);
    assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
  };
  /** As an update does. */
  const update = ['up', '-d', '--force-recreate', 'vpn'] as const;
  await write(files[0]);
  try {
    for (const args of [['up', '-d'], update]) {
      const { code, stderr } = await compose(...args);
      assert.is(code, 0, stderr);
    }
    assert.equal(await askAll(asker(context, true)), everywhere('nothing'));
    const checked = await run('check');
    for (const { rule } of situations) if (rule) assert.match(checked.stdout, `[${rule}]`);
    assert.match(checked.stdout, 'error[driver-option/unknown]', '"a driver option has no effect"');

    // Compose 2.40 changes no network that a service has just left: "has active endpoints".
    await succeeds('down');
    await write(files[1]);
    await succeeds('up', '-d');
    assert.equal(await askAll(asker(context, false)), everywhere('hello'), 'after the advice');
    await succeeds(...update);
    await patiently('ip', ['link', 'delete', 'nc-ncp-trouble']);
    await succeeds('up', '-d');
    assert.equal(await askAll(asker(context, false)), everywhere('hello'), 'after an update, and without its shim');
  } finally {
    await succeeds('down');
  }
  assert.equal(await snapshot(rig), before);
});

test('"up -d" said "Started", and the service is gone: "listen" finds out who has the port', async (context) => {
  const { write, compose, run } = await project(context, 'gone');
  await write(twice('network_mode: host'));
  assert.is((await compose('up', '-d')).code, 0);
  const isRunning = async () =>
    (await context.rig.docker('ps', '--format', '{{.Names}}')).stdout.split('\n').filter((name) => /^gone-/.test(name));
  for (let attempt = 0; (await isRunning()).length > 1 && attempt < 50; attempt++);
  assert.is((await isRunning()).length, 1);
  await write(twice('x-netmode: { mode: host, listen: [18085] }'));
  const { code, stdout } = await run('check');
  assert.is(code, 1);
  assert.match(stdout, 'error[ports/host-clash]');
  assert.is((await compose('down')).code, 0);
});

test.run();
