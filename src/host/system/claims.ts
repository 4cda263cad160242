/**
 * Claims that processes of several users see, and that nobody else can make: unix sockets in a folder where every user
 * may leave files and remove only his. The kernel says whose a file is, and whether the process that made it lives:
 * nobody answers at the socket of a dead one, even after `kill -9`, whoever has its process id by then.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, lstatSync, readdirSync, renameSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { causeText, HostError } from './errors.ts';

/** The first that is root's and sticky, the same for every user of a machine; all are in memory or emptied at boot. */
const folders = ['/run/lock', '/dev/shm', '/tmp'] as const;

/** Names of claims begin with the first, and those of claims that have no name yet with the second. */
export const finished = 'netcompose.';
const unfinished = 'netcompose-new.';
/** Between the moments when a socket has a file and when it is listened to, nobody answers there. */
const bindingMilliseconds = 60_000;

/** Whose claims count. */
export interface Trust {
  readonly uid: number;
  /**
   * The group that may use the engine, which is as good as root. Only its members can give a file to it, so that a
   * file's group is their proof.
   */
  readonly group: number | undefined;
}

export interface Claim {
  readonly name: string;
  release(): Promise<void>;
}

/**
 * Makes a claim, seen by others from when it is whole: its file has its name only once somebody answers there.
 *
 * @param name what it is for; short, because a socket's path has 107 characters in all
 * @returns the claim, whose name is `name` and something of its own. Throws a `HostError` where it cannot be made
 */
export async function makeClaim(name: string, trust: Trust): Promise<Claim> {
  const folder = sharedFolder();
  await sweepDead(folder, trust);
  const unique = randomBytes(4).toString('hex');
  const temporary = join(folder, `${unfinished}${unique}`);
  const claim = `${name}.${unique}`;
  const path = join(folder, claim);
  let server: Server | undefined;
  try {
    server = await listen(temporary);
    if (trust.group !== undefined) giveTo(temporary, trust.group);
    renameSync(temporary, path);
  } catch (cause) {
    await close(server);
    throw new HostError({ message: `"${path}" cannot be made: ${causeText(cause)}`, cause });
  }
  const release = async () => {
    unlinkIfThere(path);
    await close(server);
  };
  return { name: claim, release };
}

/**
 * The claims that begin with a name and a full stop, of living processes that count; removes those of dead ones.
 *
 * @param own left out: nobody needs to ask himself whether he lives
 */
export async function liveClaims(name: string, trust: Trust, own?: string): Promise<readonly string[]> {
  const folder = sharedFolder();
  const claims = readdirSync(folder).filter((entry) => entry.startsWith(`${name}.`) && entry !== own);
  const live = await Promise.all(
    claims.map(async (claim) => {
      const path = join(folder, claim);
      if (!isTrusted(path, trust)) return [];
      if (await answers(path)) return [claim];
      sweep(path);
      return [];
    }),
  );
  return live.flat().sort();
}

/**
 * Removes what dead processes have left of any claim: nobody may ever look for the same again, as where a network has
 * gone. Each `kill -9` would leave a file until the next boot.
 */
async function sweepDead(folder: string, trust: Trust): Promise<void> {
  const found = readdirSync(folder).filter((entry) => entry.startsWith(finished) || entry.startsWith(unfinished));
  await Promise.all(
    found.map(async (entry) => {
      const path = join(folder, entry);
      const age = Date.now() - (statsOf(() => lstatSync(path))?.mtimeMs ?? Date.now());
      if (age > bindingMilliseconds && isTrusted(path, trust) && !(await answers(path))) sweep(path);
    }),
  );
}

/**
 * The group that may write to the engine's socket, which must be root's: the socket of a rootless engine is its
 * user's, and so is its group.
 */
export function groupOfSocket(path: string): number | undefined {
  const stats = statsOf(() => statSync(path));
  return stats?.isSocket() && stats.uid === 0 && (stats.mode & 0o020) !== 0 ? stats.gid : undefined;
}

function sharedFolder(): string {
  const found = folders.find((folder) => {
    const stats = statsOf(() => statSync(folder));
    return stats?.isDirectory() && stats.uid === 0 && (stats.mode & 0o1002) === 0o1002;
  });
  if (found !== undefined) return found;
  throw new HostError({
    message: `no folder is root's, and writable and sticky for all: ${folders.join(', ')}`,
    help: 'so that programs of all users see each other\'s locks: run "chmod 1777 /tmp" as root',
  });
}

function isTrusted(path: string, { uid, group }: Trust): boolean {
  const stats = statsOf(() => lstatSync(path));
  return stats !== undefined && (stats.uid === 0 || stats.uid === uid || (group !== undefined && stats.gid === group));
}

/** Nothing where there is no such file, or no more. */
function statsOf(look: () => Stats): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Who is no member of the group cannot, and has a claim that counts for himself alone. */
function giveTo(path: string, group: number): void {
  try {
    chownSync(path, -1, group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

/** `rmSync` has Node load what removes whole folders. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Another user's file stays until he or root comes by. */
function sweep(path: string): void {
  try {
    unlinkIfThere(path);
  } catch {
    // not ours to remove
  }
}

/** Whether somebody listens at a socket: one who is busy, or does not let us in, does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect({ path });
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', reject);
    // A program that has nothing else to do may end; the kernel then closes the socket.
    server.listen({ path, writableAll: true }, () => resolve(server.unref()));
  });
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
}
