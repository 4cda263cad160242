/** What `plan` says of what is there already: before `up`, after it, and once the files have changed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { machine } from '../machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const text = (more = '') =>
  `name: shop\nservices:\n  web: { image: nginx, expose: ["80"], x-netmode: { ${lan}${more} } }\n`;
const shop = () => machine({ 'compose.yaml': text() });
const states = (json: string) => {
  const { services, networks, shims, actions, leftOver } = JSON.parse(json);
  return {
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, (one as { state: string }).state]),
    ),
    networks: Object.values(networks).map((one) => (one as { state: string }).state),
    shims: shims.map(({ state }: { state: string }) => state),
    actions: [...new Set(actions.map(({ state }: { state: string }) => state))],
    leftOver,
  };
};
const all = (state: string) => ({
  ...{ services: { web: state }, networks: [state], shims: [state], actions: [state], leftOver: [] },
});

test('new before up, there already after it', async () => {
  const on = shop();
  const before = (await on.run('plan')).out;
  assert.match(before, /^ {2}SERVICE .*\n\+ web /);
  assert.match(before, '  docker network create');
  assert.match(before, /\n\+ nc-eth0 +netcompose-eth0 +eth0\n/);
  assert.match(before, /\n\+ new\n$/);
  assert.equal(states((await on.run('plan', '--format', 'json')).out), all('new'));
  await on.run('up', '-d');
  const after = (await on.run('plan')).out;
  assert.match(after, /\n= web /);
  assert.not.match(after, 'docker network create');
  assert.match(after, 'Before the containers start:\n  # done already: 10 commands\n\n= there already\n');
  assert.equal(states((await on.run('plan', '--format', 'json')).out), all('there'));
});

test('a service that gets an address changes, and so does a shim that lost a route', async () => {
  const on = shop();
  await on.run('up', '-d');
  on.host.files.set('/project/compose.yaml', text(', ipv4_address: 192.168.1.230'));
  on.routes.splice(0);
  const { out } = await on.run('plan');
  assert.match(out, /\n~ web /);
  assert.match(out, '  ip route add 192.168.1.224/27 dev nc-eth0 scope global\n  # done already: 9 commands\n');
  assert.match(out, '~ changes   = there already');
});

test('of a service whose netmode cannot be planned, the table says what is asked and nothing else', async () => {
  const services = ['brigde', '{ mode: zzz }', '{ mode: host, parent: [] }', '{ network: nowhere }', 'service:nobody']
    .map((netmode, index) => `  s${index}: { image: x, ports: ["80${index}:80"], x-netmode: ${netmode} }\n`)
    .join('');
  const on = machine({ 'compose.yaml': `x-netmode: { default: host }\nservices:\n${services}` });
  const { code, out } = await on.run('plan', '--offline');
  assert.is(code, 1);
  const rows = [...out.matchAll(/^ {0,2}(s\d) +(\S+)(.*)$/gm)].map(([, name, netmode, rest]) => [name, netmode, rest]);
  const nothing = '  -        -               -';
  assert.equal(
    rows.map(([name, netmode, rest]) => [name, netmode, rest === nothing]),
    [
      ['s0', '<unknown>', true],
      ['s1', '<unknown>', true],
      ['s2', 'host', false],
      ['s3', '<unknown>', true],
      ['s4', '<unknown>', true],
    ],
    out,
  );
});

test('a network that nothing of the plan is on is left over', async () => {
  const on = shop();
  await on.run('up', '-d');
  on.host.files.set('/project/compose.yaml', text().replace(lan, 'mode: host'));
  const { out } = await on.run('plan', '--format', 'json');
  assert.equal(JSON.parse(out).leftOver ?? [], []);
  const { out: diff } = await on.run('plan', '--diff');
  assert.equal(diff.split('\n'), [
    '~ service web',
    '-    network: netcompose-eth0',
    '+    network_mode: host',
    '- network netcompose-eth0: the next "down" removes it',
    '-    driver: macvlan',
    '-    parent: eth0',
    '-    subnet: 192.168.1.0/24 gateway 192.168.1.1 range 192.168.1.224/27',
    '- shim nc-eth0: the next "down" removes it',
    '-    macvlan bridge on eth0',
    '-    route: 192.168.1.224/27',
    '',
    '~ changes: 1   - not in the plan: 2',
    '',
  ]);
});

test('--diff: what changes against what is there, and what stays', async () => {
  const on = shop();
  assert.equal((await on.run('plan', '--diff')).out.split('\n'), [
    '+ service web',
    '+    network: netcompose-eth0 mac e2:6c:f1:ce:36:92',
    '+ network netcompose-eth0',
    '+    driver: macvlan',
    '+    parent: eth0',
    '+    subnet: 192.168.1.0/24 gateway 192.168.1.1 range 192.168.1.224/27',
    '+ shim nc-eth0',
    '+    macvlan bridge on eth0',
    '+    route: 192.168.1.224/27',
    '',
    '+ new: 3',
    '',
  ]);
  await on.run('up', '-d');
  assert.is((await on.run('plan', '--diff')).out, 'Nothing changes against what runs now.\n');
  on.host.files.set('/project/compose.yaml', text(', ipv4_address: 192.168.1.230'));
  const { out, code } = await on.run('plan', '--diff');
  assert.is(code, 0);
  assert.match(out, '~ service web\n');
  assert.match(
    out,
    /\n- {4}network: netcompose-eth0 mac \S+\n\+ {4}network: netcompose-eth0 192\.168\.1\.230 mac \S+\n/,
  );
  assert.match(out, '= network netcompose-eth0\n= shim nc-eth0\n\n~ changes: 1   = stays: 2\n');
  on.routes.splice(0);
  assert.match(
    (await on.run('plan', '--diff')).out,
    '~ shim nc-eth0\n     macvlan bridge on eth0\n+    route: 192.168.1.224/27\n',
  );
  await on.run('up', '-d');
  on.links.get('nc-eth0')!.up = false;
  assert.match((await on.run('plan', '--diff')).out, '\n~    set right: see "netcompose plan"\n');
});

test('without an engine nothing is said of what is there, and --diff says why it cannot', async () => {
  const on = machine({ 'compose.yaml': text() }, { env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
  assert.not.match((await on.run('plan', '--offline')).out, /^[+~=] /m);
  const { code, out } = await on.run('plan', '--diff');
  assert.is(code, 4);
  assert.is(out, '');
});

test('--diff does not stay silent where nobody looks at an engine, nor for a swarm', async () => {
  const on = machine({ 'compose.yaml': text(), 'facts.json': JSON.stringify({ version: 1 }) });
  const offline = await on.run('plan', '--diff', '--offline');
  assert.is(offline.code, 2);
  assert.match(offline.err, '--diff compares with what runs, and --offline looks at nothing');
  const { out, err } = await on.run('plan', '--diff', '--facts', 'facts.json');
  assert.is(out, '');
  assert.match(err, 'the facts hold no engine: what runs there, and what changes, is not known');
  const swarm = await on.run('plan', '--diff', '--swarm');
  assert.is(swarm.code, 2);
  assert.match(swarm.err, '--swarm has no --diff');
});

test.run();
