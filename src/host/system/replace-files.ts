/** Other people's files given another text, and results written where somebody wants them: nothing is half written. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { causeText, HostError } from './errors.ts';

export interface Replacement {
  readonly path: string;
  /** What the file says now; another text means that somebody else has changed it meanwhile. */
  readonly before: string;
  readonly after: string;
}

interface Staged {
  readonly target: string;
  readonly temporary: string;
  readonly before: string;
}

/**
 * Replaces the texts of files, all or none; each with its mode and owner, and through symbolic links.
 *
 * Every new text is written beside its file first; only when all are on the disk do they take their places, one rename
 * each. Where one cannot, those before it get their old texts back.
 */
export function replaceFiles(replacements: readonly Replacement[]): void {
  const staged: Staged[] = [];
  const done: Staged[] = [];
  let path = '';
  try {
    for (const replacement of replacements) {
      path = replacement.path;
      staged.push(stage(replacement));
    }
    for (const each of staged) {
      path = each.target;
      renameSync(each.temporary, each.target);
      done.push(each);
    }
  } catch (cause) {
    for (const { target, before } of done) putBack(target, before);
    throw cause instanceof HostError
      ? cause
      : new HostError({ message: `"${path}" cannot be written: ${causeText(cause)}; nothing was changed`, cause });
  } finally {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
  }
}

function stage({ path, before, after }: Replacement): Staged {
  const target = realpathSync(path);
  if (readFileSync(target, 'utf8') !== before)
    throw new HostError({ message: `"${path}" has been changed meanwhile`, help: 'look at it and try again' });
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    writeLike(target, temporary, after);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
  return { target, temporary, before };
}

/** A new file with the mode and owner of another. Throws what the system says. */
function writeLike(model: string, path: string, text: string): void {
  const { mode, uid, gid } = statSync(model);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    if (uid !== process.geteuid?.() || gid !== process.getegid?.()) fchownSync(file, uid, gid);
    // After the owner: changing that takes set-id bits away.
    fchmodSync(file, mode & 0o7777);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function putBack(target: string, text: string): void {
  const temporary = `${target}.${process.pid}.tmp`;
  writeLike(target, temporary, text);
  renameSync(temporary, target);
}

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

function viaTemporary(target: string, write: (temporary: string) => void): void {
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    write(temporary);
    renameSync(temporary, target);
  } catch (cause) {
    // One that was there is somebody else's.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(temporary, { force: true });
    throw cause;
  }
}
