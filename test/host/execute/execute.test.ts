import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyActions } from '../../../src/host/execute/execute.ts';
import { holdLease } from '../../../src/host/lock.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import type { HostAction } from '../../../src/plan/actions/action.ts';
import { stepsOf } from '../../../src/plan/actions/commands.ts';
import { cidr, ip } from '../../support/addresses.ts';
import { type ApiNetwork, type FakeEngine, fakeEngine } from '../fake-engine.ts';
import { type FakeHost, type FakeOptions, fakeHost } from '../fake-host.ts';

const steps = stepsOf([
  {
    ...{
      kind: 'ensure-network',
      id: 'network',
      reason: 'test',
      name: 'lan',
      driver: 'macvlan',
      ipv4: true,
      ipv6: false,
    },
    ...{ options: { parent: 'eth0' }, labels: { 'netcompose.network': 'lan' } },
    pools: [
      {
        subnet: cidr('192.168.1.0/24'),
        gateway: ip('192.168.1.1'),
        ipRange: cidr('192.168.1.192/27'),
        auxAddresses: new Map(),
      },
    ],
  },
  {
    kind: 'create-shim',
    id: 'shim',
    reason: 'test',
    shim: 'nc',
    parent: 'eth0',
    network: 'lan',
    driver: 'macvlan',
    mode: 'bridge',
  },
  { kind: 'mark-shim', id: 'mark', reason: 'test', shim: 'nc', network: 'lan' },
  { kind: 'bring-shim-up', id: 'up', reason: 'test', shim: 'nc' },
] satisfies readonly HostAction[]);

const [createNetwork, createShim, markShim, shimUp] = steps.map(({ command }) => command.join(' ')) as [
  string,
  string,
  string,
  string,
];

interface World {
  readonly engine: FakeEngine;
  link: { group: string; ifalias?: string; up: boolean; mode: string } | undefined;
  failing: string | undefined;
}

const lanNetwork = (more: Partial<ApiNetwork> = {}): ApiNetwork => ({
  Driver: 'macvlan',
  // The engine's own additions do not count.
  Options: { parent: 'eth0', 'com.docker.network.enable_ipv4': 'true' },
  IPAM: { Config: [{ Subnet: '192.168.1.0/24', Gateway: '192.168.1.1', IPRange: '192.168.1.192/27' }] },
  ...more,
});

/** An engine and an interface, just enough of them for the steps above. */
function world(
  { networks = {}, ...start }: Partial<World> & { readonly networks?: Readonly<Record<string, ApiNetwork>> } = {},
  options: FakeOptions = {},
  instead: Readonly<Record<string, () => void>> = {},
): { host: FakeHost; changes: () => readonly string[]; now: World } {
  const now: World = { engine: fakeEngine(), link: undefined, failing: undefined, ...start };
  for (const [name, network] of Object.entries(networks)) now.engine.networks.set(name, network);
  const effects: Readonly<Record<string, () => void>> = {
    [createNetwork]: () => void now.engine.networks.set('lan', lanNetwork()),
    'docker network rm lan': () => void now.engine.networks.delete('lan'),
    [createShim]: () => void (now.link = { group: '28259', up: false, mode: 'bridge' }),
    'ip link del dev nc': () => void (now.link = undefined),
    [markShim]: () => void (now.link!.ifalias = 'netcompose:lan'),
    'ip link set dev nc alias ': () => void delete now.link!.ifalias,
    [shimUp]: () => void (now.link!.up = true),
    'ip link set dev nc down': () => void (now.link!.up = false),
    ...instead,
  };
  const reads: Readonly<Record<string, () => string>> = {
    'ip -N -j -d addr': () => {
      if (!now.link) return '[]';
      const { up, mode, ...link } = now.link;
      return JSON.stringify([
        {
          ...link,
          ifname: 'nc',
          ifindex: 9,
          link: 'eth0',
          flags: up ? ['UP'] : [],
          linkinfo: { info_kind: 'macvlan', info_data: { mode } },
        },
      ]);
    },
  };
  const changes: string[] = [];
  const host = fakeHost({
    ...options,
    env: now.engine.env,
    answer: (argv) => {
      const line = argv.join(' ');
      const command = line.replace(/^sudo -- /, '');
      if (reads[line]) return reads[line]();
      if (!effects[command]) return undefined;
      changes.push(line);
      if (now.failing === command) return { code: 1, stderr: 'it would not' };
      effects[command]();
      return '';
    },
  });
  return { host, changes: () => changes.splice(0), now };
}

async function failure(run: () => Promise<unknown>): Promise<HostError> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, HostError);
    return error as HostError;
  }
  return assert.unreachable('nothing was thrown') as never;
}

test('in order, then undone in reverse', async () => {
  const { host, changes, now } = world();
  const events: string[] = [];
  const applied = await applyActions(steps, host, {
    onStep: (step, event) => void events.push(`${step.action.id} ${event}`),
  });
  assert.equal(changes(), [createNetwork, createShim, markShim, shimUp]);
  assert.equal(
    events,
    ['network applying', 'network applied', 'shim applying', 'shim applied', 'mark applying', 'up applying'].concat([
      'mark applied',
      'up applied',
    ]),
  );
  assert.equal(await applied.undo(), []);
  assert.equal(changes(), [
    'ip link set dev nc down',
    'ip link set dev nc alias ',
    'ip link del dev nc',
    'docker network rm lan',
  ]);
  assert.equal([[...now.engine.networks.keys()], now.link], [[], undefined]);
  assert.equal(await applied.undo(), [], 'undone once is undone');
  assert.equal(changes(), []);
});

test('what is done is left alone, and not undone', async () => {
  const { host, changes } = world({
    networks: { lan: lanNetwork() },
    link: { group: '28259', ifalias: 'netcompose:lan', up: false, mode: 'bridge' },
  });
  const applied = await applyActions(steps, host);
  assert.equal(changes(), [shimUp]);
  assert.equal(
    applied.changed.map(({ action }) => action.id),
    ['up'],
  );
  await applied.undo();
  assert.equal(changes(), ['ip link set dev nc down']);
});

test('a shim that outlived its network is made anew with it', async () => {
  const { host, changes } = world({ link: { group: '28259', ifalias: 'netcompose:lan', up: true, mode: 'bridge' } });
  await applyActions(steps, host);
  assert.equal(changes(), [createNetwork, 'ip link del dev nc', createShim, markShim, shimUp]);
});

test('where all is done, everything is looked at once', async () => {
  const { host, now } = world({
    networks: { lan: lanNetwork() },
    link: { group: '28259', ifalias: 'netcompose:lan', up: true, mode: 'bridge' },
  });
  await applyActions(steps, host);
  assert.equal(host.ran, ['ip -N -j -d addr']);
  assert.equal(now.engine.requests, ['/networks']);
});

test('the engine is asked again once a network was made, and not for what others are', async () => {
  const { host, now } = world({ networks: { other: lanNetwork() } });
  await applyActions(steps, host);
  assert.equal(now.engine.requests, ['/networks', '/networks']);
  // What is left to be undone is looked at by a request of its own, after whatever Compose has done.
  now.engine.requests.splice(0);
  await (await applyActions(steps, host)).undo();
  assert.equal(now.engine.requests, ['/networks']);
});

test('an engine that cannot be reached is a failure, and nothing is done', async () => {
  const { host, changes } = world({ engine: { ...fakeEngine(), env: { DOCKER_HOST: 'unix:///nowhere.sock' } } });
  const { message } = await failure(() => applyActions(steps, host));
  assert.is(message, '"unix:///nowhere.sock" (DOCKER_HOST): there is no such socket');
  assert.equal(changes(), []);
});

test("another network's shim is made anew only where that network is gone", async () => {
  const link = { group: '28259', ifalias: 'netcompose:old', up: true, mode: 'bridge' };
  const gone = world({ networks: { lan: lanNetwork() }, link: { ...link } });
  await applyActions(steps, gone.host);
  assert.equal(gone.changes(), ['ip link del dev nc', createShim, markShim, shimUp]);
  const there = world({ networks: { lan: lanNetwork(), old: lanNetwork() }, link: { ...link } });
  assert.is(
    (await failure(() => applyActions(steps, there.host))).message,
    '"nc" is the shim of another network, "old"',
  );
  assert.equal(there.changes(), []);
});

for (const [what, more] of [
  ['driver', { Driver: 'ipvlan' }],
  ['parent', { Options: { parent: 'eth1' } }],
  ['options', { Options: null }],
  ['subnet', { IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] } }],
  ['range', { IPAM: { Config: [{ Subnet: '192.168.1.0/24', Gateway: '192.168.1.1' }] } }],
  ['pools', { IPAM: { Config: null } }],
] as const) {
  test(`a network of another ${what} is in the way`, async () => {
    const { host, changes } = world({ networks: { lan: lanNetwork(more) } });
    assert.is(
      (await failure(() => applyActions(steps, host))).message,
      '"lan" is a Docker network with other settings than this project needs',
    );
    assert.equal(changes(), []);
  });
}

test('a failure undoes what this run did, and names what it could not undo', async () => {
  const { host, changes, now } = world({ failing: shimUp });
  const error = await failure(() => applyActions(steps, host));
  assert.is(error.message, `"${shimUp}" failed with exit code 1: it would not`);
  assert.equal(changes(), [
    createNetwork,
    createShim,
    markShim,
    shimUp,
    'ip link set dev nc alias ',
    'ip link del dev nc',
    'docker network rm lan',
  ]);
  assert.equal([[...now.engine.networks.keys()], now.link], [[], undefined]);

  const stuck = world(
    { networks: { lan: lanNetwork() } },
    { commands: { [shimUp]: { code: 1, stderr: 'no' }, 'ip link del dev nc': { code: 1, stderr: 'no' } } },
  );
  const both = await failure(() => applyActions(steps, stuck.host));
  assert.is(both.message, `"${shimUp}" failed with exit code 1: no\nstill to be undone:\n  ip link del dev nc`);
});

test('a command that succeeds without effect is a failure', async () => {
  const { host } = world({}, { commands: { [shimUp]: '' } });
  const { message } = await failure(() => applyActions(steps, host));
  assert.is(message, `"${shimUp}" succeeded, but is not in effect`);
});

test('what is done to a new shim is read back once all of it is done', async () => {
  const { host } = world();
  const look = 'ip -N -j -d addr';
  await applyActions(steps, host);
  assert.equal(
    host.ran.filter((line) => line.startsWith('ip ')),
    [look, createShim, look, markShim, shimUp, look],
  );
});

test('a command that fails because one before it had no effect: that one is told', async () => {
  const { host, now } = world({ failing: shimUp }, {}, { [markShim]: () => undefined });
  const error = await failure(() => applyActions(steps, host));
  assert.is(error.message.split('\n')[0], `"${markShim}" succeeded, but is not in effect`);
  assert.equal([[...now.engine.networks.keys()], now.link], [[], undefined]);
});

test('what others use by now stays when undone', async () => {
  const events: string[] = [];
  const used = world();
  const applied = await applyActions(steps, used.host, {
    onStep: (step, event) => void (event === 'kept' && events.push(step.action.id)),
  });
  used.changes();
  used.now.engine.containers.push({ name: 'web', networks: { lan: {} } });
  assert.equal(await applied.undo(), []);
  assert.equal(used.changes(), []);
  assert.equal(events, ['up', 'mark', 'shim', 'network']);

  const lease = await holdLease(fakeHost({ pid: 77 }), 'lan');
  const leased = world({});
  await (await applyActions(steps, leased.host)).undo();
  assert.equal(leased.changes(), [createNetwork, createShim, markShim, shimUp]);

  const own = world({}, { pid: 77 });
  await (await applyActions(steps, own.host)).undo();
  await lease.release();
  assert.equal([...own.now.engine.networks], []);
});

test('as a user, ip goes through sudo and docker does not', async () => {
  const { host, changes } = world({}, { uid: 1000, executables: ['/usr/bin/sudo'] });
  await (await applyActions(steps, host)).undo();
  assert.equal(
    changes().filter((line) => line.startsWith('docker')),
    [createNetwork, 'docker network rm lan'],
  );
  assert.equal(
    host.ran.filter((line) => line.startsWith('sudo')),
    [createShim, markShim, shimUp, 'ip link set dev nc down', 'ip link set dev nc alias ', 'ip link del dev nc'].map(
      (line) => `sudo -- ${line}`,
    ),
  );
});

test('without sudo the error lists the commands to run', async () => {
  const { host, now } = world({}, { uid: 1000 });
  const error = await failure(() => applyActions(steps, host));
  assert.is(error.message, `"${createShim}" needs root, and sudo is not installed`);
  assert.is(
    error.help,
    `run as root, and then the same again:\n  ${[createNetwork, createShim, markShim, shimUp].join('\n  ')}`,
  );
  assert.equal([...now.engine.networks], [], 'the network is undone');
});

test('so does a sudo that refuses', async () => {
  const { host } = world(
    {},
    {
      uid: 1000,
      executables: ['/usr/bin/sudo'],
      commands: { [`sudo -- ${createShim}`]: { code: 1, stderr: 'sudo: a password is required' } },
    },
  );
  const error = await failure(() => applyActions(steps, host));
  assert.is(error.message, `"sudo -- ${createShim}" failed with exit code 1: sudo: a password is required`);
  assert.is(
    error.help,
    `run as root, and then the same again:\n  ${[createNetwork, createShim, markShim, shimUp].join('\n  ')}`,
  );
});

test('as a user, with everything done, no privilege is asked for', async () => {
  const { host, changes } = world(
    { networks: { lan: lanNetwork() }, link: { group: '28259', ifalias: 'netcompose:lan', up: true, mode: 'bridge' } },
    { uid: 1000 },
  );
  await applyActions(steps, host);
  assert.equal(changes(), []);
});

test('a kernel without policy routing has no way back in a table of its own, and no rule to it', async () => {
  const returns = stepsOf([
    { kind: 'add-return-route', id: 'route', reason: 'test', shim: 'nc', subnet: cidr('fd00:1::/64') },
    { kind: 'add-return-rule', id: 'rule', reason: 'test', shim: 'nc', source: ip('fd00:1::cf') },
  ]);
  const on = world(
    { link: { group: '28259', ifalias: 'netcompose:lan', up: true, mode: 'bridge' } },
    { commands: { 'ip -N -j -d -6 rule': { code: 2, stderr: 'RTNETLINK answers: Operation not supported\n' } } },
  );
  assert.equal((await applyActions(returns, on.host)).changed, []);
});

test.run();
