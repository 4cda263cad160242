/** A file that somebody named for a result: a picture, say. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { causeText, HostError } from './errors.ts';
import { writeLike } from './replace-files.ts';

/**
 * Into a new file beside it, then renamed: a reader sees the old text or the new, and another name of the same file
 * (a hard link) keeps the old. Mode and owner stay. What is no file (a pipe, a terminal, `/dev/stdout`) is written to.
 */
export function writeOutput(path: string, text: string): void {
  try {
    const file = opened(path);
    if (file === undefined) {
      create(path, text);
      return;
    }
    try {
      const found = fstatSync(file);
      if (found.isFile()) replace(realpathSync(path), found, text);
      else writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    throw new HostError({ message: `"${path}" cannot be written: ${causeText(cause)}`, cause });
  }
}

/**
 * Opened before anything is replaced, though nothing is written to a file this way: a rename would not ask whether the
 * file may be written, nor would the kernel keep it from following somebody else's link in `/tmp`
 * (`fs.protected_symlinks`).
 */
function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function create(path: string, text: string): void {
  // A link to a file that is still to be made.
  if (lstatSync(path, { throwIfNoEntry: false })) writeFileSync(path, text);
  else viaTemporary(path, (temporary) => writeFileSync(temporary, text, { flag: 'wx' }));
}

function replace(target: string, { nlink }: Stats, text: string): void {
  try {
    viaTemporary(target, (temporary) => writeLike(target, temporary, text));
  } catch (cause) {
    if (!inItsPlace.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    if (nlink > 1)
      throw new HostError({
        message: `"${target}" cannot be written: it is a file with ${nlink} names, and its folder takes no new file`,
        help: 'name another file',
        cause,
      });
    writeFileSync(target, text);
  }
}

/** A file of this user's in a folder that is not; or one that a container has mounted by itself. */
const inItsPlace: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

/** By a short name, because the target's may be as long as the system takes, and one that no killed process has left. */
function viaTemporary(target: string, write: (temporary: string) => void): void {
  const temporary = join(dirname(target), `.netcompose-${randomBytes(6).toString('hex')}.tmp`);
  try {
    write(temporary);
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
}
