/** The files that `shim persist` writes: found, written and removed, and nobody else's touched. */
import { posix } from 'node:path';
import { persistedMark } from '../../plan/facts/ownership.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';

export interface WantedFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
  /** The systemd unit that it is, which has to be enabled. */
  readonly unit?: string;
}

/** Where there may be some; in networkd's folder also in folders of drop-ins. */
const folders = [
  '/etc/systemd/system',
  '/etc/systemd/network',
  '/etc/NetworkManager/system-connections',
  '/etc/NetworkManager/conf.d',
  '/etc/network/interfaces.d',
  '/etc/udev/rules.d',
] as const;

const dropIns = { folder: '/etc/systemd/network', name: /\.network\.d$/ } as const;

const isUnit = (path: string) => posix.dirname(path) === folders[0];
const isUdevs = (path: string) => path.startsWith('/etc/udev/');
const named = /^(\d+-)?netcompose-/;

/** The paths of all files of ours, and of what a process that was killed has left of one. */
export function persistedFiles(host: Host): readonly string[] {
  const more = host.list(dropIns.folder).filter((name) => dropIns.name.test(name));
  return [...folders, ...more.map((name) => `${dropIns.folder}/${name}`)]
    .flatMap((folder) => host.list(folder).map((name) => `${folder}/${name}`))
    .filter((path) => isLeftOver(path) || (named.test(posix.basename(path)) && isMarked(host, path)))
    .sort();
}

const isLeftOver = (path: string) => /^\.(\d+-)?netcompose-.*\.\d+\.tmp$/.test(posix.basename(path));

const isMarked = (host: Host, path: string) => host.readText(path)?.split('\n')[0] === persistedMark;

/**
 * Makes these the only files of ours, each whole or as it was, and has systemd and udev read them. A second time it
 * does nothing. Throws a `HostError` where a file that is not ours is in the way, where this is not root, and where one
 * cannot be written; nothing is changed then.
 *
 * @returns what was written and what was removed, in that order
 */
export async function writePersisted(
  host: Host,
  files: readonly WantedFile[],
): Promise<{ readonly written: readonly string[]; readonly removed: readonly string[] }> {
  const there = persistedFiles(host);
  const foreign = files.find(({ path }) => host.exists(path) && !there.includes(path));
  if (foreign)
    throw new HostError({
      message: `"${foreign.path}" was not written by "netcompose shim persist"`,
      help: 'look at it, and move it away',
    });
  const changed = files.filter(({ path, text }) => host.readText(path) !== text);
  if (changed.length > 0) mustBeRoot(host);
  writeAll(host, changed);
  const removed = await remove(
    host,
    there.filter((path) => !files.some((file) => file.path === path)),
  );
  if (host.uid === 0) removeEmptyFolders(host);
  const paths = [...changed.map(({ path }) => path), ...removed];
  await readAnew(host, paths);
  const units = files.flatMap(({ unit }) => unit ?? []);
  // Also where nothing has changed: a process may have been killed just before.
  if (units.length > 0 && host.uid === 0) await run(host, ['systemctl', '--quiet', 'enable', ...units]);
  return { written: changed.map(({ path }) => path), removed };
}

/** Writes files, or puts back those before the one that cannot be written: half of a shim is worse than none. */
function writeAll(host: Host, files: readonly WantedFile[]): void {
  const before = files.map(({ path }) => host.readText(path));
  for (const [at, { path, text, mode }] of files.entries()) {
    try {
      host.writeShared(path, text, mode);
    } catch (error) {
      // What is new goes first: its place may be needed.
      for (let place = at - 1; place >= 0; place -= 1) putBack(host, files[place]!, before[place]);
      removeEmptyFolders(host);
      throw error;
    }
  }
}

function putBack(host: Host, { path, mode }: WantedFile, text: string | undefined): void {
  if (text === undefined) host.remove(path);
  else host.writeShared(path, text, mode);
}

/** Removes all files of ours; the shims stay as they are until the host starts again. */
export async function removePersisted(host: Host): Promise<readonly string[]> {
  return (await writePersisted(host, [])).removed;
}

async function remove(host: Host, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  mustBeRoot(host);
  const units = paths.filter((path) => isUnit(path) && !isLeftOver(path)).map((path) => posix.basename(path));
  if (units.length > 0) await run(host, ['systemctl', '--quiet', 'disable', ...units]);
  for (const path of paths) host.remove(path);
  return paths;
}

/**
 * A folder of drop-ins goes with its last file. Whoever made an empty one, it means nothing to networkd: a process that
 * was killed between file and folder may have left it.
 */
function removeEmptyFolders(host: Host): void {
  for (const name of host.list(dropIns.folder)) {
    const folder = `${dropIns.folder}/${name}`;
    if (dropIns.name.test(name) && host.isDirectory(folder) && host.list(folder).length === 0) host.remove(folder);
  }
}

/** Neither changes anything of the network. networkd and NetworkManager read their files when the host starts. */
async function readAnew(host: Host, paths: readonly string[]): Promise<void> {
  if (paths.some(isUnit)) await run(host, ['systemctl', 'daemon-reload']);
  if (paths.some(isUdevs)) await run(host, ['udevadm', 'control', '--reload']);
}

function mustBeRoot(host: Host): void {
  if (host.uid !== 0)
    throw new HostError({
      message: 'files below /etc can be written by root only',
      help: 'the same with sudo; "netcompose shim persist --print" shows what would be written',
    });
}

/** As long as it takes: systemd may have much to read, and its programs give up by themselves, after three minutes. */
async function run(host: Host, command: readonly string[]): Promise<void> {
  const result = await host.run(command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
}
