/** `reach` and `up --wait-reach` with real containers: what answers, what does not, and why not. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';

interface Context {
  rig: Rig;
  lan: Lan;
}

const test = suite<Context>('reach');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'reach', defaultRoute: true });
    context.rig = await startRig();
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const service = (name: string, listen: string, more: string) =>
  `  ${name}:\n    image: ${testImage}\n    command: ["httpd", "-f", "-p", "${listen}", "-h", "/www"]\n` +
  `    stop_signal: SIGKILL\n${more}`;

const lanMode = (address: string, listen: string) =>
  `    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, ipv4_address: ${address}, listen: ["${listen}"] }\n`;

const wanting = (...names: readonly string[]) => `    depends_on: [${names.join(', ')}]\n`;

const good =
  'services:\n' +
  service('web', '8080', `    ports: ["18280:8080"]\n${wanting('db', 'hosty')}`) +
  service('db', '5432', '    expose: ["5432"]\n') +
  service('hosty', '18281', '    x-netmode: { mode: host, listen: [18281] }\n') +
  service('lan', '80', `${lanMode('192.168.213.80', '80')}`) +
  `  dns:\n    image: ${testImage}\n    command: ["dnsmasq", "-k", "-u", "root", "-R", "-h"]\n` +
  `    stop_signal: SIGKILL\n${lanMode('192.168.213.81', '53/udp')}`;

const bad =
  'services:\n' +
  service('local', '127.0.0.1:8080', `${lanMode('192.168.213.82', '8080')}`) +
  service('published', '127.0.0.1:8080', '    ports: ["18282:8080"]\n') +
  service('elsewhere', '9999', `    ports: ["18283:8080"]\n${wanting('silent')}`) +
  service('silent', '9999', '    expose: ["8080"]\n') +
  `  done:\n    image: ${testImage}\n    command: ["sh", "-c", "exit 3"]\n    ports: ["18284:80"]\n`;

interface Row {
  readonly from: string | { readonly service: string };
  readonly to: string;
  readonly place: string;
  readonly answer: string;
  readonly reason?: string;
  readonly time_ms?: number;
}

const shown = ({ from, to, place, answer }: Row) =>
  `${typeof from === 'string' ? from : from.service} > ${to} ${place}: ${answer}`;

async function inProject(rig: Rig, name: string, text: string) {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), text);
  return (...args: readonly string[]) => netcompose(rig, args, { cwd });
}

const rowsOf = (stdout: string) => (JSON.parse(stdout) as { readonly answers: readonly Row[] }).answers;

test('all that is promised answers', async ({ rig }) => {
  const run = await inProject(rig, 'good', good);
  try {
    const up = await run('up', '--wait-reach');
    assert.is(up.code, 0, up.stderr + up.stdout);
    assert.match(up.stderr, /^this host +web +localhost:18280 +yes +[\d.]+ ms$/m);
    const { code, stdout, stderr } = await run('reach', '--format', 'json');
    assert.is(code, 0, stderr + stdout);
    const rows = rowsOf(stdout);
    for (const line of [
      'host > web localhost:18280: yes',
      'lan > web 192.168.213.10:18280: not asked',
      'host > hosty localhost:18281: yes',
      'host > lan 192.168.213.80:80: yes',
      'host > lan 192.168.213.80 (ping): yes',
      'host > dns 192.168.213.81:53/udp: yes',
      'lan > lan 192.168.213.80:80: not asked',
      'lan > gateway 192.168.213.1 (ping): yes',
    ])
      assert.ok(rows.map(shown).includes(line), `${line} is not in\n${rows.map(shown).join('\n')}`);
    const inside = rows.map(shown).filter((line) => line.startsWith('web > '));
    assert.is(inside.length, 2, inside.join('\n'));
    assert.ok(
      inside.some((line) => /^web > db 10\.\S+:5432: yes$/.test(line)),
      inside.join('\n'),
    );
    assert.ok(
      inside.some((line) => /^web > hosty 10\.\S+:18281: yes$/.test(line)),
      inside.join('\n'),
    );

    // The shim is taken away behind netcompose's back.
    const { stdout: plan } = await run('plan', '--format', 'json');
    const [shim] = (JSON.parse(plan) as { readonly shims: readonly { readonly name: string }[] }).shims;
    const { execa } = await import('execa');
    await execa('ip', ['link', 'delete', shim!.name]);
    const broken = await run('reach', 'lan');
    assert.is(broken.code, 1, broken.stdout);
    assert.match(broken.stdout, new RegExp(`the shim "${shim!.name}", .* is not there`));
  } finally {
    assert.is((await run('down')).code, 0);
  }
});

test('what does not answer is told with its reason', async ({ rig }) => {
  const run = await inProject(rig, 'bad', bad);
  try {
    const up = await run('up', '-d');
    assert.is(up.code, 0, up.stderr);
    const { code, stdout, stderr } = await run('reach', '--format', 'json');
    assert.is(code, 1, stderr + stdout);
    const reasons = rowsOf(stdout)
      .filter(({ answer }) => answer === 'no')
      .map((row) => `${shown(row)}: ${row.reason}`);
    for (const expected of [
      /^host > local 192\.168\.213\.82:8080: no: "bad-local-1" listens on 8080\/tcp at 127\.0\.0\.1 only/,
      /^host > published localhost:18282: no: "bad-published-1" listens on 8080\/tcp at 127\.0\.0\.1 only/,
      /^host > elsewhere localhost:18283: no: nothing listens on 8080\/tcp in "bad-elsewhere-1", .*9999\/tcp$/,
      /^elsewhere > silent \S+:8080: no: nothing listens on 8080\/tcp in "bad-silent-1", .*9999\/tcp$/,
      /^host > done localhost:18284: no: "bad-done-1" has ended with exit code 3$/,
    ])
      assert.ok(
        reasons.some((line) => expected.test(line)),
        `${expected} fits none of\n${reasons.join('\n')}`,
      );
    assert.is(reasons.length, 5, reasons.join('\n'));
  } finally {
    assert.is((await run('down')).code, 0);
  }
});

test('--wait-reach gives up after its time, with exit code 1', async ({ rig }) => {
  const run = await inProject(rig, 'given-up', `services:\n${service('web', '9999', '    ports: ["18285:8080"]\n')}`);
  try {
    const { code, stderr } = await run('up', '--wait-reach', '--wait-timeout', '2');
    assert.is(code, 1, stderr);
    assert.match(stderr, /nothing listens on 8080\/tcp in "given-up-web-1"/);
  } finally {
    assert.is((await run('down')).code, 0);
  }
});

/** Both are on a bridge and on the LAN, and netcompose has given the one that asks the LAN as its way out. */
test('a name leads where Docker looks it up: by the network by which the asking one leaves', async ({ rig }) => {
  const both = (address: string) =>
    '    networks: [back]\n' +
    `    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, ipv4_address: ${address}, listen: ["80"] }\n`;
  const text =
    'services:\n' +
    service('app', '80', `${both('192.168.213.83')}${wanting('db')}`) +
    service('db', '80', both('192.168.213.84')) +
    service('plain', '80', `    networks: [back, default]\n${wanting('db')}`) +
    'networks:\n  back:\n';
  const run = await inProject(rig, 'names', text);
  try {
    const up = await run('up', '-d');
    assert.is(up.code, 0, up.stderr);
    const { stdout } = await run('reach', '--format', 'json');
    for (const asking of ['app', 'plain']) {
      const found = await rig.docker('exec', `names-${asking}-1`, 'nslookup', 'db');
      const address = /Name:\s+db\nAddress[^:]*: (\S+)/.exec(found.stdout)?.[1];
      assert.ok(address, found.stdout);
      assert.is(asking === 'app', address === '192.168.213.84', address);
      const lines = rowsOf(stdout).map(shown);
      assert.ok(lines.includes(`${asking} > db ${address}:80: yes`), `${address} is not in\n${lines.join('\n')}`);
    }
  } finally {
    await run('down');
  }
});

test.run();
