/**
 * A stack on a swarm of two nodes: two engines, each in a network namespace of its own, with a LAN between them. What
 * `plan --swarm` prints for each is done there word for word.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { commandsOf } from '../support/swarm-commands.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig, within } from './rig/rig.ts';
import { addressOf, containerOf, docker, until } from './rig/swarm.ts';

interface Context {
  lan: Lan;
  /** The manager, in the sandbox's own namespace. */
  one: Rig;
  /** At the other end of the cable. */
  two: Rig;
  cwd: string;
}

const test = suite<Context>('swarm of two nodes');

const gateway = '192.168.213.254';
// Every node has one of each. Not every kernel has IPVS, which serves a service's own address: so it has none.
const everywhere = `    image: ${testImage}
    command: ["httpd", "-f", "-p", "80", "-h", "/www"]
    stop_signal: SIGKILL
    deploy: { mode: global, endpoint_mode: dnsrr }
`;
const compose = (address = '') => `name: shop
services:
  web:
${everywhere}    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, gateway: ${gateway}${address} }
  api:
${everywhere}    x-netmode: overlay
`;
const facts = ['--facts', 'node1.json', '--facts', 'node2.json'];

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'nodes' });
    const { namespace } = context.lan;
    for (const where of [[], ['-netns', namespace]]) {
      const device = where.length === 0 ? context.lan.parent : `ncl-${namespace}`;
      await ip(...where, 'route', 'add', 'default', 'via', gateway, 'dev', device);
    }
    context.one = await startRig();
    context.two = await startRig({ namespace });
    context.cwd = join(context.one.directory, 'shop');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'compose.yaml'), compose());
  }),
);
test.after(async ({ one, two, lan }) => {
  await two?.stop();
  await one?.stop();
  await ip('route', 'delete', 'default');
  await lan?.remove();
});

test('the second node joins, and each tells its facts', async ({ lan, one, two, cwd }) => {
  await docker(one, 'swarm', 'init', '--advertise-addr', lan.hostAddress);
  const token = await docker(one, 'swarm', 'join-token', '--quiet', 'worker');
  await docker(two, 'swarm', 'join', '--token', token, '--advertise-addr', lan.gateway, `${lan.hostAddress}:2377`);
  const [command, ...inNamespace] = within(lan.namespace);
  const there = await patiently(command!, [...inNamespace, process.execPath, program, 'facts'], { env: two.env });
  const here = await netcompose(one, ['facts'], { cwd });
  await writeFile(join(cwd, 'node1.json'), here.stdout);
  await writeFile(join(cwd, 'node2.json'), there.stdout);
  assert.equal(
    [here, there].map(({ stdout }) => JSON.parse(stdout).engine.swarm),
    ['manager', 'worker'],
  );
});

test('a fixed address, which the engines would ignore, is refused', async ({ one, cwd }) => {
  const input = compose(', ipv4_address: 192.168.213.200');
  const { code, stderr } = await netcompose(one, ['-f', '-', 'plan', '--swarm', ...facts], { cwd, input });
  assert.is(code, 1);
  assert.match(stderr, 'error[swarm/address-ignored]: "web"');
});

test('containers of both nodes reach each other, on the LAN and in the overlay', async ({ one, two, cwd }) => {
  const ours = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await netcompose(one, [...args, '--swarm', ...facts], { cwd });
    assert.equal([code, stderr], [0, '']);
    return stdout;
  };
  const stack = join(cwd, 'stack.yaml');
  await writeFile(stack, await ours('render'));
  const [onOne, onTwo, manager, undo, undoOnEach] = commandsOf(await ours('plan'), stack);
  for (const words of onOne!) await docker(one, ...words);
  for (const words of onTwo!) await docker(two, ...words);
  for (const words of manager!) await docker(one, ...words);

  const nodes = [one, two] as const;
  const places = { shop_web: 'netcompose-swarm-macvlan', shop_api: 'shop_overlay' } as const;
  for (const [service, network] of Object.entries(places)) {
    const addresses = await Promise.all(nodes.map((node) => addressOf(node, service, network)));
    // Each node hands out of its own half of the range.
    if (service === 'shop_web') assert.equal(addresses, ['192.168.213.192', '192.168.213.208']);
    assert.is.not(addresses[0], addresses[1]);
    for (const [index, node] of nodes.entries()) {
      const ask = `timeout 3 wget -q -O - http://${addresses[1 - index]}/`;
      const fetch = `for i in 1 2 3 4 5; do ${ask} && break; sleep 1; done`;
      const answer = await docker(node, 'exec', await containerOf(node, service), 'sh', '-c', fetch);
      assert.is(answer, 'hello', `${service}, from node ${index + 1}`);
    }
  }

  await docker(one, ...undo![0]!);
  for (const node of nodes)
    await until(async () => (await node.docker('ps', '--all', '--quiet')).stdout === '', 'containers are left');
  for (const words of undo!.slice(1)) await docker(one, ...words);
  for (const node of nodes) for (const words of undoOnEach!) await docker(node, ...words);
  for (const node of nodes)
    assert.not.match(await docker(node, 'network', 'ls', '--format', '{{.Name}}'), /netcompose|shop/);
});

async function ip(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await patiently('ip', args);
  assert.is(code, 0, `ip ${args.join(' ')}: ${stderr}`);
}

test.run();
