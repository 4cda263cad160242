/** What is looked at for `check`, and what `doctor` and `explain` print. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FakeOptions } from '../host/fake-host.ts';
import { lanFacts } from '../support/in-memory.ts';
import { runIn } from './in-folder.ts';

const socket = (port: string) =>
  `  0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1 0 100 0\n`;

/** A host on which nginx has port 8080 (1F90), without an engine. */
const host = (options: FakeOptions = {}): FakeOptions => ({
  env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  commands: { 'ip -N -j -d addr': '[]', 'ip -j route': '[]', 'ip -j -6 route': '[]', ...options.commands },
  files: { '/proc/net/tcp': socket('1F90'), '/proc/812/comm': 'nginx\n' },
  links: { '/proc/812/fd/5': 'socket:[77]' },
});
const web = (ports: string, netmode = 'bridge') => ({
  'compose.yaml': `services:\n  web:\n    image: nginx\n    ports: ["${ports}"]\n    x-netmode: ${netmode}\n`,
});

test('check names the process in the way; without the engine it is a warning', async () => {
  const { code, out } = await runIn(web('8080:80'), ['check'], host());
  assert.is(code, 0);
  const warning =
    'warning[ports/in-use-on-host]: "web" publishes port 8080/tcp of the host, which "nginx" (pid 812) has open';
  assert.ok(out.split('\n').includes(warning), out);
});

test('check with nothing in the way is silent', async () => {
  const { code, out, err, host: asked } = await runIn(web('8081:80'), ['check'], host());
  assert.equal({ code, out, err }, { code: 0, out: '', err: '' });
  // A socket table is read; no program runs, and no engine is asked.
  assert.equal(asked.ran, []);
});

for (const argv of [['check', '--offline'], ['render'], ['render', '--offline']]) {
  test(`"${argv.join(' ')}" looks at no socket and no process`, async () => {
    const { host: asked, out } = await runIn(web('8080:80'), argv, { ...host(), commands: {} });
    assert.equal(asked.ran, []);
    assert.not.match(out, 'nginx"');
  });
}

test('check without ports looks at nothing', async () => {
  const { host: asked } = await runIn(
    { 'compose.yaml': 'services:\n  web: { image: nginx, x-netmode: none }\n' },
    ['check'],
    { ...host(), commands: {} },
  );
  assert.equal(asked.ran, []);
});

test('check --probe asks for the addresses that are not known', async () => {
  const address = [
    {
      ifindex: 2,
      ifname: 'eth0',
      flags: ['UP'],
      mtu: 1500,
      address: '02:fc:00:00:00:01',
      addr_info: [{ family: 'inet', local: '192.168.1.10', prefixlen: 24 }],
    },
  ];
  const routes = [{ dst: 'default', gateway: '192.168.1.1', dev: 'eth0' }];
  const answer = JSON.stringify([
    { dst: '192.168.1.53', dev: 'eth0', lladdr: '02:00:00:00:00:99', state: ['REACHABLE'] },
  ]);
  const commands = {
    'ip -N -j -d addr': JSON.stringify(address),
    'ip -j route': JSON.stringify(routes),
    'ip -j neigh': ['[]', '[]', answer],
  };
  const text = {
    'compose.yaml':
      'services:\n  dns:\n    image: dns\n' +
      '    x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, ipv4_address: 192.168.1.53 }\n',
  };
  const { code, out, host: asked } = await runIn(text, ['check', '--probe'], host({ commands }));
  assert.is(code, 1);
  assert.match(out, '"dns": 192.168.1.53 answers on eth0, from the device 02:00:00:00:00:99');
  assert.ok(asked.ran.includes('datagram 192.168.1.53'));
  const without = await runIn(text, ['check'], host({ commands: { ...commands, 'ip -j neigh': '[]' } }));
  assert.ok(!without.host.ran.some((command) => command.startsWith('datagram')));
});

test('check --probe and --offline exclude each other', async () => {
  assert.is((await runIn(web('8080:80'), ['check', '--probe', '--offline'])).code, 2);
});

const facts = { 'nas.json': JSON.stringify({ ...lanFacts, engine: { ...lanFacts.engine!, kind: 'rootless' } }) };

test('doctor of another host', async () => {
  const { code, out, host: asked } = await runIn(facts, ['doctor', '--facts', 'nas.json']);
  assert.is(code, 0);
  assert.match(out, /^macvlan +cannot work here:\n +a rootless engine has no macvlan and no ipvlan$/m);
  assert.equal(asked.ran, []);
});

test('doctor as JSON', async () => {
  const { out } = await runIn(facts, ['doctor', '--facts', 'nas.json', '--format', 'json', '--parent', 'wlan0']);
  const { version, parent, netmodes } = JSON.parse(out) as {
    version: number;
    parent: string;
    netmodes: { netmode: string; verdict: string }[];
  };
  assert.equal([version, parent], [1, 'wlan0']);
  assert.equal(netmodes.find(({ netmode }) => netmode === 'bridge')?.verdict, 'works');
});

test('doctor without an engine says so, and exits with 4', async () => {
  const { code, out, err } = await runIn({}, ['doctor'], host({ commands: { 'ip -j neigh': '[]' } }));
  assert.is(code, 4);
  assert.match(err, 'there is no such socket');
  assert.match(out, 'the Docker engine cannot be reached');
});

for (const [name, words] of [
  ['in one word', ['failed to create the ipvlan port: device or resource busy']],
  ['without quotes', 'failed to create the ipvlan port: device or resource busy'.split(' ')],
  ['with a dash first', ['-o parent interface was not found on the host: eth9']],
] as const) {
  test(`explain an error of Docker, ${name}`, async () => {
    const { code, out } = await runIn({}, ['explain', ...words]);
    assert.is(code, 0);
    assert.match(out, /\n\nnetcompose finds this before anything starts: netcompose explain parent\/[\w-]+\n$/);
  });
}

test('explain a part of an error, as the help does: each that says it, with its text first', async () => {
  const { code, out } = await runIn({}, ['explain', 'device or resource busy']);
  assert.is(code, 0);
  assert.match(out, /^failed to set up container networking: .+ipvlan port: device or resource busy\n\nThe parent/);
  assert.match(out, /\n\n\nRTNETLINK answers: Device or resource busy\n\nThe parent/);
});

test('explain an unknown error', async () => {
  const { code, err } = await runIn({}, ['explain', 'no space left on device']);
  assert.is(code, 2);
  assert.match(err, '"no space left on device" is not an error that netcompose knows');
});

test.run();
