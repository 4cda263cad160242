/**
 * A stack on a swarm of two nodes, by ipvlan L2 and L3: the machine, and a network namespace with an engine of its own.
 * What `plan --swarm` prints for each, and for the LAN's router, is done there word for word.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf } from '../../support/swarm-commands.ts';
import { check, within } from './checks.ts';
import { bridgeOf, inNamespace } from './lan.ts';
import { difference, factsWithin, makeProject, netcompose, type Project, snapshot } from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must, run, until } from './process.ts';

const other = 'node2';
const otherEngine = 'unix:///run/node2.sock';
/** The default route's LAN is that of layer 2. */
const [two, three] = [row('l2plain').segment, row('l2').segment];
/** The second node on each; its interface by which it leaves has another name than the first's. */
const cards = [
  { on: two, name: 'enp3s0', address: '192.168.11.12' },
  { on: three, name: three.parent, address: '192.168.12.12' },
] as const;
const image = '/img/busybox.tar';
const everywhere = { deploy: { mode: 'global', endpoint_mode: 'dnsrr' } } as const;
const web = { command: ['httpd', '-f', '-p', '80', '-h', '/'], expose: [], restart: 'no', ...everywhere };
const file = {
  name: 'shop',
  services: {
    lan: guest({ ...web, 'x-netmode': { mode: 'ipvlan-l2', ip_range: '192.168.11.24/29' } }),
    routed: guest({ ...web, 'x-netmode': { mode: 'ipvlan-l3', parent: three.parent, subnet: '10.7.12.0/24' } }),
  },
};
/** Each node hands out of its own part. */
const parts: Readonly<Record<string, readonly [RegExp, RegExp]>> = {
  lan: [/^192\.168\.11\.2[4-7]$/, /^192\.168\.11\.(28|29|30)$/],
  routed: [/^10\.7\.12\.\d{1,2}$/, /^10\.7\.12\.1[2-9]\d$/],
};
const facts = ['--facts', 'node1.json', '--facts', 'node2.json'];

const engines = [[], ['--host', otherEngine]] as const;
type Node = 0 | 1;
const nodes = [0, 1] as const;
const docker = (node: Node, ...args: readonly string[]) => must('docker', ...engines[node], ...args);

export async function swarm(): Promise<void> {
  within('a swarm of two nodes');
  const before = snapshot();
  const project = makeProject('shop', file);
  // What leaves a network of layer 3 leaves by a route on its parent.
  const byRouter = ['default', 'via', three.router, 'dev', three.parent, 'metric', '900'];
  must('ip', 'route', 'add', ...byRouter);
  const endNode = startNode();
  try {
    joinBoth();
    writeFacts(project);
    const undo = deploy(project);
    try {
      reachEachOther();
    } finally {
      undo();
    }
  } finally {
    for (const node of [1, 0] as const) run(['docker', ...engines[node], 'swarm', 'leave', '--force']);
    await endNode();
    must('ip', 'route', 'delete', ...byRouter);
    run(['docker', 'network', 'rm', 'docker_gwbridge']);
    const left = difference(before, snapshot());
    check('nothing is left', left === '', left);
  }
}

/**
 * A host beside the machine's: a namespace with a card on either LAN, and an engine in it.
 *
 * @returns what ends it
 */
function startNode(): () => Promise<void> {
  must('ip', 'netns', 'add', other);
  must('ip', '-n', other, 'link', 'set', 'dev', 'lo', 'up');
  for (const { on, name, address } of cards) {
    const port = `${name}-port`;
    must('ip', 'link', 'add', port, 'netns', 'router', 'type', 'veth', 'peer', 'name', name, 'netns', other);
    must('ip', '-n', 'router', 'link', 'set', 'dev', port, 'master', bridgeOf(on), 'up');
    must('ip', '-n', other, 'addr', 'add', `${address}/${on.prefix}`, 'dev', name);
    must('ip', '-n', other, 'link', 'set', 'dev', name, 'up');
    const metric = on === two ? [] : ['metric', '900'];
    must('ip', '-n', other, 'route', 'add', 'default', 'via', on.router, 'dev', name, ...metric);
  }
  // (`ip netns exec` would hide the control groups.)
  const args = ['--host', otherEngine, '--pidfile', '/run/node2.pid', '--exec-root', '/run/node2'];
  const output = openSync('/run/node2.log', 'w');
  const daemon = spawn(
    'nsenter',
    [`--net=/run/netns/${other}`, 'dockerd', ...args, '--data-root', '/var/lib/node2', '--bip', '172.29.0.1/16'],
    { stdio: ['ignore', output, output], detached: true },
  );
  closeSync(output);
  const ended = once(daemon, 'exit');
  until(
    () => run(['docker', '--host', otherEngine, 'version']).code,
    (code) => code === 0,
    120,
  );
  docker(1, 'import', '--change', 'CMD ["sh"]', image, 'busybox:latest');
  return async () => {
    daemon.kill('SIGTERM');
    await ended;
    must('ip', 'netns', 'delete', other);
    for (const { name } of cards) run(['ip', '-n', 'router', 'link', 'delete', `${name}-port`]);
  };
}

function joinBoth(): void {
  docker(0, 'swarm', 'init', '--advertise-addr', two.host);
  const token = docker(0, 'swarm', 'join-token', '--quiet', 'worker');
  docker(1, 'swarm', 'join', '--token', token, '--advertise-addr', cards[0].address, `${two.host}:2377`);
}

function writeFacts(project: Project): void {
  const told = [netcompose(project, ['facts']), factsWithin(other, otherEngine)];
  for (const [at, { stdout }] of told.entries()) writeFileSync(join(project.folder, `node${at + 1}.json`), stdout);
  const roles = told.map(({ stdout, stderr }) => (stdout === '' ? stderr : JSON.parse(stdout).engine.swarm));
  check('each node tells its facts', roles.join() === 'manager,worker', roles.join());
}

/** @returns what undoes it */
function deploy(project: Project): () => void {
  const ours = (command: string): string => {
    const { code, stdout, stderr } = netcompose(project, [command, '--swarm', ...facts]);
    check(`${command} --swarm`, code === 0 && stderr === '', stderr);
    return stdout;
  };
  const stack = join(project.folder, 'stack.yaml');
  writeFileSync(stack, ours('render'));
  const printed = ours('plan');
  const [onOne, onTwo, manager, , undo, undoOnEach] = commandsOf(printed, stack);
  const routes = [...printed.matchAll(/^ {2}(ip route add .*)$/gm)].map(([, words]) => words!.split(' '));
  check('each node has its part', onOne!.length === 2 && onTwo!.length === 2 && routes.length === 2, printed);
  for (const words of onOne!) docker(0, ...words);
  for (const words of onTwo!) docker(1, ...words);
  for (const words of manager!) docker(0, ...words);
  for (const route of routes) must(...inNamespace('router', ...route));
  return () => {
    docker(0, ...undo![0]!);
    const left = () => nodes.map((node) => docker(node, 'ps', '--all', '--quiet')).join('');
    check('the containers go', until(left, (ids) => ids === '', 120) === '', left());
    for (const words of undo!.slice(1)) docker(0, ...words);
    for (const node of nodes) for (const words of undoOnEach!) docker(node, ...words);
    for (const route of routes) must(...inNamespace('router', ...route.map((word) => (word === 'add' ? 'del' : word))));
    const networks = nodes.map((node) => docker(node, 'network', 'ls', '--format', '{{.Name}}')).join('\n');
    check('and so do the networks', !/netcompose|shop/.test(networks), networks);
  };
}

interface Task {
  readonly pid: string;
  readonly address: string;
}

/** The one container of a service on a node, once it runs. */
function taskOn(node: Node, service: string): Task {
  const ask = () =>
    run(['docker', ...engines[node], 'ps', '--quiet', '--filter', `name=shop_${service}`]).stdout.trim();
  const id = until(ask, (found) => found !== '', 120);
  const format = '{{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const [pid = '', address = ''] = docker(node, 'inspect', '--format', format, id).split(' ');
  return { pid, address };
}

function reachEachOther(): void {
  for (const [service, beginnings] of Object.entries(parts)) {
    const tasks = nodes.map((node) => taskOn(node, service));
    const addresses = tasks.map(({ address }) => address);
    check(
      `${service}: each node hands out of its own part`,
      addresses.every((address, node) => beginnings[node]!.test(address)),
      addresses.join(' '),
    );
    for (const [node, { pid }] of tasks.entries())
      check(
        `${service}: from node ${node + 1} to the other's`,
        answers(['nsenter', '--net', '--target', pid], addresses[1 - node]!),
        addresses[1 - node]!,
      );
    for (const address of addresses)
      check(`${service}: the neighbour reaches ${address}`, answers(inNamespace('neighbour'), address), address);
    // At layer 3 it goes by the LAN's router, which has the route to each.
    const reached = addresses.map((address) => answers([], address));
    check(
      `${service}: a node reaches the other's, and its own at layer 3 only`,
      reached.join() === `${service === 'routed'},true`,
      reached.join(),
    );
  }
}

/** A container that has just started may not listen yet. */
const answers = (from: readonly string[], address: string): boolean => {
  const ask = [...from, 'busybox', 'wget', '-T', '3', '-q', '-O', '-', `http://${address}/etc/passwd`];
  return until(
    () => run(ask).stdout,
    (text) => text.startsWith('root:'),
    3,
  ).startsWith('root:');
};
