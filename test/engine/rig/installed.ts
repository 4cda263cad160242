/** What `install.sh` has put into the cache folder. */
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

/** `28`: unpacked from Debian's later suites; `20`: the machine's own package. */
export type EngineName = '28' | '20';

/** The engine for tests, or nothing where it is not installed. Compose and the `docker` command are the newer one's. */
export function findEngine(name: EngineName = '28'): InstalledEngine | undefined {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const unpacked = join(cache, 'netcompose-rig', 'root', 'usr');
  const daemons = {
    '28': { dockerd: join(unpacked, 'sbin/dockerd'), dockerProxy: join(unpacked, 'sbin/docker-proxy') },
    '20': { dockerd: '/usr/sbin/dockerd', dockerProxy: '/usr/sbin/docker-proxy' },
  } as const;
  const engine = { ...daemons[name], bin: join(unpacked, 'bin'), compose: join(unpacked, 'libexec/docker/cli-plugins/docker-compose') };
  const files = [engine.dockerd, engine.dockerProxy, join(engine.bin, 'docker'), engine.compose];
  return files.every((file) => existsSync(file)) && onPath('containerd') && onPath('runc') ? engine : undefined;
}

/** The absolute path of a program, or nothing where it is not on `PATH`. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
