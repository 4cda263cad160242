/** A macvlan network made by hand: joined, reached through a shim, and left as it was. */
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
}

const test = suite<Context>('a network made by hand');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'byhand', defaultRoute: true });
    context.rig = await startRig();
    const { rig, lan } = context;
    const pool = ['--subnet', lan.subnet, '--gateway', lan.gateway];
    await rig.docker('network', 'create', '-d', 'macvlan', '-o', `parent=${lan.parent}`, ...pool, 'by-hand');
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const file = (service: string, network: string) => `
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { network: front, ipv4_address: 192.168.213.80, listen: [80]${service} }
networks:
  front: { name: by-hand, external: true${network} }
`;

for (const [where, text] of [
  ['service', file(', host_access: shim', '')],
  ['network', file('', ', x-netmode: { host_access: shim }')],
] as const) {
  test(`the shim is asked for at the ${where}`, async ({ rig, lan }) => {
    const cwd = join(rig.directory, where);
    await mkdir(cwd);
    await writeFile(join(cwd, 'compose.yaml'), text);
    const call = (...args: readonly string[]) => netcompose(rig, args, { cwd });
    const before = await snapshot(rig);
    const up = await call('up', '-d');
    assert.is(up.code, 0, up.stderr);
    assert.is(await fetchText('http://192.168.213.80/'), 'hello', 'from the host');
    assert.is(await fetchText('http://192.168.213.80/', { from: lan }), 'hello', 'from the LAN');
    const [now, again] = [await snapshot(rig), await call('up', '-d')];
    assert.is(again.code, 0, again.stderr);
    assert.not.match(again.stderr, 'Recreate');
    assert.equal(await snapshot(rig), now);
    const down = await call('down');
    assert.is(down.code, 0, down.stderr);
    // The network is here as before, and the shim is not.
    assert.equal(await snapshot(rig), before);
  });
}

test.run();
