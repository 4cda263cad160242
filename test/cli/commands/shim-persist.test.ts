/** `shim persist` and `unpersist` on a machine in memory, where systemd and nothing else configures the network. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { machine } from '../machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const project = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const unit = '/etc/systemd/system/netcompose-shim-nc-eth0.service';
const programs = ['docker-compose', 'sudo', 'ip', 'sysctl'].map((name) => `/usr/bin/${name}`);

async function up(uid = 0) {
  const on = machine(project, { uid, executables: programs, files: { '/run/systemd/system/x': '' } });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  on.changes();
  return on;
}
const below = (on: Awaited<ReturnType<typeof up>>) => [...on.host.files.keys()].filter((path) => /^\/etc\//.test(path));

test('the shim that there is gets a unit with the commands of "up"; the second time nothing is done', async () => {
  const on = await up();
  const { code, out, err } = await on.run('shim', 'persist');
  assert.equal([code, out], [0, `written ${unit}\n`], err);
  assert.is(err, 'nc-eth0: made at start by a systemd unit\n');
  const text = on.host.files.get(unit)!;
  assert.match(text, /^ExecStart=\/usr\/bin\/ip link add link eth0 name nc-eth0 .*type macvlan mode bridge$/m);
  assert.match(text, /^ExecStart=\/usr\/bin\/ip route add 192\.168\.1\.224\/27 dev nc-eth0 scope global$/m);
  // The network stays as it is.
  assert.not.ok(on.changes().some((line) => /^(ip|sysctl|docker|compose) /.test(line)));
  assert.is((await on.run('shim', 'persist')).out, '');
  const removed = await on.run('shim', 'unpersist');
  assert.equal([removed.code, removed.out], [0, `removed ${unit}\n`]);
  assert.equal(below(on), []);
  assert.equal(on.left().shims, ['nc-eth0']);
  assert.equal((await on.run('shim', 'unpersist')).out, 'nothing was written by "shim persist"\n');
});

test('--print shows the files, as any user, and writes nothing', async () => {
  const on = await up(1000);
  const { code, out } = await on.run('shim', 'persist', '--print');
  assert.is(code, 0);
  assert.match(out, new RegExp(`^# ${unit} \\(mode 0644\\)\n# Made by "netcompose shim persist"`));
  assert.equal(below(on), []);
  const refused = await on.run('shim', 'persist');
  assert.is(refused.code, 3);
  assert.match(refused.err, 'files below /etc can be written by root only');
  assert.equal(below(on), []);
});

test('what another format cannot do is told', async () => {
  const on = await up();
  const { code, err } = await on.run('shim', 'persist', '--print', '--format', 'netplan');
  assert.is(code, 0);
  assert.match(err, 'a systemd unit (netplan has neither macvlan nor ipvlan)');
  const wrong = await on.run('shim', 'persist', '--format', 'sysvinit');
  assert.is(wrong.code, 2);
});

test('without a shim nothing that was written is lost', async () => {
  const on = await up();
  await on.run('shim', 'persist');
  await on.run('down');
  const { code, err } = await on.run('shim', 'persist');
  assert.is(code, 3);
  assert.match(err, 'there is no shim on this host');
  assert.equal(below(on), [unit]);
});

test('a file of that name that is somebody else’s is in the way', async () => {
  const on = await up();
  on.host.files.set(unit, '[Unit]\n');
  const { code, err } = await on.run('shim', 'persist');
  assert.is(code, 3);
  assert.match(err, `"${unit}" was not written by "netcompose shim persist"`);
  assert.is(on.host.files.get(unit), '[Unit]\n');
});

test.run();
