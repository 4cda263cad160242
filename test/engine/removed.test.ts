/** Files that no longer say `x-netmode`: what they had made goes all the same. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
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

const test = suite<Context>('x-netmode taken out');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'removed', third: 215, defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const service = (name: string, netmode: string) =>
  `  ${name}:\n    image: ${testImage}\n    command: ["sleep", "infinity"]\n    stop_signal: SIGKILL\n` +
  (netmode && `    x-netmode: ${netmode}\n`);
const range = 'ip_range: 192.168.215.192/27';

for (const scope of ['host', 'project'])
  for (const steps of [['down'], ['up -d', 'down']])
    test(`scope ${scope}: ${steps.join(', ')}`, async ({ rig, before }) => {
      const cwd = join(rig.directory, 'removed');
      await mkdir(cwd, { recursive: true });
      const run = async (words: string) => {
        const { code, stderr } = await netcompose(rig, words.split(' '), { cwd });
        assert.is(code, 0, `${words}: ${stderr}`);
      };
      const write = (web: string, beside: string) =>
        writeFile(join(cwd, 'compose.yaml'), `services:\n${service('web', web)}${service('beside', beside)}`);
      await write(`{ mode: macvlan, scope: ${scope}, ${range} }`, 'host');
      await run('up -d');
      await write('', '');
      for (const step of steps) await run(step);
      assert.equal(await snapshot(rig), before);
    });

test('another netmode in its place: up takes the network away', async ({ rig, before }) => {
  const cwd = join(rig.directory, 'changed');
  await mkdir(cwd, { recursive: true });
  const up = async (netmode: string) => {
    await writeFile(join(cwd, 'compose.yaml'), `services:\n${service('web', netmode)}`);
    const { code, stderr } = await netcompose(rig, ['up', '-d'], { cwd });
    assert.is(code, 0, stderr);
    return (await rig.docker('network', 'ls', '--format', '{{.Driver}}')).stdout.split('\n');
  };
  assert.ok((await up(`{ mode: macvlan, scope: project, ${range} }`)).includes('macvlan'));
  assert.not.ok((await up('host')).includes('macvlan'));
  assert.is((await netcompose(rig, ['down'], { cwd })).code, 0);
  assert.equal(await snapshot(rig), before);
});

test('another range: told before, and with new containers nothing is lost', async ({ rig, before }) => {
  const cwd = join(rig.directory, 'another-range');
  await mkdir(cwd, { recursive: true });
  const up = async (range: string, ...words: readonly string[]) => {
    const netmode = `{ mode: macvlan, scope: project, ipv4_address: 192.168.215.20, ${range} }`;
    await writeFile(join(cwd, 'compose.yaml'), `name: another\nservices:\n${service('web', netmode)}`);
    return netcompose(rig, ['up', '-d', ...words], { cwd });
  };
  const format = '{{ range .NetworkSettings.Networks }}{{ .IPAddress }} {{ .MacAddress }} {{ .Aliases }}{{ end }}';
  const web = async () => (await rig.docker('inspect', '--format', format, 'another-web-1')).stdout;
  assert.is((await up(range)).code, 0);
  const first = await web();
  assert.match(first, /^192\.168\.215\.20 \S+ \[.*\bweb\b/);

  const refused = await up('ip_range: 192.168.215.224/27');
  assert.is(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, 'error[engine/network-made-anew]: Compose makes "another_macvlan_');
  assert.match(refused.stderr, 'help: netcompose up -d --force-recreate web');
  assert.is(await web(), first);

  const anew = await up('ip_range: 192.168.215.224/27', '--force-recreate', 'web');
  assert.is(anew.code, 0, anew.stderr);
  assert.is(await web(), first);
  assert.is((await netcompose(rig, ['down'], { cwd })).code, 0);
  assert.equal(await snapshot(rig), before);
});

const plainly = '{ ipam: { config: [{ subnet: 10.9.9.0/24, gateway: 10.9.9.1 }] }, labels: { a: "5" } }';
const within = (more: string) => plainly.replace('{ ipam', `{ ${more}, ipam`);
const changes: Readonly<Record<string, string>> = {
  'nothing, in other words': within('internal: false, attachable: false, x-a: b').replace('{ a: "5" }', '["a=5"]'),
  'no gateway': plainly.replace(', gateway: 10.9.9.1', ''),
  'a name for an address': plainly.replace('9.1 }', '9.1, aux_addresses: { a: 10.9.9.9 } }'),
  internal: within('internal: true'),
  'IPv6 off, as it is': within('enable_ipv6: false'),
  attachable: within('attachable: true'),
  'a driver, as it is': within('driver: bridge'),
  'another label': plainly.replace('"5"', '"<6>"'),
  'an option, as a float': within('driver_opts: { a: 1500000.0 }'),
};

test('another definition: told exactly where Compose makes the network anew', async ({ rig, before }) => {
  const cwd = join(rig.directory, 'definitions');
  await mkdir(cwd, { recursive: true });
  const write = (back: string) =>
    writeFile(
      join(cwd, 'compose.yaml'),
      `name: another\nservices:\n${service('web', 'bridge')}    networks: [back]\nnetworks:\n  back: ${back}\n`,
    );
  const compose = async (...words: readonly string[]) => {
    const { code, stderr } = await rig.docker('compose', '-f', join(cwd, 'compose.yaml'), ...words);
    assert.is(code, 0, stderr);
  };
  const id = async () => (await rig.docker('network', 'inspect', '--format', '{{.ID}}', 'another_back')).stdout;
  const [told, done]: [string[], string[]] = [[], []];
  for (const [name, changed] of Object.entries(changes)) {
    await write(plainly);
    await compose('up', '-d');
    const first = await id();
    await write(changed);
    const { code, stderr } = await netcompose(rig, ['up', '-d'], { cwd });
    if (code === 1 && stderr.includes('error[engine/network-made-anew]')) told.push(name);
    else assert.is(code, 0, `${name}: ${stderr}`);
    assert.is(await id(), first, name);
    await compose('up', '-d');
    if ((await id()) !== first) done.push(name);
    // What it was made of is what the hash on it says: nothing is left to tell.
    assert.is((await netcompose(rig, ['up', '-d'], { cwd })).code, 0, name);
    await compose('down');
  }
  assert.equal(told, done);
  assert.equal(done, Object.keys(changes).slice(1));
  assert.is((await netcompose(rig, ['down'], { cwd })).code, 0);
  assert.equal(await snapshot(rig), before);
});

test.run();
