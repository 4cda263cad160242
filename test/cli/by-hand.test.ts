/** A member of the group `docker` who may not become root: what is printed, run by somebody else, is enough. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Machine, machine } from './machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const texts = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };
const running = { networks: ['netcompose-eth0'], shims: ['nc-eth0'], containers: ['shop-web-1'] };
const withoutSudo = { executables: ['/usr/bin/docker-compose'] };

/** The commands below the line that says to run them as root; none has a word with a space in it. */
function printed(text: string): readonly (readonly string[])[] {
  const [, rest = ''] = text.split(/help: run as root.*\n/);
  const commands = /^(?: +\S.*\n)*/.exec(rest)![0].trim().split('\n');
  return commands.map((line) => line.trim().split(' '));
}

async function runByHand(on: Machine, text: string): Promise<void> {
  const commands = printed(text);
  assert.ok(commands.length > 0, text);
  for (const argv of commands) assert.is((await on.host.run(argv)).code, 0, argv.join(' '));
}

/** All that the next `up` does is to call Compose. */
async function isEnough(on: Machine): Promise<void> {
  on.changes();
  on.host.ran.splice(0);
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  assert.equal(on.changes(), ['compose up -d']);
  assert.not.ok(on.host.ran.some((line) => line.startsWith('sudo')));
  assert.equal(on.left(), running);
}

for (const command of ['up -d', 'check', 'plan']) {
  test(`without sudo: what ${command} prints`, async () => {
    const on = machine(texts, withoutSudo);
    const { code, out, err } = await on.run(...command.split(' '));
    assert.is(code, 1);
    assert.match(out + err, 'error[shim/needs-root]');
    assert.equal(on.changes(), []);
    await runByHand(on, `${err}${out}`);
    await isEnough(on);
    assert.equal((await on.run('check')).code, 0);
  });
}

test('with sudo, "check" says that "up" asks it, until nothing is left for root; it never asks itself', async () => {
  const on = machine(texts);
  const says = async () => {
    const { code, out } = await on.run('check');
    assert.is(code, 0);
    return /^info\[shim\/asks-sudo\]: the shim "nc-eth0" of "netcompose-eth0" needs root: "up" asks sudo for it$/m.test(
      out,
    );
  };
  assert.ok(await says());
  assert.not.ok(on.host.ran.some((line) => line.startsWith('sudo')));
  // What the help names is enough for somebody whom sudo refuses.
  const { out } = await on.run('plan');
  const listed = out.split('\n').filter((line) => /^ +(?:ip|sysctl|docker) /.test(line));
  assert.ok(listed.length > 5, out);
  for (const line of listed) assert.is((await on.host.run(line.trim().split(' '))).code, 0, line);
  assert.not.ok(await says());
  await isEnough(on);
});

test('whom sudo would refuse on another host is not known', async () => {
  const here = machine(texts);
  const facts = (await here.run('facts')).out;
  assert.is((JSON.parse(facts) as { host: { privilege: string } }).host.privilege, 'sudo');
  const there = machine({ ...texts, 'facts.json': facts });
  assert.not.match((await there.run('check', '--facts', 'facts.json')).out, 'sudo');
});

test('render is for any host', async () => {
  assert.is((await machine(texts, withoutSudo).run('render')).code, 0);
});

test('render needs no driver of this kernel, and plan does', async () => {
  // The range of IPv6 is left out: something is to be found on the host, so that it is looked at.
  const dual =
    'mode: ipvlan-l2, parent: eth0, subnet: [192.168.1.0/24, "fd00:1::/64"], ' +
    'gateway: [192.168.1.1, "fd00:1::1"], ip_range: 192.168.1.192/27, ipv6_address: "fd00:1::50"';
  const project = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${dual} } }\n` };
  const files = {
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/lib/modules/6.1.0/modules.builtin': 'kernel/drivers/net/macvlan.ko\n',
    '/lib/modules/6.1.0/modules.dep': '',
  };
  const rendered = await machine(project, { files }).run('render');
  assert.is(rendered.code, 0, rendered.err);
  assert.match(rendered.out, 'driver: ipvlan');
  for (const argv of [['plan'], ['render', '--override']]) {
    const { code, err } = await machine(project, { files }).run(...argv);
    assert.is(code, 1, err);
    assert.match(err, 'error[engine/kernel-lacks-driver]');
  }
});

const refusals = [
  'sudo: a terminal is required to read the password',
  'sudo: a password is required',
  'sudo: 3 incorrect password attempts',
  'bob is not in the sudoers file.\nThis incident has been reported to the administrator.',
  'sudo: unable to resolve host vm: Name or service not known\nsudo: a password is required',
  "Sorry, user bob is not allowed to execute '/usr/sbin/ip link add' as root on host.",
  'Sorry, user bob may not run sudo on host.',
  "sudo: I'm sorry bob. I'm afraid I can't do that",
];
for (const stderr of refusals) {
  test(`"${stderr}"`, async () => {
    const on = machine(texts);
    on.failing.set('ip', { code: 1, stderr });
    const { code, err } = await on.run('up', '-d');
    assert.is(code, 3);
    assert.equal(on.left(), nothing);
    on.failing.clear();
    await runByHand(on, err);
    await isEnough(on);
  });
}

test('a command that fails by itself is no refusal, whatever sudo warns of', async () => {
  const on = machine(texts);
  const stderr = 'sudo: unable to resolve host vm: Name or service not known\nRTNETLINK answers: File exists\n';
  on.failing.set('ip', { code: 2, stderr });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 3);
  assert.not.match(err, 'run as root');
  assert.equal(on.left(), nothing);
});

for (const allowed of [1, 2, 3, 4]) {
  test(`a sudo that forgets after ${allowed}: what is left half-made is among them, or completed`, async () => {
    const on = machine(texts);
    let asked = 0;
    on.before = (line) => {
      if (!/^(?:ip|sysctl) /.test(line)) return;
      asked += 1;
      if (asked > allowed) on.failing.set(line.split(' ')[0]!, { code: 1, stderr: 'sudo: a password is required' });
    };
    const { code, err } = await on.run('up', '-d');
    assert.is(code, 3);
    assert.not.match(err, 'still to be undone');
    on.before = () => undefined;
    on.failing.clear();
    await runByHand(on, err);
    await isEnough(on);
  });
}

test('down says what to remove by hand', async () => {
  const on = machine(texts);
  await on.run('up', '-d');
  on.failing.set('ip', { code: 1, stderr: 'sudo: a password is required' });
  const { code, err } = await on.run('down');
  assert.is(code, 3);
  on.failing.clear();
  assert.equal(printed(err), [['ip', 'link', 'del', 'dev', 'nc-eth0']]);
  await runByHand(on, err);
  assert.equal(on.left(), nothing);
  assert.is((await on.run('down')).code, 0);
});

test.run();
