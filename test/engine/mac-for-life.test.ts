/** One MAC address for life, in the container and as the LAN sees it, whatever happens to the container. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import type { Output } from '../support/patiently.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  call(...args: readonly string[]): Promise<string>;
  /** As JSON. */
  plan(): Promise<string>;
  write(compose: string): Promise<void>;
}

const test = suite<Context>('one MAC address for life');

const service = (name: string, netmode: string, more = '') => `
  ${name}:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    environment: { VERSION: "\${VERSION:-1}" }
    x-netmode: ${netmode}
${more}`;

const file = (dynamic: string) => `
name: life
x-netmode: { ip_range: 192.168.213.192/27 }
services:
${service('fixed', '{ mode: macvlan, ipv4_address: 192.168.213.53 }')}
${service('dynamic', dynamic)}
${service('beside', 'macvlan', '    networks: [backend]\n')}
networks:
  backend:
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'macs', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
    const cwd = join(context.rig.directory, 'life');
    await mkdir(cwd);
    context.call = async (...args) => succeeds(await netcompose(context.rig, args, { cwd }));
    context.plan = async () => {
      const { code, stdout, stderr } = await netcompose(context.rig, ['plan', '--format', 'json'], { cwd });
      assert.is(code, 0, stderr);
      return stdout;
    };
    context.write = (compose) => writeFile(join(cwd, 'compose.yaml'), compose);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

function succeeds({ code, stdout, stderr }: Output): string {
  assert.is(code, 0, stdout + stderr);
  return stdout + stderr;
}

const names = ['fixed', 'dynamic', 'beside'] as const;
type Macs = Readonly<Partial<Record<string, string>>>;

/** What `plan` says, by service. An engine before 25 takes none, and makes its own from the address. */
async function planned({ plan }: Context): Promise<Macs> {
  const { services } = JSON.parse(await plan()) as {
    services: Record<string, { networks: Record<string, { mac_address?: string } | null> }>;
  };
  return Object.fromEntries(
    Object.entries(services).map(([name, { networks }]) => [name, networks['macvlan_ncp-macs']?.mac_address]),
  );
}

/**
 * What the container has on the LAN, and its address there.
 *
 * @param number of several; a single one may have any, because Compose may keep the second of two
 */
async function onLan({ rig }: Context, name: string, number?: number): Promise<{ mac: string; address: string }> {
  const which = number ?? '[0-9]+';
  const id = succeeds(await rig.docker('ps', '--quiet', '--filter', `name=^life-${name}-${which}$`)).trim();
  const script = 'ip -o -4 address show | sed -n "s/^[0-9]*: \\([^ @]*\\).* inet \\(192.168.213[^/]*\\).*/\\1 \\2/p"';
  const [link, address] = succeeds(await rig.docker('exec', id, 'sh', '-c', script))
    .trim()
    .split(' ');
  const mac = succeeds(await rig.docker('exec', id, 'cat', `/sys/class/net/${link}/address`)).trim();
  return { mac, address: address! };
}

/** As Docker before 28 makes it from an address. */
const madeFrom = (address: string) =>
  ['02', '42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

/** In each container as planned, and on the LAN too, for whom nothing is in its cache. */
async function holdsFor(context: Context, macs: Macs, after: string): Promise<void> {
  const { lan } = context;
  for (const name of names) {
    const { mac, address } = await onLan(context, name);
    assert.is(mac, macs[name] ?? madeFrom(address), `${name}, after ${after}`);
    await lan.exec(['ip', 'neigh', 'flush', 'all']);
    assert.is(await fetchText(`http://${address}/`, { from: lan }), 'hello');
    assert.match(succeeds(await lan.exec(['ip', 'neigh', 'show', address])), `lladdr ${mac} `);
  }
}

test('the same after restarts, re-creation, a second up, and down', async (context) => {
  const { rig, call, write, before } = context;
  await write(file('macvlan'));
  const macs = await planned(context);
  const withMac = names.filter((name) => macs[name] !== undefined);
  assert.equal(withMac, rig.engine === '20' ? [] : [...names]);
  await call('up', '-d');
  await holdsFor(context, macs, 'up');

  const containers = names.map((name) => `life-${name}-1`);
  const idsOf = async () => succeeds(await rig.docker('ps', '--quiet', '--no-trunc'));
  const ids = await idsOf();
  assert.not.match(await call('up', '-d'), /Recreate|Created/);
  assert.is(await idsOf(), ids, 'a second up leaves the containers');
  for (const [after, step] of [
    ['docker restart', async () => succeeds(await rig.docker('restart', ...containers))],
    [
      'docker stop and start',
      async () => {
        succeeds(await rig.docker('stop', ...containers));
        succeeds(await rig.docker('start', ...containers));
      },
    ],
    [
      'docker kill and up',
      async () => {
        succeeds(await rig.docker('kill', ...containers));
        await call('up', '-d');
      },
    ],
    ['restart', () => call('restart')],
  ] as const) {
    await step();
    await holdsFor(context, macs, after);
    assert.equal(await planned(context), macs, `the plan after ${after}`);
  }
  assert.is(await idsOf(), ids, 'all of that with the same containers');

  await call('up', '-d', '--force-recreate');
  await holdsFor(context, macs, 'up --force-recreate');
  assert.not.equal(await idsOf(), ids);
  await write(file('macvlan').replaceAll('VERSION:-1', 'VERSION:-2'));
  assert.match(await call('up', '-d'), 'Recreate');
  await holdsFor(context, macs, 'a change of the file');
  await call('down');
  assert.equal(await snapshot(rig), before);
  assert.equal(await planned(context), macs, 'the plan after down');
  await call('up', '-d');
  await holdsFor(context, macs, 'down and up');
});

test('containers beside the one of the service have others', async (context) => {
  const { rig, call } = context;
  const macs = await planned(context);
  await call('run', '-d', '--no-deps', '--name', 'life-beside-it', 'dynamic');
  const ran = succeeds(await rig.docker('exec', 'life-beside-it', 'cat', '/sys/class/net/eth0/address')).trim();
  assert.match(ran, /^(?:[\da-f]{2}:){5}[\da-f]{2}$/);
  assert.is.not(ran, (await onLan(context, 'dynamic')).mac);
  await holdsFor(context, macs, 'run');
  succeeds(await rig.docker('rm', '--force', 'life-beside-it'));
  await call('up', '-d', '--scale', 'dynamic=2');
  const both = [await onLan(context, 'dynamic', 1), await onLan(context, 'dynamic', 2)].map(({ mac }) => mac);
  assert.is(new Set([...both, macs['dynamic']]).size, 3, both.join(', '));
  await call('up', '-d');
  await holdsFor(context, macs, 'one container again');
});

test('a container that has another is made anew once', async (context) => {
  const { rig, call, write, before } = context;
  const later = (dynamic: string) => write(file(dynamic).replaceAll('VERSION:-1', 'VERSION:-2'));
  const isMadeAnew = /life-dynamic-\d+ +Recreate/;
  await later('{ mode: macvlan, mac_address: docker }');
  assert.is((await planned(context))['dynamic'], undefined);
  assert.is(isMadeAnew.test(await call('up', '-d')), rig.engine !== '20');
  await later('macvlan');
  const macs = await planned(context);
  assert.is.not((await onLan(context, 'dynamic')).mac, macs['dynamic']);
  assert.is(isMadeAnew.test(await call('up', '-d')), rig.engine !== '20');
  await holdsFor(context, macs, 'it was left to Docker before');
  assert.not.match(await call('up', '-d'), /Recreate/);
  await call('down');
  assert.equal(await snapshot(rig), before);
});

test.run();
