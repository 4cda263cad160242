/** A macvlan network made by hand, or by another project: joined, reached through a shim, and left as it was. */
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
import { snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  /** Where another project has its network, with a container that runs meanwhile. */
  others: Lan;
}

const test = suite<Context>('networks of others');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'byhand', defaultRoute: true });
    context.rig = await startRig();
    context.others = await makeLan({ name: 'others', third: 215 });
    const { rig, lan, others } = context;
    const theirs = join(rig.directory, 'theirs');
    await mkdir(theirs);
    await writeFile(join(theirs, 'compose.yaml'), theirFile(others));
    const up = await rig.docker('compose', '--project-directory', theirs, 'up', '-d');
    assert.is(up.code, 0, up.stderr);
    const pool = ['--subnet', lan.subnet, '--gateway', lan.gateway];
    await rig.docker('network', 'create', '-d', 'macvlan', '-o', `parent=${lan.parent}`, ...pool, 'by-hand');
  }),
);
test.after(async ({ rig, lan, others }) => {
  await rig?.stop();
  await lan?.remove();
  await others?.remove();
});

/** Theirs is Compose's alone. */
const theirFile = ({ parent, subnet, gateway }: Lan) => `
services:
  nas:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    networks: { lan: { ipv4_address: 192.168.215.90 } }
networks:
  lan:
    driver: macvlan
    driver_opts: { parent: ${parent} }
    ipam: { config: [{ subnet: ${subnet}, gateway: ${gateway} }] }
`;

const file = (service: string, network: string, name = 'by-hand', address = '192.168.213.80') => `
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { network: front, ipv4_address: ${address}, listen: [80]${service} }
networks:
  front: { name: ${name}, external: true${network} }
`;

const atNetwork = ', x-netmode: { host_access: shim }';
for (const [where, on, address, text] of [
  ['service', 'lan', '192.168.213.80', file(', host_access: shim', '')],
  ['network', 'lan', '192.168.213.80', file('', atNetwork)],
  ['network-of-others', 'others', '192.168.215.80', file('', atNetwork, 'theirs_lan', '192.168.215.80')],
] as const) {
  test(`the shim is asked for at the ${where}`, async (context) => {
    const { rig } = context;
    const lan = context[on];
    const cwd = join(rig.directory, where);
    await mkdir(cwd);
    await writeFile(join(cwd, 'compose.yaml'), text);
    const call = (...args: readonly string[]) => netcompose(rig, args, { cwd });
    const before = await snapshot(rig);
    const up = await call('up', '-d');
    assert.is(up.code, 0, up.stderr);
    assert.is(await fetchText(`http://${address}/`), 'hello', 'from the host');
    assert.is(await fetchText(`http://${address}/`, { from: lan }), 'hello', 'from the LAN');
    // Theirs, too, which is behind the same shim.
    if (on === 'others') assert.is(await fetchText('http://192.168.215.90/'), 'hello', 'theirs from the host');
    const [now, again] = [await snapshot(rig), await call('up', '-d')];
    assert.is(again.code, 0, again.stderr);
    assert.not.match(again.stderr, 'Recreate');
    assert.equal(await snapshot(rig), now);
    const down = await call('down');
    assert.is(down.code, 0, down.stderr);
    if (on === 'others') {
      // Its own containers are behind it still: it goes when somebody says so.
      assert.is(await fetchText('http://192.168.215.90/'), 'hello', 'theirs, after down');
      assert.is((await call('shim', 'down', 'theirs_lan')).code, 0);
    }
    // The network is here as before, and the shim is not.
    assert.equal(await snapshot(rig), before);
  });
}

test.run();
