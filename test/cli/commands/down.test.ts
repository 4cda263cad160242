/** What `down` releases, and what it leaves: one intent each, on a machine in memory. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdLease } from '../../../src/host/lock.ts';
import { fakeHost } from '../../host/fake-host.ts';
import { machine } from '../machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const web = `services:\n  web: { image: nginx, x-netmode: { ${lan} } }\n  api: { image: api, x-netmode: { ${lan} } }\n`;
const project = (text = web, name = 'shop') => ({ 'compose.yaml': `name: ${name}\n${text}` });
const released = ['docker network rm netcompose-eth0', 'ip link del dev nc-eth0'];
const state = '/home/user/.local/state/netcompose';

/** A machine on which the project is up. */
async function up(texts = project(), options: Parameters<typeof machine>[1] = {}) {
  const on = machine(texts, options);
  const { code, err } = await on.run('up', '-d', '--trust-hooks');
  assert.is(code, 0, err);
  on.changes();
  return on;
}

const kept = (on: ReturnType<typeof machine>) =>
  [...on.host.files.keys()].filter((path) => path.startsWith('/home/user/.local/')).sort();
const nothing = { networks: [], shims: [], containers: [] };
const both = { networks: ['netcompose-eth0'], shims: ['nc-eth0'] };

test('Compose with the override last applied, then the network and its shim go, and the override', async () => {
  const on = await up();
  const { code, out, err } = await on.run('down', '-v', '-t', '5');
  assert.equal({ code, out, err }, { code: 0, out: '', err: '' });
  assert.ok(
    on.host.ran.includes(`docker-compose -f /project/compose.yaml -f ${state}/shop/override.yaml down -v -t 5`),
  );
  assert.equal(on.changes(), ['compose down -v -t 5', ...released]);
  assert.equal(on.left(), nothing);
  assert.equal(kept(on), []);
});

test('without Compose: the exit code for that, as with up', async () => {
  const on = await up();
  Object.assign(on.host, { isExecutable: () => false });
  const told = 'Docker Compose is not installed';
  for (const command of [['down'], ['up', '-d'], ['ps'], ['config']]) {
    const { code, err } = await on.run(...command);
    assert.is(code, 4, command[0]);
    assert.match(err, told);
  }
  assert.equal(on.left(), { ...both, containers: ['shop-api-1', 'shop-web-1'] });
});

test('where the engine has gone in the meantime: the same', async () => {
  const on = await up();
  on.before = (line) => {
    if (line.startsWith('compose down')) Object.assign(on.host.env, { DOCKER_HOST: 'tcp://127.0.0.1:1' });
  };
  const { code, err } = await on.run('down');
  assert.is(code, 4);
  assert.match(err, 'the connection is refused');
});

test('a second down has nothing to do', async () => {
  const on = await up();
  await on.run('down');
  on.changes();
  assert.is((await on.run('down')).code, 0);
  assert.equal(on.changes(), ['compose down']);
});

for (const state of ['running', 'exited']) {
  test(`what another project's ${state} container uses stays`, async () => {
    const on = await up();
    on.engine.containers.push({ name: 'other', state, networks: { 'netcompose-eth0': {} } });
    assert.is((await on.run('down')).code, 0);
    assert.equal(on.changes(), ['compose down']);
    assert.equal(on.left(), { ...both, containers: ['other'] });
    assert.equal(kept(on), []);
  });
}

test('what another netcompose is about to use stays', async () => {
  const on = await up();
  const lease = await holdLease(fakeHost({ pid: 77 }), 'netcompose-eth0');
  assert.is((await on.run('down')).code, 0);
  await lease.release();
  assert.equal(on.changes(), ['compose down']);
  assert.equal(on.left(), { ...both, containers: [] });
});

test('networks and interfaces of others are left alone', async () => {
  const on = await up();
  on.engine.networks.set('mine', { Driver: 'macvlan', Options: { parent: 'eth0' } });
  const theirs = {
    kind: 'macvlan',
    parent: 'eth0',
    mode: 'bridge',
    group: '0',
    up: true,
    multicast: true,
    addresses: [],
  };
  on.links.set('shim0', { ...theirs, alias: 'my own' });
  await on.run('down');
  assert.equal(on.left(), { networks: ['mine'], shims: ['shim0'], containers: [] });
});

test('with services named, the override stays for the others', async () => {
  const on = await up();
  await on.run('down', 'web');
  assert.equal(on.changes(), ['compose down web']);
  assert.equal(on.left(), { ...both, containers: ['shop-api-1'] });
  assert.equal(kept(on), [`${state}/shop/override.yaml`]);
});

test('of two projects on one network the first goes: what was its own goes from the shim', async () => {
  const on = await up();
  on.routes.push({ dst: '192.168.1.99/32', dev: 'nc-eth0' });
  on.engine.containers.push({ name: 'other', networks: { 'netcompose-eth0': { IPAddress: '192.168.1.98' } } });
  on.routes.push({ dst: '192.168.1.98/32', dev: 'nc-eth0' });
  await on.run('down');
  assert.equal(on.changes(), ['compose down', 'ip route del 192.168.1.99/32 dev nc-eth0']);
  assert.ok(on.routes.some(({ dst }) => dst === '192.168.1.98/32'));
});

test('the rules to a shim go before it, for they do not go with it', async () => {
  const on = await up();
  on.routes.push({ dst: '192.168.1.224/27', dev: 'nc-eth0', prefsrc: '192.168.1.10', table: '28259' });
  on.rules.push({ dst: '192.168.1.224/27', table: '28259', priority: 32765 });
  await on.run('down');
  assert.equal(on.changes(), [
    ...['compose down', released[0]],
    ...['ip rule del to 192.168.1.224/27 lookup 28259 pref 32765', released[1]],
  ]);
  assert.equal(on.rules, []);
});

test("an option's value names no service", async () => {
  const on = await up(project(web.replaceAll('web', 'all')));
  await on.run('down', '--rmi', 'all');
  assert.equal(on.left(), nothing);
  assert.equal(kept(on), []);
});

for (const words of [
  ['down', '--dry-run'],
  ['down', '--dry-run=true'],
  ['down', '--dry-run=1'],
  ['--dry-run', 'down'],
  ['--dry-run=True', 'down'],
]) {
  test(`"${words.join(' ')}" releases nothing`, async () => {
    const on = await up();
    assert.is((await on.run(...words)).code, 0);
    assert.is(on.changes().length, 1);
    assert.equal(on.left(), { ...both, containers: ['shop-api-1', 'shop-web-1'] });
    assert.equal(kept(on), [`${state}/shop/override.yaml`]);
  });
}

test('"down --dry-run=false" is no dry run', async () => {
  const on = await up();
  await on.run('--dry-run', 'down', '--dry-run=false');
  assert.equal(on.left(), nothing);
});

for (const word of ['--help', '-h']) {
  test(`"down ${word}" is Compose's page`, async () => {
    const on = await up();
    on.host.ran.splice(0);
    await on.run('down', word);
    assert.equal(on.host.ran, [`docker-compose down ${word}`]);
  });
}

test('where Compose fails, its exit code comes back and nothing is released', async () => {
  const on = await up();
  on.failing.set('compose down', { code: 14 });
  assert.is((await on.run('down')).code, 14);
  assert.equal(on.changes(), ['compose down']);
  assert.equal(kept(on), [`${state}/shop/override.yaml`]);
});

test('where the engine keeps the network, the shim stays too; the next down goes on from there', async () => {
  const on = await up();
  on.failing.set('docker network rm', { code: 1, stderr: 'network netcompose-eth0 has active endpoints' });
  const { code, err } = await on.run('down');
  assert.is(code, 3);
  assert.match(err, 'has active endpoints');
  assert.equal(on.left(), { ...both, containers: [] });
  on.failing.clear();
  assert.is((await on.run('down')).code, 0);
  assert.equal(on.left(), nothing);
  assert.equal(kept(on), []);
});

test('a file that is broken by now does not keep its containers', async () => {
  const on = await up();
  on.host.files.set('/project/compose.yaml', 'services: { web: { x-netmode: macvlan\n');
  const { code } = await on.run('-p', 'shop', 'down');
  // What Compose says of it is Compose's matter: it is given the command as it was written.
  assert.equal(on.changes(), ['compose -p shop down']);
  assert.is(code, 15);
});

const hooked =
  'x-netmode: { hooks: { post_down: [[modprobe, -r, x]] } }\nservices:\n  web: { image: x, x-netmode: host }\n';

test('hooks that were trusted run last, in the project’s folder', async () => {
  const folders: unknown[] = [];
  const on = await up(project(hooked), {
    commands: { 'modprobe -r x': ({ cwd }) => ({ code: folders.push(cwd) - 1 }) },
  });
  assert.is((await on.run('down')).code, 0);
  assert.equal(on.changes(), ['compose down']);
  assert.equal(folders, ['/project']);
  assert.is(on.host.ran.at(-1), 'modprobe -r x');
});

test('where one service goes, the project is not down: its hooks wait', async () => {
  const on = await up(project(hooked), { commands: { 'modprobe -r x': 'run' } });
  on.host.ran.splice(0);
  assert.is((await on.run('down', 'web')).code, 0);
  assert.not.ok(on.host.ran.includes('modprobe -r x'));
});

test('hooks that nobody has trusted do not run, and keep nothing from being released', async () => {
  const on = await up();
  on.host.files.set('/project/compose.yaml', `name: shop\n${hooked}`);
  const { code, err } = await on.run('down');
  assert.is(code, 0);
  assert.match(err, 'not run: the hooks of "shop" have not been trusted:\n  post_down: modprobe -r x\n');
  assert.equal(on.changes(), ['compose down', ...released]);
});

test('a project may be called "trusted-hooks", and takes nobody’s trust away', async () => {
  const on = await up(project(hooked, 'trusted-hooks'));
  assert.equal(
    kept(on).map((path) => path.replace(/[0-9a-f]{64}/, 'HASH')),
    [`${state}/.trusted-hooks/HASH.json`, `${state}/trusted-hooks/override.yaml`],
  );
  await on.run('down');
  assert.equal(
    kept(on).map((path) => path.replace(/[0-9a-f]{64}/, 'HASH')),
    [`${state}/.trusted-hooks/HASH.json`],
  );
});

test('files without x-netmode that never had one are Compose’s', async () => {
  const on = machine(project('services:\n  web: { image: nginx }\n'));
  await on.run('down', '--remove-orphans');
  assert.equal(on.host.ran, ['docker-compose down --remove-orphans']);
  assert.equal(on.engine.requests, []);
});

test('once the x-netmode is gone from the files, down still releases', async () => {
  const on = await up();
  on.host.files.set('/project/compose.yaml', 'name: shop\nservices:\n  web: { image: nginx }\n');
  assert.is((await on.run('down')).code, 0);
  assert.equal(on.changes(), ['compose down', ...released]);
  assert.equal(kept(on), []);
});

test.run();
