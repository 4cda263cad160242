/**
 * A machine on an ordinary LAN, in memory: a kernel as far as `ip` and `sysctl` change it, an engine, and a Compose
 * that starts and removes containers. Commands have their effect, so that a test can look at what is left of them.
 */

import type { Questions } from '../../src/cli/questions.ts';
import { load } from '../../src/compose/load.ts';
import { networkModeText } from '../../src/compose/project/network-mode.ts';
import type { Service } from '../../src/compose/project/project.ts';
import type { RunResult } from '../../src/host/system/host.ts';
import type { ResolvedModel } from '../../src/plan/checks/compose-agrees.ts';
import { type FakeEngine, fakeEngine } from '../host/fake-engine.ts';
import { type FakeHost, type FakeOptions, fakeHost } from '../host/fake-host.ts';
import { folder, type Outcome, runOn } from './in-folder.ts';
import type { FakeScreen } from './progress/screen.ts';

type ResolvedService = NonNullable<ResolvedModel['services']>[string];

interface Link {
  readonly kind: string;
  readonly parent: string;
  readonly mode: string;
  readonly group: string;
  alias?: string;
  up: boolean;
  multicast: boolean;
  /** With the scope where it is not global: `169.254.255.28/32 link`. */
  readonly addresses: string[];
}

interface Route {
  readonly dst: string;
  readonly dev: string;
  readonly prefsrc?: string;
  readonly scope?: string;
  /** Absent: the main one. */
  readonly table?: string;
}

interface Rule {
  readonly dst: string;
  readonly table: string;
  readonly priority: number;
}

export interface Machine {
  readonly engine: FakeEngine;
  readonly links: Map<string, Link>;
  readonly routes: Route[];
  readonly rules: Rule[];
  /** Commands, by how they begin in what `changes` shows, that give this instead of having their effect. */
  readonly failing: Map<string, Partial<RunResult>>;
  /** Called before each command that changes something, as `changes` shows it. */
  before: (line: string) => void;
  /** Answers what is asked; absent: nobody is at the terminal. */
  questions?: Questions;
  /** Where progress is shown; absent: nobody looks at it. */
  screen?: FakeScreen;
  readonly host: FakeHost;
  /** Runs netcompose in the project's folder. */
  run(...argv: readonly string[]): Promise<Outcome>;
  /** What has been changed since the last call: the commands that change the host, and those that Compose was given. */
  changes(): readonly string[];
  /** What of netcompose's is there: networks, shims, containers. */
  left(): {
    readonly networks: readonly string[];
    readonly shims: readonly string[];
    readonly containers: readonly string[];
  };
}

/** @param texts the project's files, by path relative to its folder */
export function machine(texts: Readonly<Record<string, string>>, options: FakeOptions = {}): Machine {
  const engine = fakeEngine();
  const links: Machine['links'] = new Map();
  const routes: Route[] = [];
  const rules: Rule[] = [];
  const changes: string[] = [];

  const respond = (argv: readonly string[]): Partial<RunResult> | string | undefined => {
    const line = argv.join(' ');
    if (line.startsWith('sudo -- ')) return respond(argv.slice(2));
    const shown = shownChange(argv);
    if (shown !== undefined) {
      now.before(shown);
      changes.push(shown);
    }
    const failure = [...now.failing].find(([beginning]) => shown?.startsWith(beginning));
    if (failure) return failure[1];
    switch (argv[0]) {
      case 'ip':
        // Of what single commands give, the fake host makes it itself.
        return argv.includes('-batch') ? undefined : ip(argv.slice(1), { links, routes, rules }, host);
      case 'sysctl': {
        const [key = '', value = ''] = argv[2]!.split('=');
        host.files.set(`/proc/sys/${key}`, `${value}\n`);
        return '';
      }
      case 'docker':
        return docker(argv.slice(1), engine);
      case 'docker-compose':
        return compose(argv.slice(1), host, engine);
      default:
        return '';
    }
  };

  const host = fakeHost({
    cwd: folder,
    uid: 1000,
    executables: ['/usr/bin/docker-compose', '/usr/bin/sudo'],
    ...options,
    env: { ...engine.env, ...options.env },
    files: {
      '/sys/module/macvlan/initstate': 'live',
      ...Object.fromEntries(Object.entries(texts).map(([path, text]) => [`${folder}/${path}`, text])),
      ...options.files,
    },
    answer: respond,
  });
  const now: Machine = {
    engine,
    links,
    routes,
    rules,
    failing: new Map(),
    before: () => undefined,
    host,
    // A host of its own for each, as each is a process.
    run: (...argv) => runOn({ ...host }, argv, now.questions, now.screen),
    changes: () => changes.splice(0),
    left: () => ({
      networks: [...engine.networks.keys()].sort(),
      shims: [...links.keys()].sort(),
      containers: engine.containers.map(({ name }) => name).sort(),
    }),
  };
  return now;
}

/** Compose is shown without its `-f`, which the test's folder and process would make different each time. */
function shownChange(argv: readonly string[]): string | undefined {
  const [file, ...args] = argv;
  if (file === 'docker-compose') {
    const words = args.filter((word, at) => word !== '-f' && args[at - 1] !== '-f');
    return /^(config|version)$/.test(commandIn(words)) ? undefined : `compose ${words.join(' ')}`;
  }
  return file === 'ip' && args.includes('-j') ? undefined : argv.join(' ');
}

/** The first word that is no global option; those with a value are not used here. */
const commandIn = (words: readonly string[]) => words.find((word) => !word.startsWith('-')) ?? '';

const lan = {
  ...{ ifname: 'eth0', ifindex: 2, flags: ['UP'], mtu: 1500, address: '52:54:00:12:34:56' },
  addr_info: [{ family: 'inet', local: '192.168.1.10', prefixlen: 24 }],
};

function ip(
  words: readonly string[],
  { links, routes, rules }: Pick<Machine, 'links' | 'routes' | 'rules'>,
  host: FakeHost,
): Partial<RunResult> | string {
  const line = words.join(' ');
  const after = (word: string) => words[words.indexOf(word) + 1] ?? '';
  const name = after('dev');
  if (line === '-N -j -d addr')
    return JSON.stringify([lan, ...[...links].map(([ifname, link]) => asIpShows(ifname, link))]);
  if (line === '-j route')
    return JSON.stringify([
      { dst: 'default', gateway: '192.168.1.1', dev: 'eth0' },
      { dst: '192.168.1.0/24', dev: 'eth0', prefsrc: '192.168.1.10' },
      ...routes.filter(({ table }) => table === undefined),
    ]);
  if (line.startsWith('-N -j route')) return JSON.stringify(routes.filter(({ table }) => table === after('table')));
  if (line === '-N -j -d rule')
    return JSON.stringify(
      rules.map(({ dst, ...rule }) => {
        const [address, dstlen] = dst.split('/');
        return { ...rule, dst: address, ...(dstlen !== '32' && { dstlen: Number(dstlen) }), protocol: '2' };
      }),
    );
  if (line.startsWith('rule')) {
    const rule = { dst: after('to'), table: after('lookup'), priority: Number(after('pref')) };
    if (words[1] === 'add') rules.push(rule);
    else
      rules.splice(
        rules.findIndex(({ dst }) => dst === rule.dst),
        1,
      );
    return '';
  }
  if (/^(-\w )*-j/.test(line)) return '[]';
  const link = links.get(name);
  if (line.startsWith('link add')) {
    links.set(after('name'), {
      ...{
        kind: after('type'),
        parent: words[3]!,
        mode: after('mode'),
        group: after('group'),
        up: false,
        multicast: true,
        addresses: [],
      },
    });
    for (const key of ['arp_filter', 'arp_announce'])
      host.files.set(`/proc/sys/net/ipv4/conf/${after('name')}/${key}`, '0\n');
    return '';
  }
  if (!link) return { code: 1, stderr: `Cannot find device "${name}"` };
  if (line.startsWith('link del')) {
    links.delete(name);
    routes.splice(0, routes.length, ...routes.filter(({ dev }) => dev !== name));
  } else if (line.startsWith('link set') && words.includes('alias')) link.alias = after('alias');
  else if (line.startsWith('link set') && words.includes('multicast')) link.multicast = after('multicast') === 'on';
  else if (line.startsWith('link set')) link.up = words.includes('up');
  else if (line.startsWith('addr add'))
    link.addresses.push([words[2]!, ...(words.includes('scope') ? [after('scope')] : [])].join(' '));
  else if (line.startsWith('addr del'))
    link.addresses.splice(
      link.addresses.findIndex((text) => text.split(' ')[0] === words[2]),
      1,
    );
  else if (/^route (add|replace|del)/.test(line)) {
    const table = words.includes('table') ? after('table') : undefined;
    const at = routes.findIndex((one) => one.dst === words[2] && one.dev === name && one.table === table);
    if (at >= 0 && words[1] === 'add') return { code: 2, stderr: 'RTNETLINK answers: File exists' };
    if (at >= 0) routes.splice(at, 1);
    if (words[1] !== 'del')
      routes.push({
        ...{ dst: words[2]!, dev: name },
        ...(words.includes('src') && { prefsrc: after('src') }),
        ...(after('scope') !== 'global' && { scope: 'link' }),
        ...(table !== undefined && { table }),
      });
  } else return { code: 255, stderr: `the machine has no: ip ${line}` };
  return '';
}

const asIpShows = (ifname: string, { kind, parent, mode, group, alias, up, multicast, addresses }: Link) => ({
  ...{
    ifname,
    ifindex: 9,
    link: parent,
    group,
    flags: [...(up ? ['UP'] : []), ...(multicast ? ['MULTICAST'] : [])],
    mtu: 1500,
  },
  ...(alias && { ifalias: alias }),
  linkinfo: { info_kind: kind, info_data: { mode } },
  addr_info: addresses.map((text) => {
    const [local, prefix, scope] = text.split(/[/ ]/);
    return { family: 'inet', local, prefixlen: Number(prefix), ...(scope !== undefined && { scope: '253' }) };
  }),
});

function docker(words: readonly string[], engine: FakeEngine): Partial<RunResult> | string {
  const name = words.at(-1)!;
  const all = (option: string) => words.flatMap((word, at) => (words[at - 1] === option ? word : []));
  const pairs = (option: string) =>
    Object.fromEntries(
      all(option).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
  if (words[1] === 'create') {
    const [Subnet, Gateway, IPRange] = ['--subnet', '--gateway', '--ip-range'].map((option) => all(option)[0]);
    engine.networks.set(name, {
      Driver: all('--driver')[0]!,
      Options: pairs('--opt'),
      Labels: pairs('--label'),
      IPAM: { Config: [{ Subnet, Gateway, IPRange, AuxiliaryAddresses: pairs('--aux-address') }] },
    });
    return name;
  }
  if (words[1] !== 'rm') return { code: 1, stderr: `the engine has no: docker ${words.join(' ')}` };
  if (engine.containers.some(({ networks }) => Object.hasOwn(networks, name)))
    return { code: 1, stderr: `error: network ${name} has active endpoints` };
  engine.networks.delete(name);
  return name;
}

/**
 * Reads the files that it is given as Compose does, by netcompose's own loader, which the conformance tests hold to
 * Compose's.
 */
function compose(argv: readonly string[], host: FakeHost, engine: FakeEngine): Partial<RunResult> | string {
  if (argv[0] === 'version') return '2.40.3\n';
  const files = argv.flatMap((word, at) => (argv[at - 1] === '-f' ? word : []));
  const project = load(
    { files, profiles: [], envFiles: [], cwd: folder, env: {} },
    {
      read: host.read,
      exists: (path) => host.exists(path) && !host.isDirectory(path),
      isDirectory: host.isDirectory,
    },
    () => undefined,
  );
  if (!project) return { code: 15, stderr: 'no configuration file provided: not found\n' };
  const words = argv.filter((word, at) => word !== '-f' && argv[at - 1] !== '-f');
  const command = commandIn(words);
  const active = [...project.services.values()].filter(({ active: isActive }) => isActive);
  if (command === 'config')
    return JSON.stringify({
      services: Object.fromEntries(active.map((service) => [service.name, resolved(service)])),
      networks: Object.fromEntries(
        [...project.networks.values()].map(({ key, name, external, driver }) => [
          key,
          { name: name?.value ?? `${project.name}_${key}`, external, ...(driver && { driver: driver.value }) },
        ]),
      ),
    });
  const dockerName = (key: string) => project.networks.get(key)?.name?.value ?? `${project.name}_${key}`;
  const belongs = ({ labels = {} }: FakeEngine['containers'][number]) =>
    labels['com.docker.compose.project'] === project.name;
  const dryRun = words.findLast((word) => word.startsWith('--dry-run'));
  if (dryRun !== undefined && dryRun !== '--dry-run=false') return '';
  if (command === 'down') {
    const named = words.filter((word, at) => project.services.has(word) && words[at - 1] !== '--rmi');
    const leave = engine.containers.filter(
      (one) => !belongs(one) || (named.length > 0 && !named.includes(one.labels?.['com.docker.compose.service'] ?? '')),
    );
    engine.containers.splice(0, engine.containers.length, ...leave);
    return '';
  }
  for (const service of active) {
    const name = `${project.name}-${service.name}-1`;
    if (engine.containers.some((one) => one.name === name)) continue;
    engine.containers.push({
      name,
      labels: { 'com.docker.compose.project': project.name, 'com.docker.compose.service': service.name },
      networks: Object.fromEntries(
        Object.entries(resolved(service).networks ?? {}).map(([key, attachment], at) => [
          dockerName(key),
          { IPAddress: attachment?.ipv4_address ?? `192.168.1.${226 + engine.containers.length + at}` },
        ]),
      ),
    });
  }
  return '';
}

function resolved({ networkMode, networks, ports }: Service): ResolvedService {
  return {
    ...(networkMode
      ? { network_mode: networkModeText(networkMode.value) }
      : {
          networks: Object.fromEntries(
            [...(networks?.value ?? new Map([['default', undefined]]))].map(([key, attachment]) => [
              key,
              attachment
                ? {
                    ...(attachment.ipv4Address && { ipv4_address: attachment.ipv4Address.value }),
                    ...(attachment.macAddress && { mac_address: attachment.macAddress.value }),
                    aliases: attachment.aliases.map(({ value }) => value),
                    ...(attachment.gwPriority && { gw_priority: attachment.gwPriority.value }),
                  }
                : null,
            ]),
          ),
        }),
    ports: ports.map(({ target, published, hostIp, protocol }) => ({
      ...{ target, protocol, ...(hostIp !== undefined && { host_ip: hostIp }) },
      ...(published && { published: String(published.first) }),
    })),
  };
}
