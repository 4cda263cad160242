/** netcompose on the machine, and what a machine has that netcompose could leave behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { isCounted } from './clock.ts';
import { containers, forgetContainers, stateOf } from './containers.ts';
import { hasIpv6 } from './lan.ts';
import { quickerNode } from './node.ts';
import { must, type Output, type RunOptions, run, runBeside } from './process.ts';

const program = '/src/netcompose/bin/netcompose.cjs';
const stateFolder = '/root/.local/state/netcompose';
/**
 * Stands before `ip`, `docker` and the Compose plugin, which netcompose starts without `docker`: notes each call, and
 * kills its caller where it is told to.
 */
const spyFolder = '/run/lab-spy';
/** Docker's configuration of that caller. */
const spyConfig = join(spyFolder, 'config');
const spyLog = '/run/lab-spy.log';
const spy = `#!/bin/sh
name=\${0##*/}
words="$name $*"
read -r uptime idle </proc/uptime
echo "$uptime $words" >>${spyLog}
case $name in
docker-compose) real=$LAB_COMPOSE;;
*) real=$(PATH=\${PATH#${spyFolder}:} command -v "$name");;
esac
case $LAB_KILL in
before:*) case $words in *"\${LAB_KILL#*:}"*) kill -9 $PPID; exit 1;; esac;;
during:*) case $words in *"\${LAB_KILL#*:}"*) kill -9 $PPID;; esac;;
after:*) case $words in *"\${LAB_KILL#*:}"*) "$real" "$@"; kill -9 $PPID; exit 1;; esac;;
esac
exec "$real" "$@"
`;

const pluginFolder = (config: string) => join(config, 'cli-plugins');
const composeIn = (plugins: string) => join(plugins, 'docker-compose');

export function prepareMachine(): void {
  const plugins = pluginFolder(spyConfig);
  mkdirSync(plugins, { recursive: true });
  for (const path of [...['ip', 'docker', 'sysctl'].map((name) => join(spyFolder, name)), composeIn(plugins)]) {
    writeFileSync(path, spy);
    chmodSync(path, 0o755);
  }
}

export interface Project {
  readonly name: string;
  readonly folder: string;
}

export function makeProject(name: string, file: object): Project {
  const project = { name, folder: join('/run/projects', name) };
  mkdirSync(project.folder, { recursive: true });
  writeProject(project, file);
  return project;
}

/** Writes its Compose file; JSON is YAML too. */
export function writeProject({ folder }: Project, file: object): void {
  writeFileSync(join(folder, 'compose.yaml'), `${JSON.stringify(file, null, 2)}\n`);
}

/**
 * Neither collecting nor a second processor pays where every instruction is emulated; but memory is not endless, forty
 * containers that start at once wait for one another until the engine gives one up, and an answer takes its time
 * meanwhile. Where times are measured, all is as it is on any machine.
 */
const emulated = isCounted
  ? {}
  : {
      ...{ GOGC: 'off', GOMEMLIMIT: '256MiB', GOMAXPROCS: '1', COMPOSE_PARALLEL_LIMIT: '6' },
      ...{ NETCOMPOSE_ENGINE_SECONDS: '60' },
    };
const command = [...(isCounted ? ['node'] : quickerNode), program];
/** Where a project is, and what its commands are run with. */
const options = ({ folder }: Project, spied?: string): RunOptions => ({
  cwd: folder,
  env: {
    ...emulated,
    ...(spied !== undefined && {
      PATH: `${spyFolder}:${process.env['PATH']}`,
      DOCKER_CONFIG: spyConfig,
      LAB_COMPOSE: composeIn(pluginFolder(process.env['DOCKER_CONFIG']!)),
      LAB_KILL: spied,
    }),
  },
});

/** To be told the commands that it runs afterwards (`changes`). */
export const noted = '';

/**
 * @param spied `noted`, or `before:TEXT`, `during:TEXT`, `after:TEXT`: kills netcompose at the first command that has
 *   the text
 */
export function netcompose(project: Project, args: readonly string[], spied?: string): Output {
  rmSync(spyLog, { force: true });
  const output = run([...command, ...args], options(project, spied));
  forgetContainers();
  return output;
}

export async function netcomposeBeside(project: Project, args: readonly string[]): Promise<Output> {
  const output = await runBeside([...command, ...args], options(project));
  forgetContainers();
  return output;
}

/** The facts of a host that is another network namespace of the machine's, with an engine of its own. */
export const factsWithin = (namespace: string, engine: string): Output =>
  run(['nsenter', `--net=/run/netns/${namespace}`, ...command, 'facts'], { env: { ...emulated, DOCKER_HOST: engine } });

/** Starts one that goes on until it is ended. What it writes is in a file, which is read while commands are run. */
export function netcomposeAside(project: Project, args: readonly string[], file: string): ChildProcess {
  const output = openSync(file, 'w');
  const [node, ...argv] = [...command, ...args];
  const { cwd, env } = options(project);
  const child = spawn(node!, argv, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

/** The commands of the last call, which was noted, that change the host's or the engine's network. */
export function changes(): readonly string[] {
  return readFileSync(spyLog, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\S+ /, ''))
    .filter((line) => /^sysctl |^ip (?!.*-j)|^docker network (create|rm)/.test(line));
}

/** Takes a project down, and compares with what there was before it. */
export function downAndCompare(project: Project, before: readonly string[]): void {
  const down = netcompose(project, ['down']);
  check(`down of ${project.name}`, down.code === 0, down.code === 0 ? '' : down.stderr);
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}

/** A service's container: with `scale`, the first. */
export const containerOf = ({ name }: Project, service: string): string => `${name}-${service}-1`;

/** The shims' own addresses, by their names; a shim that needs none is there with none. */
export function ownAddresses(): ReadonlyMap<string, readonly string[]> {
  const links = JSON.parse(must('ip', '-j', 'addr')) as readonly {
    readonly ifname: string;
    readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
  }[];
  return new Map(
    links
      .filter(({ ifname }) => ifname.startsWith('nc-'))
      .map(({ ifname, addr_info }) => [
        ifname,
        addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local),
      ]),
  );
}

/** The address that Docker has given; of two networks, on the one that is not Compose's default. */
export function addressOf(container: string, family: 4 | 6 = 4): string {
  const { addresses } = stateOf(container);
  const one = addresses.find(({ network }) => !network.endsWith('_default'));
  return (family === 4 ? one?.v4 : one?.v6) ?? '';
}

/** What tells whether containers were made anew or started again. */
export function identities(): string {
  forgetContainers();
  return [...containers().values()]
    .map(({ id, startedAt }) => `${id} ${startedAt}`)
    .sort()
    .join('\n');
}

/** All that netcompose could leave behind, sorted, without what changes by itself. */
export function snapshot(): readonly string[] {
  return [
    ...lines('container', must('docker', 'ps', '--all', '--format', '{{.Names}}')),
    ...lines('network', must('docker', 'network', 'ls', '--format', '{{.Name}} {{.Driver}}')),
    ...links(),
    ...lines(
      'sysctl',
      run([
        'sysctl',
        '-ae',
        '--pattern',
        '^net\\.ipv[46]\\.conf\\..*\\.(arp_filter|arp_announce|rp_filter|accept_ra|autoconf|disable_ipv6)$',
      ]).stdout,
    ).filter(
      // Each network of Docker's has a bridge.
      (line) => !/\.br-/.test(line),
    ),
    ...(existsSync(stateFolder)
      ? readdirSync(stateFolder, { recursive: true, encoding: 'utf8' }).map((file) => `state ${file}`)
      : []),
  ].sort();
}

/**
 * The host's interfaces, addresses, routes, rules and permanent neighbours, without Docker's own bridges, containers'
 * ends, counters and life times.
 */
export function links(): readonly string[] {
  const isKept = (line: string) =>
    !/\bfe80:|\bff00::| proto kernel metric 0|expires|\bveth|\bbr-[\da-f]{12}\b/.test(line);
  return [
    ...lines('link', must('ip', '-o', 'link')).map((line) =>
      line
        .replace(/ \d+: /, ' ')
        .replace(/ (qlen|state|qdisc|mode) \S+/g, '')
        .replace(/@[^:]*/, '')
        .replace(/NO-CARRIER,|,LOWER_UP/g, '')
        // A shim of macvlan has a new one each time.
        .replace(/^(link nc-.*link\/ether) \S+/, '$1'),
    ),
    ...lines('address', must('ip', '-o', 'addr')).map((line) => line.replace(/ \d+: /, ' ').replace(/\\.*$/, '')),
    ...lines('route', must('ip', 'route', 'show', 'table', 'all')),
    ...(hasIpv6 ? lines('route', must('ip', '-6', 'route', 'show', 'table', 'all')) : []),
    ...lines('rule', must('ip', 'rule')),
    ...(hasIpv6 ? lines('rule', must('ip', '-6', 'rule')) : []),
    ...lines('neighbour', must('ip', 'neigh', 'show', 'nud', 'permanent')),
  ]
    .filter(isKept)
    .map((line) => line.replace(/ linkdown/, ''))
    .sort();
}

function lines(what: string, text: string): readonly string[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => `${what} ${line.trim()}`);
}

/** Lines that went and lines that came; empty where nothing did. */
export function difference(before: readonly string[], after: readonly string[]): string {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
