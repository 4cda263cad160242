/** One run at a time, across processes: a file that holds the owner's process id. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const waitMilliseconds = 200;
const longestWait = 15 * 60_000;

/**
 * Runs `work` while no other process runs under the same lock; a lock left by a process that died is taken over.
 *
 * @param {string} file
 * @param {() => Promise<T>} work
 * @template T
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = 0; !acquire(file); waited += waitMilliseconds) {
    if (waited >= longestWait) throw new Error(`"${file}" is still held by process ${ownerOf(file)}`);
    await sleep(waitMilliseconds);
  }
  try {
    return await work();
  } finally {
    if (ownerOf(file) === process.pid) rmSync(file, { force: true });
  }
}

function acquire(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    // A link appears at once and whole, where a file that is created and then written can be seen empty.
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = ownerOf(file);
    if (owner !== undefined && !isAlive(owner)) release(file, mine, owner);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Two may find the same dead owner: what was moved must be the dead one's lock, and not one taken since. */
function release(file, mine, owner) {
  try {
    renameSync(file, mine);
    if (ownerOf(mine) !== owner) renameSync(mine, file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** The process that holds the lock, or nothing where there is none. */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
