/** The rig itself: a real engine starts, carries traffic, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import type { EngineName } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { type Rig, startRig } from './rig/rig.ts';

const httpd = ['httpd', '-f', '-h', '/www'];

async function interfaces(): Promise<readonly string[]> {
  const { stdout } = await execa('ip', ['-o', 'link']);
  return stdout.split('\n').map((line) => line.split(': ')[1]!);
}

async function rules(): Promise<string> {
  const { stdout } = await execa('iptables-save', ['--table', 'nat']);
  return stdout;
}

/** What each engine is. The newest is what Debian has by now. */
const versions: Readonly<Record<EngineName, { readonly engine: RegExp; readonly compose: RegExp }>> = {
  '20': { engine: /^20\.10\./, compose: /^2\.26\./ },
  '26': { engine: /^26\.1\./, compose: /^2\.26\./ },
  '28': { engine: /^(2[89]|[3-9]\d)\./, compose: /^(2\.[4-9]\d|[3-9]|\d\d)\./ },
};

const test = suite<{ rig: Rig; lan: Lan }>('rig');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'rig' });
    context.rig = await startRig();
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

test('is the version asked for, with Compose', async ({ rig }) => {
  const { stdout } = await rig.docker('version', '--format', '{{.Server.Version}}');
  assert.match(stdout, versions[rig.engine].engine);
  assert.match((await rig.docker('compose', 'version', '--short')).stdout, versions[rig.engine].compose);
});

test('runs a container', async ({ rig }) => {
  const output = await rig.docker('run', '--rm', testImage, 'cat', '/www/index.html');
  assert.equal(output, { code: 0, stdout: 'hello', stderr: '' });
});

test('publishes a port', async ({ rig }) => {
  assert.is((await rig.docker('run', '--detach', '--publish', '18080:80', testImage, ...httpd)).code, 0);
  assert.is(await fetchText('http://127.0.0.1:18080/'), 'hello');
});

test('puts a container on the LAN', async ({ rig, lan }) => {
  const create = [
    'network',
    'create',
    '--driver',
    'macvlan',
    '--opt',
    `parent=${lan.parent}`,
    '--subnet',
    lan.subnet,
    '--gateway',
    lan.gateway,
    'lan',
  ];
  assert.is((await rig.docker(...create)).code, 0);
  assert.is(
    (await rig.docker('run', '--detach', '--network', 'lan', '--ip', '192.168.213.50', testImage, ...httpd)).code,
    0,
  );
  assert.is(await fetchText('http://192.168.213.50/', { from: lan }), 'hello');
});

test("runs a container in the host's namespace", async ({ rig }) => {
  assert.is(
    (await rig.docker('run', '--detach', '--network', 'host', testImage, 'httpd', '-f', '-p', '18081', '-h', '/www'))
      .code,
    0,
  );
  assert.is(await fetchText('http://127.0.0.1:18081/'), 'hello');
});

test('carries traffic between containers, by name', async ({ rig }) => {
  assert.is((await rig.docker('network', 'create', 'peers')).code, 0);
  assert.is(
    (await rig.docker('run', '--detach', '--network', 'peers', '--name', 'server', testImage, ...httpd)).code,
    0,
  );
  const output = await rig.docker(
    'run',
    '--rm',
    '--network',
    'peers',
    testImage,
    'sh',
    '-c',
    'for i in 1 2 3 4 5; do timeout 2 wget -q -O - http://server/ && break; sleep 1; done',
  );
  assert.is(output.stdout, 'hello');
});

test('leaves nothing behind', async ({ rig, lan }) => {
  await rig.stop();
  assert.is(existsSync(rig.directory), false);
  assert.not.match(await rules(), /DOCKER|10\.21[34]\./);
  await lan.remove();
  assert.equal(await interfaces(), ['lo']);
  assert.is((await execa('ip', ['netns', 'list'])).stdout, '');
});

test.run();
