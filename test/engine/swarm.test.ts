/** A stack on a swarm of one node: what `render --swarm` and `plan --swarm` print is done word for word, and works. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { commandsOf } from '../support/swarm-commands.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { addressOf, containerOf, docker, until } from './rig/swarm.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  cwd: string;
}

const test = suite<Context>('swarm');

const command = '["httpd", "-f", "-p", "80", "-h", "/www"]';
const server = `    image: ${testImage}\n    command: ${command}\n    stop_signal: SIGKILL\n`;

// Not every kernel has IPVS, which serves a swarm's own addresses and its ports in ingress mode: so neither is used.
const compose = `name: shop
x-netmode:
  ip_range: 192.168.213.77/32
services:
  web:
${server}    networks: [back]
    x-netmode: macvlan
    depends_on: { api: { condition: service_started } }
  api:
${server}    ports: ["127.0.0.1:18101:80", { target: 80, published: "18102", mode: host }]
    deploy: { endpoint_mode: dnsrr, replicas: "1", resources: { limits: { cpus: 0.5, pids: "50" } } }
    container_name: api
    restart: always
    init: "true"
    privileged: "false"
    ulimits: { nofile: "1000" }
    environment: { DEBUG: true }
    volumes: [{ type: tmpfs, target: /cache, tmpfs: { size: 1m, mode: 0700 } }, "/tmp:/host:ro,z"]
    extra_hosts: { nas: [192.168.213.7, 192.168.213.8] }
    configs: [{ source: page, target: /page, mode: "0440" }]
    networks: { back: { aliases: [backend] } }
  metrics:
${server.replace('"80"', '"18103"')}    x-netmode: { mode: host, listen: [18103] }
networks:
  back:
    driver: bridge
    driver_opts: { com.docker.network.bridge.name: brs }
    ipam: { options: { a: b }, config: [{ subnet: 10.213.77.0/24, gateway: 10.213.77.1, ip_range: 10.213.77.128/25 }] }
configs:
  page: { file: ./compose.yaml, labels: { own: true } }
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'swarm', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
    context.cwd = join(context.rig.directory, 'shop');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'compose.yaml'), compose);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

test('without a swarm the overlay is refused before anything is done', async ({ rig, cwd }) => {
  const text = `services:\n  web:\n${server}    x-netmode: overlay\n`;
  const { code, stderr } = await netcompose(rig, ['-f', '-', 'plan', '--swarm'], { cwd, input: text });
  assert.is(code, 1);
  assert.match(stderr, 'error[engine/swarm-inactive]');
});

test('deployed, reached on the LAN and by name, and removed, with nothing left', async ({ rig, lan, before, cwd }) => {
  const ours = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await netcompose(rig, args, { cwd });
    assert.is(code, 0, stderr);
    return stdout;
  };
  await docker(rig, 'swarm', 'init', '--advertise-addr', '127.0.0.1');
  await writeFile(join(cwd, 'node1.json'), await ours('facts'));
  const stack = join(cwd, 'stack.yaml');
  await writeFile(stack, await ours('render', '--swarm', '--facts', 'node1.json'));
  const printed = await ours('plan', '--swarm', '--facts', 'node1.json');
  const [on, manager, undo, undoOnHost] = commandsOf(printed, stack);
  assert.equal(
    [on, manager, undo, undoOnHost].map((commands) => commands?.length),
    [1, 2, 2, 1],
  );
  for (const words of [...on!, ...manager!]) await docker(rig, ...words);

  const address = await addressOf(rig, 'shop_web', 'netcompose-swarm-macvlan_ncp-swarm');
  assert.is(address, '192.168.213.77', 'a range of one address');
  assert.is(await fetchText(`http://${address}/`, { from: lan }), 'hello');
  assert.is(await fetchText('http://127.0.0.1:18103/'), 'hello', 'host mode');
  assert.is(await fetchText('http://127.0.0.1:18102/'), 'hello', 'published on the node');
  assert.is(await fetchText('http://127.0.0.1:18101/', { once: true }), undefined, 'for this host alone: left out');
  const fetch = 'for i in 1 2 3 4 5; do timeout 3 wget -q -O - http://backend/ && break; sleep 1; done';
  assert.is(await docker(rig, 'exec', await containerOf(rig, 'shop_web'), 'sh', '-c', fetch), 'hello', 'by name');

  const { ContainerSpec: api, Resources } = JSON.parse(
    await docker(rig, 'service', 'inspect', '--format', '{{json .Spec.TaskTemplate}}', 'shop_api'),
  );
  assert.equal(api.Mounts, [
    { Type: 'tmpfs', Target: '/cache', TmpfsOptions: { SizeBytes: 1048576 } },
    { Type: 'bind', Source: '/tmp', Target: '/host', ReadOnly: true },
  ]);
  assert.equal(api.Hosts, ['192.168.213.7 nas', '192.168.213.8 nas']);
  assert.equal([api.Init, api.Env, api.Ulimits[0].Hard], [true, ['DEBUG=true'], 1000]);
  assert.is(api.Configs[0].File.Mode, 0o440);
  assert.equal(Resources.Limits, { NanoCPUs: 500_000_000, Pids: 50 });

  for (const words of undo!.slice(0, 1)) await docker(rig, ...words);
  await until(async () => (await rig.docker('ps', '--all', '--quiet')).stdout === '', 'containers are left');
  for (const words of [...undo!.slice(1), ...undoOnHost!]) await docker(rig, ...words);
  await docker(rig, 'swarm', 'leave', '--force');
  await docker(rig, 'network', 'rm', 'docker_gwbridge');
  assert.equal(await snapshot(rig), before);
});

test.run();
