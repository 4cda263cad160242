/**
 * Names of interfaces that Docker may have given to another one: what is told before is what happens now and then, and
 * what is told to write makes each start succeed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { testImage } from './rig/image.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
}

const test = suite<Context>('names of interfaces');

test.before(saying(async (context) => void (context.rig = await startRig())));
test.after(async ({ rig }) => void (await rig?.stop()));

/** A service on both networks, with these names of its interfaces. */
async function project({ rig }: Context, name: string, front: string, back: string) {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  const of = (named: string) => (named === '' ? '{}' : `{ interface_name: ${named} }`);
  await writeFile(
    join(cwd, 'compose.yaml'),
    `services:\n  web:\n    image: ${testImage}\n    command: ["sleep", "3600"]\n    stop_signal: SIGKILL\n` +
      `    networks: { back: ${of(back)}, front: ${of(front)} }\n    x-netmode: bridge\n` +
      'networks: { back: {}, front: {} }\n',
  );
  return {
    call: (...args: readonly string[]) => netcompose(rig, args, { cwd }),
    /** Starts its container so many times, until that fails: what Docker says then. */
    async starts(times: number): Promise<string> {
      for (let time = 0; time < times; time += 1) {
        await rig.docker('stop', `${name}-web-1`);
        const { code, stderr } = await rig.docker('start', `${name}-web-1`);
        if (code !== 0) return stderr;
      }
      return '';
    },
  };
}

test('a number of its own: a start fails now and then, as is told', async (context) => {
  const { call, starts } = await project(context, 'taken', 'eth0', '');
  const check = await call('check');
  assert.is(check.code, 0, check.stderr);
  assert.match(check.stdout, /warning\[service\/interface-name-taken\]: "web": "eth0" on "front" is also .* on "back"/);
  await call('create');
  // One in ten fails, or more; that all of so many succeed does not happen.
  assert.match(await starts(150), /error renaming interface "\w+" to "eth0": file exists/);
  assert.is((await call('down')).code, 0);
});

for (const [name, front, back] of [
  ['otherwise', 'lan0', ''],
  ['both', 'eth0', 'eth1'],
  ['above', 'eth1', ''],
] as const) {
  test(`as the help says, and where Docker does not get to it (${name}): every start succeeds`, async (context) => {
    const { call, starts } = await project(context, name, front, back);
    const up = await call('up', '-d');
    assert.is(up.code, 0, up.stderr);
    assert.not.match(up.stderr, 'service/interface-name-taken');
    assert.is(await starts(8), '');
    assert.is((await call('down')).code, 0);
  });
}

test('one name twice: refused before anything is there', async (context) => {
  const { call } = await project(context, 'twice', 'lan0', 'lan0');
  const before = await snapshot(context.rig);
  const up = await call('up', '-d');
  assert.is(up.code, 1, up.stderr);
  assert.match(up.stderr, /error\[service\/interface-name-taken\]: "web": no second interface can be called "lan0"/);
  assert.equal(await snapshot(context.rig), before);
});

test.run();
