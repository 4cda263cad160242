/**
 * What a layer may need of the machine. Each says why it is missing, or nothing. Nothing is installed or changed here.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EngineName, findEngine, findPodman, onPath, type PodmanName } from '../engine/rig/installed.ts';
import type { Suite } from '../managers/rig/suites.ts';

export type NeedName =
  | 'linux'
  | 'root'
  | 'tools'
  | 'macvlan'
  | 'compose'
  | `engine-${EngineName}`
  | PodmanName
  | 'lab'
  | `managers-${Suite}`
  | 'setup'
  | 'build';

/** What is asked here answers in milliseconds: only what hangs takes so long, even on a loaded machine. */
const probeLimit = 120_000;
const oldestCompose = [2, 24, 4] as const;
const oncePerRun = new Map<NeedName, ReturnType<(typeof needs)[NeedName]>>();

const needs: Readonly<Record<NeedName, () => string | undefined | Promise<string | undefined>>> = {
  linux: () => (process.platform === 'linux' ? undefined : 'not Linux'),
  root: () => (process.getuid?.() === 0 ? undefined : 'not root'),
  tools: () => {
    const missing = ['ip', 'unshare', 'busybox', 'dnsmasq', 'openssl', 'sudo', 'sysctl', 'tcpdump'].filter(
      (name) => !onPath(name),
    );
    return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
  },
  macvlan: () => {
    const commands = 'link add nct0 type veth peer name nct1\nlink add link nct0 name nct2 type macvlan mode bridge\n';
    const { status } = spawnSync('unshare', ['--net', 'ip', '-batch', '-'], { input: commands, timeout: probeLimit });
    return status === 0 ? undefined : 'the kernel has no macvlan or veth';
  },
  compose: () => {
    const compose = findCompose();
    if (!compose) return 'no Docker Compose';
    return isAtLeast(compose.version, oldestCompose)
      ? undefined
      : `Docker Compose is ${compose.version}, at least ${oldestCompose.join('.')} is needed`;
  },
  'engine-20': () => engine('20'),
  'engine-26': () => engine('26'),
  'engine-28': () => engine('28'),
  podman: () => podman('podman'),
  'podman-4': () => podman('podman-4'),
  'podman-5': () => podman('podman-5'),
  lab: async () => ((await isMade('lab/lab.sh')) ? undefined : 'no virtual machine: test/lab/lab.sh build makes it'),
  'managers-bookworm': () => managers('bookworm'),
  'managers-trixie': () => managers('trixie'),
  'managers-sid': () => managers('sid'),
  setup: () => {
    const missing = ['bash', 'zsh', 'fish', 'man', 'mandoc', 'script', 'git', 'chromium', 'dot'].filter(
      (name) => !onPath(name),
    );
    if (!existsSync('/usr/share/bash-completion/bash_completion')) missing.push('bash-completion');
    const recipe = 'test/setup/install.sh installs them';
    return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}; ${recipe}`;
  },
  build: () =>
    existsSync(fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url))) ? undefined : 'not built',
};

function engine(name: EngineName): string | undefined {
  if (findEngine(name)) return undefined;
  const own = "the machine's own must be Debian 12's, and ";
  return `no test engine ${name}: ${name === '20' ? own : ''}test/engine/rig/install.sh installs it`;
}

const podman = (name: PodmanName): string | undefined =>
  findPodman(name) && findEngine() ? undefined : `no such test Podman: test/engine/rig/install.sh ${name} installs it`;

async function managers(suite: Suite): Promise<string | undefined> {
  const isThere = await isMade('managers/rig/roots.sh', suite);
  const recipe = `test/managers/rig/roots.sh ${suite} makes it`;
  return isThere ? undefined : `no userland of ${suite} with network managers: ${recipe}`;
}

/**
 * Whether a recipe below `test/` has made what it makes. It may wait for one that is at it, however long that takes: in
 * CI the virtual machine is made beside the first layers.
 */
function isMade(recipe: string, ...what: readonly string[]): Promise<boolean> {
  const script = fileURLToPath(new URL(`../${recipe}`, import.meta.url));
  return new Promise((resolve) => execFile(script, ['made', ...what], (error) => resolve(error === null)));
}

/** Why something of what is needed is missing, or nothing where all is there. Each is looked at once. */
export async function missing(names: readonly NeedName[]): Promise<string | undefined> {
  for (const name of names) {
    if (!oncePerRun.has(name)) oncePerRun.set(name, needs[name]());
    const reason = await oncePerRun.get(name);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

export interface Compose {
  /** The `docker-compose` binary, absolute or on `PATH`. */
  readonly binary: string;
  /** `2.40.3` */
  readonly version: string;
}

/** Compose as a program of its own: the one `DOCKER_COMPOSE` names, the test engine's, a plugin, one on `PATH`. */
export function findCompose(): Compose | undefined {
  const named = process.env['DOCKER_COMPOSE'];
  const plugins = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'].map((folder) =>
    join(folder, 'docker/cli-plugins/docker-compose'),
  );
  const home = process.env['HOME'];
  const candidates = named
    ? [named]
    : [
        findEngine()?.compose,
        ...(home ? [join(home, '.docker/cli-plugins/docker-compose')] : []),
        ...plugins,
        'docker-compose',
      ];
  for (const binary of candidates) {
    if (binary === undefined || (binary.includes('/') && !existsSync(binary))) continue;
    const { status, stdout } = spawnSync(binary, ['version', '--short'], { encoding: 'utf8', timeout: probeLimit });
    if (status === 0) return { binary, version: stdout.trim().replace(/^v/, '') };
  }
  return undefined;
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split(/[.+-]/).map(Number);
  for (const [index, wanted] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
