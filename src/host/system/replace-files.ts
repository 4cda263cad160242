/** Other people's files given another text, in a way that nothing is ever half written. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
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
export function writeLike(model: string, path: string, text: string): void {
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
