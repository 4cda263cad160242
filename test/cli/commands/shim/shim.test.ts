/** `shim ls`, `up`, `down` and `watch` on a machine in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FakeOptions } from '../../../host/fake-host.ts';
import { type Machine, machine } from '../../machine.ts';
import { fakeScreen } from '../../progress/screen.ts';

const files = {
  'compose.yaml':
    'services: { web: { image: x, x-netmode: { mode: macvlan, parent: eth0, ip_range: 192.168.1.224/27 } } }\n',
};
const network = 'netcompose-eth0';

/** A machine on which the project is up. */
async function running(options: FakeOptions = {}): Promise<Machine> {
  const on = machine(files, { uid: 0, ...options });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  on.changes();
  return on;
}

interface Listed {
  readonly name: string;
  readonly faults: readonly string[];
}

async function listed(on: Machine): Promise<readonly Listed[]> {
  const { out, code } = await on.run('shim', 'ls', '--format', 'json');
  const { version, shims } = JSON.parse(out) as { readonly version: number; readonly shims: readonly Listed[] };
  assert.is(version, 1);
  assert.is(code, shims.some(({ faults }) => faults.length > 0) ? 1 : 0);
  return shims;
}

test('a dry run is refused, for it would not be one; ls is none anyway', async () => {
  const on = await running();
  for (const name of ['up', 'down', 'watch', 'persist', 'unpersist']) {
    const { code, err } = await on.run('--dry-run', 'shim', name);
    assert.is(code, 2, name);
    assert.match(err, `"shim ${name}" has no dry run`);
  }
  assert.is((await on.run('--dry-run', 'shim', 'ls')).code, 0);
  assert.equal(on.changes(), []);
});

test('ls on a host without shims', async () => {
  const { code, out } = await machine(files).run('shim', 'ls');
  assert.equal([code, out], [0, 'no shims\n']);
});

test('ls after up: nothing is wrong, and nothing is changed', async () => {
  const on = await running();
  const { code, out } = await on.run('shim', 'ls');
  assert.is(code, 0);
  assert.is(
    out,
    'SHIM     NETWORK          PARENT  KIND            FORM       STATE\n' +
      'nc-eth0  netcompose-eth0  eth0    macvlan bridge  by itself  ok\n',
  );
  assert.equal(on.changes(), []);
  const { out: json } = await on.run('shim', 'ls', '--format', 'json');
  assert.equal(JSON.parse(json), {
    version: 1,
    shims: [
      {
        ...{ name: 'nc-eth0', network, parent: 'eth0', driver: 'macvlan', mode: 'bridge', form: 'by-itself' },
        ...{ addresses: [], routes: ['192.168.1.224/27'], faults: [] },
      },
    ],
  });
});

/** What becomes of the machine, and what is said of it. */
const faults: Readonly<Record<string, readonly [(on: Machine) => void, readonly string[]]>> = {
  'it is gone': [(on) => void on.links.clear(), ['there is no macvlan interface in mode bridge on eth0']],
  'it is down': [(on) => void (on.links.get('nc-eth0')!.up = false), ['it is down']],
  'its address is gone': [
    (on) => void on.links.get('nc-eth0')!.addresses.splice(0),
    ['it lacks the address 169.254.255.28/32'],
  ],
  'its route is gone': [(on) => void on.routes.splice(0), ['no route to 192.168.1.224/27']],
  'it takes part in multicast': [
    (on) => void (on.links.get('nc-eth0')!.multicast = true),
    ['programs may announce its address to the LAN (multicast)'],
  ],
  'a setting is turned': [
    (on) => void on.host.files.set('/proc/sys/net/ipv4/conf/nc-eth0/arp_filter', '0\n'),
    ['net/ipv4/conf/nc-eth0/arp_filter is not 1'],
  ],
  'a route leads nowhere': [
    (on) => void on.routes.push({ dst: '192.168.1.99/32', dev: 'nc-eth0' }),
    ['a route to where no container is: ip route del 192.168.1.99/32 dev nc-eth0'],
  ],
};

for (const [name, [harm, expected]] of Object.entries(faults)) {
  test(`ls says what is wrong, up mends it, and then nothing is left to do: ${name}`, async () => {
    const on = await running();
    harm(on);
    assert.equal(
      (await listed(on)).map((shim) => shim.faults),
      [expected],
    );
    const { code, out, err } = await on.run('shim', 'up');
    assert.is(code, 0, err);
    assert.is(out, expected.map((fault) => `mended nc-eth0: ${fault}\n`).join(''));
    assert.equal(
      (await listed(on)).map((shim) => shim.faults),
      [[]],
    );
    on.changes();
    assert.is((await on.run('shim', 'up')).out, '');
    assert.equal(on.changes(), []);
  });
}

test('what the host has learned of a container that is gone is no fault, of one with another MAC it is', async () => {
  const mac = '02:00:00:00:00:07';
  const learned = [{ dst: '192.168.1.226', dev: 'nc-eth0', lladdr: mac, state: ['REACHABLE'] }];
  const on = await running({ commands: { 'ip -j neigh': JSON.stringify(learned) } });
  const [web] = on.engine.containers.splice(0);
  assert.equal(
    (await listed(on)).map(({ faults: found }) => found),
    [[]],
  );
  on.engine.containers.push({
    ...web!,
    networks: { [network]: { IPAddress: '192.168.1.226', MacAddress: '02:00:00:00:00:08' } },
  });
  assert.equal(
    (await listed(on)).map(({ faults: found }) => found),
    [['a neighbour entry that is no longer true: ip neigh flush to 192.168.1.226 dev nc-eth0']],
  );
});

test('the text says below the table what is wrong', async () => {
  const on = await running();
  on.links.get('nc-eth0')!.up = false;
  const { out, code } = await on.run('shim', 'ls');
  assert.is(code, 1);
  assert.match(out, /by itself {2}1 wrong\n\nnc-eth0: {2}it is down\n$/);
});

test('a shim whose network is gone is listed, and down removes it', async () => {
  const on = await running();
  on.engine.containers.splice(0);
  on.engine.networks.clear();
  assert.equal(await listed(on), [
    { name: 'nc-eth0', network, parent: 'eth0', faults: [`its network "${network}" is gone`] },
  ]);
  const { code, out } = await on.run('shim', 'down');
  assert.equal([code, out], [0, 'removed nc-eth0\n']);
  assert.equal(on.left().shims, []);
});

test('down leaves what is used, and removes it where it is named; the network stays', async () => {
  const on = await running();
  assert.equal(await on.run('shim', 'down').then(({ code, out }) => [code, out]), [0, '']);
  assert.equal(on.left().shims, ['nc-eth0']);
  for (const name of [network, 'nc-eth0']) {
    const { code, out } = await on.run('shim', 'down', name);
    assert.equal([code, out], [0, 'removed nc-eth0\n']);
    assert.equal([on.left().shims, on.left().networks], [[], [network]]);
    await on.run('shim', 'up', name === network ? name : 'nc-eth0');
    assert.equal(on.left().shims, ['nc-eth0']);
  }
});

test('down without names removes that of a network without containers, which stays', async () => {
  const on = await running();
  on.engine.containers.splice(0);
  const { out } = await on.run('shim', 'down');
  assert.is(out, 'removed nc-eth0\n');
  assert.equal(on.left().networks, [network]);
  assert.is((await on.run('shim', 'up')).out, '', 'up does not make it anew');
});

for (const command of ['up', 'down']) {
  test(`${command} of a name that means nothing`, async () => {
    const { code, err } = await (await running()).run('shim', command, 'eth7');
    assert.is(code, 2);
    assert.match(err, 'no network "eth7" has a shim here');
  });
}

test('a step that fails is said; what containers have a use for stays as far as it came', async () => {
  const on = await running();
  on.routes.splice(0);
  on.links.get('nc-eth0')!.up = false;
  on.failing.set('ip route add', { code: 2, stderr: 'RTNETLINK answers: No buffer space' });
  const { code, err } = await on.run('shim', 'up');
  assert.is(code, 3);
  assert.match(err, 'No buffer space');
  assert.is(on.links.get('nc-eth0')!.up, true);
  assert.equal(on.routes, []);
});

for (const args of [['--help'], []]) {
  test(`the group's help: ${args.join(' ') || 'no subcommand'}`, async () => {
    const { code, out } = await machine(files).run('shim', ...args);
    assert.is(code, args.length > 0 ? 0 : 2);
    for (const name of ['ls', 'up', 'down', 'watch']) assert.match(out, new RegExp(`^  ${name} +\\S`, 'm'));
  });
}

test('a slip', async () => {
  const { code, err } = await machine(files).run('shim', 'list');
  assert.is(code, 2);
  assert.match(err, 'there is no "shim list"');
});

/** Waits for as long as a slow machine may take. */
async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600 && !isTrue(); tries++) await sleep(20);
  assert.ok(isTrue(), what);
}

/** Runs `shim watch` and hands over what events it can be told. */
async function watching(on: Machine, tell: { event: (line: string) => void }) {
  const ended = on.run('shim', 'watch');
  await until(() => on.engine.requests.includes('/events'), 'it listens');
  return {
    event: (line: string) => tell.event(line),
    end: async (signal: 'SIGTERM' | 'SIGINT') => {
      process.emit(signal);
      return ended;
    },
  };
}

/** The options of a host whose `ip monitor` says what it is told to. */
function monitored() {
  const tell = { event: (_: string) => {} };
  const follow: FakeOptions['follow'] = (_, onLine) => {
    let stop = () => {};
    const ended = new Promise<string>((resolve) => (stop = () => resolve('ended')));
    tell.event = onLine;
    return { stop, ended };
  };
  return { tell, options: { follow } };
}

test('watch mends at an event of the kernel and of the engine, and ends cleanly', async () => {
  const { tell, options } = monitored();
  const on = await running(options);
  const watch = await watching(on, tell);
  await until(() => on.engine.requests.filter((path) => path === '/networks').length > 2, 'it has looked');
  on.routes.splice(0);
  watch.event('Deleted 192.168.1.224/27 dev nc-eth0 ');
  await until(() => on.routes.length === 1, 'the route is back');
  on.links.clear();
  on.routes.splice(0);
  on.engine.tell();
  await until(() => on.links.get('nc-eth0')?.up === true && on.routes.length === 1, 'the shim is back');
  const { code, out, err } = await watch.end('SIGTERM');
  assert.is(code, 0);
  assert.is(err, 'netcompose: watching 1 shim\n');
  assert.is(
    out,
    'mended nc-eth0: no route to 192.168.1.224/27\n' +
      'mended nc-eth0: there is no macvlan interface in mode bridge on eth0\n',
  );
});

test('watch looks at nothing where an event is none of its business', async () => {
  const { tell, options } = monitored();
  const on = await running(options);
  const watch = await watching(on, tell);
  await until(() => on.engine.requests.at(-1) === '/containers/json', 'it has looked');
  await sleep(500);
  const before = on.engine.requests.length;
  watch.event('192.168.1.1 dev eth0 lladdr 02:00:00:00:00:09 REACHABLE ');
  await sleep(500);
  assert.is(on.engine.requests.length, before);
  assert.is((await watch.end('SIGINT')).code, 0);
});

test('watch finds the engine again, and says once that it is away', async () => {
  const { tell, options } = monitored();
  const on = await running(options);
  await on.engine.stop();
  const screen = fakeScreen();
  on.screen = screen;
  const ended = on.run('shim', 'watch');
  await until(() => screen.written().includes('there is no such socket'), 'it says that the engine is away');
  on.links.clear();
  on.routes.splice(0);
  await on.engine.start();
  await until(() => on.links.get('nc-eth0')?.up === true && on.routes.length === 1, 'the shim is back');
  await on.engine.stop();
  on.routes.splice(0);
  tell.event('Deleted 192.168.1.224/27 dev nc-eth0 ');
  await until(() => on.routes.length === 1, 'mended by what the engine said last');
  process.emit('SIGTERM');
  const { code, err } = await ended;
  assert.is(code, 0);
  assert.is(err.match(/there is no such socket/g)?.length ?? 0, 1, err);
});

test('watch needs root', async () => {
  const on = machine(files, { uid: 1000 });
  const { code, err } = await on.run('shim', 'watch');
  assert.is(code, 3);
  assert.match(err, 'needs root');
});

test.run();
