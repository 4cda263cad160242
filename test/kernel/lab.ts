/**
 * A LAN in network namespaces: `host` with the parent p0 (192.168.77.10), `lan` with a neighbour (192.168.77.1), and
 * containers as namespaces with macvlan interfaces. All names are this process's own; nothing outside is touched.
 */
import { execFileSync } from 'node:child_process';
import type { Host, RunResult } from '../../src/host/system/host.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { type FakeEngine, fakeEngine } from '../host/fake-engine.ts';

export const parent = 'p0';
export const hostAddress = '192.168.77.10';
export const lanAddress = '192.168.77.1';

export interface Lab {
  readonly host: string;
  readonly lan: string;
  /** Adds a container on the parent, and gives its namespace. */
  addContainer(name: string, address: string): string;
  remove(): void;
}

/** Why this layer cannot run here, or nothing. Needs root, namespaces and macvlan. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
  if (process.geteuid?.() !== 0) return 'not root';
  const probe = namespaceName('probe');
  try {
    ip('netns', 'add', probe);
    ip('-n', probe, 'link', 'add', 'name', 'v0', 'type', 'veth', 'peer', 'name', 'v1');
    ip('-n', probe, 'link', 'add', 'link', 'v0', 'name', 'm0', 'type', 'macvlan', 'mode', 'bridge');
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/\s+/g, ' ').trim();
  } finally {
    removeNamespace(probe);
  }
}

export function createLab(tag: string): Lab {
  const host = namespaceName(`${tag}-h`);
  const lan = namespaceName(`${tag}-l`);
  const all = [host, lan];
  const remove = () => all.splice(0).forEach(removeNamespace);
  try {
    ip('netns', 'add', host);
    ip('netns', 'add', lan);
    ip('-n', host, 'link', 'add', 'name', parent, 'type', 'veth', 'peer', 'name', 'l0', 'netns', lan);
    ip('-n', host, 'addr', 'add', `${hostAddress}/24`, 'dev', parent);
    ip('-n', lan, 'addr', 'add', `${lanAddress}/24`, 'dev', 'l0');
    ip('-n', host, 'link', 'set', 'dev', 'lo', 'up');
    ip('-n', host, 'link', 'set', 'dev', parent, 'up');
    ip('-n', lan, 'link', 'set', 'dev', 'l0', 'up');
  } catch (error) {
    remove();
    throw error;
  }
  return {
    host,
    lan,
    addContainer(name, address) {
      const container = namespaceName(`${tag}-${name}`);
      all.push(container);
      ip('netns', 'add', container);
      ip(
        '-n',
        host,
        'link',
        'add',
        'link',
        parent,
        'name',
        'eth0',
        'netns',
        container,
        'type',
        'macvlan',
        'mode',
        'bridge',
      );
      ip('-n', container, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', container, 'link', 'set', 'dev', 'eth0', 'up');
      return container;
    },
    remove,
  };
}

export interface LabHost extends Host {
  /** The commands that change something, in order. */
  readonly changes: string[];
}

/** A host whose commands and kernel settings are a namespace's, and whose engine has no networks. */
export function labHost(
  namespace: string,
  afterChange: (count: number) => void = () => undefined,
  engine: FakeEngine = fakeEngine(),
): LabHost {
  const real = realHost();
  const changes: string[] = [];
  return {
    ...real,
    env: { ...real.env, ...engine.env },
    changes,
    run: async (argv): Promise<RunResult> => {
      const result = await real.run(['ip', 'netns', 'exec', namespace, ...argv]);
      if (!argv.includes('-j')) afterChange(changes.push(argv.join(' ')));
      return result;
    },
    follow: (argv, onLine) => real.follow(['ip', 'netns', 'exec', namespace, ...argv], onLine),
    readText: (path) => {
      if (!path.startsWith('/proc/sys/')) return real.readText(path);
      try {
        return inNamespace(namespace, 'cat', path);
      } catch {
        return undefined;
      }
    },
    exists: () => false,
  };
}

/**
 * What a namespace's network consists of, as far as a shim could change it, line by line. Link-local IPv6 routes are
 * left out: the kernel adds them when it has looked for duplicates, a second or two after an interface is up.
 */
export function snapshot(namespace: string): readonly string[] {
  const json = (...args: readonly string[]) =>
    JSON.parse(inNamespace(namespace, 'ip', '-j', ...args)) as Record<string, unknown>[];
  const pick = (what: string, rows: readonly Record<string, unknown>[], keys: readonly string[]) =>
    rows.map((row) =>
      [what, ...keys.flatMap((key) => (row[key] === undefined ? [] : [`${key}=${String(row[key])}`]))].join(' '),
    );
  return [
    // A cable's carrier comes when the kernel gets to it.
    ...pick('link', json('link'), ['ifname', 'group', 'ifalias', 'mtu', 'flags']).map((line) =>
      line.replace('NO-CARRIER,', ''),
    ),
    ...pick('route', json('route', 'show', 'table', 'all'), [
      'dst',
      'dev',
      'prefsrc',
      'scope',
      'table',
      'type',
      'gateway',
    ]).filter((line) => !/dst=f[ef]/.test(line)),
    ...pick('rule', [...json('rule'), ...json('-6', 'rule')], ['priority', 'src', 'dst', 'dstlen', 'table']),
    ...pick(
      'address',
      json('addr').flatMap((link) => link['addr_info'] as Record<string, unknown>[]),
      [...['label', 'local', 'scope']],
    ).filter((line) => !line.includes('local=fe80')),
    ...pick('neighbour', json('neigh', 'show', 'nud', 'permanent'), ['dst', 'dev', 'lladdr']),
    ...inNamespace(namespace, 'sysctl', '-a', '-e', '--pattern', '^net.ipv[46].(conf|neigh)').split('\n'),
  ];
}

/** What two snapshots differ in: lines that went, and lines that came. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

export function inNamespace(namespace: string, ...argv: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Whether an address answers; three tries, because the first may wait for ARP. */
export function answers(namespace: string, address: string): boolean {
  try {
    inNamespace(namespace, 'busybox', 'ping', '-c', '3', '-i', '0.2', '-w', '3', address);
    return true;
  } catch {
    return false;
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Short, because a name is part of file names; told apart by process. */
function namespaceName(tag: string): string {
  return `nct-${process.pid}-${tag}`;
}

function removeNamespace(name: string): void {
  try {
    ip('netns', 'del', name);
  } catch {
    // there is none
  }
}
