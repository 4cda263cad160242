/** A plain `docker compose up` on a file of `render --provider`, whose service has netcompose make the shim. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  cwd: string;
}

const test = suite<Context>('a provider service');

const shim = 'nc-ncp-prov';

/** As its author writes it: Compose gets what "render --provider" makes of it. */
const file = `
name: provided
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { network: lan, ipv4_address: 192.168.213.201 }
networks:
  lan:
    x-netmode:
      mode: macvlan
      parent: ncp-prov
      subnet: 192.168.213.0/24
      gateway: 192.168.213.1
      ip_range: 192.168.213.224/27
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'prov', defaultRoute: true });
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'provided');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'annotated.yaml'), file);
    const args = ['-f', 'annotated.yaml', 'render', '--offline', '--provider'];
    const rendered = await netcompose(context.rig, args, { cwd: context.cwd });
    assert.is(rendered.code, 0, rendered.stderr);
    await writeFile(join(context.cwd, 'compose.yaml'), rendered.stdout);
    await symlink(program, join(context.rig.directory, 'config/cli-plugins/docker-netcompose'));
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const compose = ({ rig, cwd }: Context, ...args: readonly string[]) =>
  rig.docker('compose', '--project-directory', cwd, '-f', join(cwd, 'compose.yaml'), ...args);

test('docker compose up makes network and shim, and this host reaches the container', async (context) => {
  const { code, stderr } = await compose(context, 'up', '-d');
  assert.is(code, 0, stderr);
  assert.match(stderr, `${shim}: made`);
  assert.not.match(stderr, 'mended');
  assert.is(await fetchText('http://192.168.213.201/'), 'hello');
});

test('a second up does nothing', async (context) => {
  const made = await snapshot(context.rig);
  const { code, stderr } = await compose(context, 'up', '-d');
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(context.rig), made);
});

test('docker compose down takes it all away again', async (context) => {
  const { code, stderr } = await compose(context, 'down');
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(context.rig), context.before);
});

test.run();
