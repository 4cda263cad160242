/** The engines of the tests: what `install.sh` has put into the cache folder, and the machine's own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface InstalledEngine {
  readonly dockerd: string;
  /** Given to `dockerd`, which else looks for it where the machine's own engine has it. */
  readonly dockerProxy: string;
  /** The folder with the `docker` command. */
  readonly bin: string;
  /** The Compose plugin, which also runs by itself. */
  readonly compose: string;
}

/** Where each comes from: the machine's own package, or a folder of the cache. Those without a client use another's. */
const engines = {
  // Debian 12's. It comes without Compose, and netcompose needs a newer one than it ever had.
  '20': { from: 'machine', client: '26' },
  '26': { from: 'cache', client: '26' },
  // The newest that Debian has, at least 28.
  '28': { from: 'cache', client: '28' },
} as const;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as readonly EngineName[];
export const newestEngine: EngineName = '28';
/** The environment variable with the name of the engine that tests start. */
export const engineVariable = 'NETCOMPOSE_TEST_ENGINE';

/** The engine of that name, or nothing where it is not installed. */
export function findEngine(name: EngineName = newestEngine): InstalledEngine | undefined {
  const { from, client } = engines[name];
  const daemon = from === 'machine' ? '/usr' : unpacked(name);
  const engine = {
    dockerd: join(daemon, 'sbin/dockerd'),
    dockerProxy: join(daemon, 'sbin/docker-proxy'),
    bin: join(unpacked(client), 'bin'),
    compose: join(unpacked(client), 'libexec/docker/cli-plugins/docker-compose'),
  };
  const files = [engine.dockerd, engine.dockerProxy, join(engine.bin, 'docker'), engine.compose];
  if (!files.every((file) => existsSync(file)) || !onPath('containerd') || !onPath('runc')) return undefined;
  return from === 'cache' || versionOf(engine.dockerd).startsWith(`${name}.`) ? engine : undefined;
}

/** The newest Podman, and those of Debian 12 (4.3) and 13 (5.4), which `install.sh` fetches where they are named. */
export const podmanNames = ['podman', 'podman-4', 'podman-5'] as const;
export type PodmanName = (typeof podmanNames)[number];
/** The environment variable with the name of the Podman that tests start. */
export const podmanVariable = 'NETCOMPOSE_TEST_PODMAN';

/** The userland that has that Podman, or nothing where it is not installed. */
export function findPodman(name: PodmanName = 'podman'): string | undefined {
  const root = join(rigCache(), name);
  return existsSync(join(root, '.complete')) ? root : undefined;
}

const rigCache = () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'netcompose-rig');

const unpacked = (name: EngineName): string => join(rigCache(), name, 'usr');

/** `20.10.24`; of `Docker version 20.10.24+dfsg1, build …`. */
function versionOf(dockerd: string): string {
  const { stdout } = spawnSync(dockerd, ['--version'], { encoding: 'utf8', timeout: 120_000 });
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? '';
}

/** The absolute path of a program, or nothing where it is not on `PATH`. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
