/** The file system, as far as netcompose needs it. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFile,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { causeText, HostError } from './errors.ts';
import type { FileMark, FileText } from './host.ts';

export function read(path: string): FileText {
  try {
    const { bytes, isPipe } = contentOf(path);
    return { text: textOf(bytes), ...(isPipe && { isPipe: true as const }) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { error: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable', detail: message };
  }
}

export const readStandardInput = (): string => readFileSync(0, 'utf8');

export function readText(path: string): string | undefined {
  try {
    return existsSync(path) ? contentOf(path).bytes.toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}

export function readTextAside(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    readFile(path, 'utf8', (error, text) => resolve(error ? undefined : text));
  });
}

export function readBytes(path: string): Uint8Array | undefined {
  try {
    return contentOf(path).bytes;
  } catch {
    return undefined;
  }
}

interface Content {
  readonly bytes: Buffer;
  /** It can be read only once. */
  readonly isPipe: boolean;
}

/** Where a shell hands over what another program writes: `-f <(…)`, `-f /dev/stdin`. */
const handedOver = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/** A pipe that nobody writes to and a device without an end would be read for ever. */
function contentOf(path: string): Content {
  const stats = statSync(path);
  const isPipe = stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice();
  if ((isPipe || stats.isBlockDevice()) && !handedOver.test(path) && path !== '/dev/null')
    throw new Error('it is a pipe, a socket or a device, and no file');
  return { bytes: readFileSync(path), isPipe: isPipe && path !== '/dev/null' };
}

/** UTF-8, or UTF-16 where the text begins with its mark: Compose reads both (seen with 2.40.3). */
function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (first === 0xfe && second === 0xff && bytes.length % 2 === 0)
    return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
  return bytes.toString('utf8');
}

export function list(path: string): readonly string[] {
  try {
    return existsSync(path) ? readdirSync(path) : [];
  } catch {
    return []; // not there, not ours to read, or gone meanwhile
  }
}

export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

export const exists = (path: string): boolean => existsSync(path);

export function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a component of the path is not a directory, or is not ours to enter
  }
}

export function isExecutable(path: string): boolean {
  try {
    // Most folders of PATH do not have a program, and an error thrown and caught takes longer than looking twice.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function mark(path: string): FileMark | undefined {
  try {
    const real = realpathSync.native(path);
    const stats = statSync(real);
    const { dev: device, ino: inode, size, ctimeMs: changed, uid: owner, mode } = stats;
    const isScript = stats.isFile() && beginning(real) === '#!';
    return { path: real, isScript, device, inode, size, changed, owner, mode: mode & 0o7777 };
  } catch {
    return undefined;
  }
}

/** The first two bytes. */
function beginning(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(2);
    readSync(file, bytes, 0, 2, 0);
    return bytes.toString('latin1');
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a file so that a reader sees the old text or the new, never a part: into a file beside it, then renamed.
 * The folder is made for its owner alone. A temporary file is named after its process, so that two processes never
 * share one, and those of processes that died are swept by the next write.
 */
export function writePrivate(path: string, text: string): void {
  if (isKept(path, text)) return;
  const folder = dirname(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(folder, 0o700);
    sweep(folder, basename(path));
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    renameSync(temporary, path);
  } catch (cause) {
    // Only if it exists: below a path that is not a folder even this would fail, and hide the cause.
    if (existsSync(temporary)) rmSync(temporary, { force: true });
    throw new HostError({
      message: `"${path}" cannot be written: ${causeText(cause)}`,
      help: `${writable[(cause as NodeJS.ErrnoException).code ?? ''] ?? 'mend that'}; ${elsewhere}`,
      cause,
    });
  }
}

/**
 * Makes a folder with all that it lies in. On a read-only file system Node then says that there is no such folder
 * (`mkdir` with `recursive`, 20.20); the first of them, made alone, tells the truth.
 */
function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    let first = path;
    while (!existsSync(dirname(first))) first = dirname(first);
    mkdirSync(first, { mode });
    mkdirSync(path, { recursive: true, mode });
  }
}

/** Whether this very text is there already, and nobody else can read or write it: writing anew takes a disk's time. */
function isKept(path: string, text: string): boolean {
  try {
    const { uid, mode } = statSync(path);
    return uid === process.geteuid?.() && (mode & 0o777) === 0o600 && readText(path) === text;
  } catch {
    return false;
  }
}

/** What to do, by the system's error code. */
const writable: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk',
  EDQUOT: 'make room: this user may use no more of that disk',
  EROFS: 'that file system is read-only: mount it to be written',
  EACCES: `make that folder this user's own: "ls -ld" shows whose it is`,
  EPERM: `make that folder this user's own: "ls -ld" shows whose it is`,
  ENOTDIR: 'a part of that path is a file: move it away',
  EEXIST: 'a part of that path is a file: move it away',
};
const elsewhere = 'or have it elsewhere: XDG_STATE_HOME=/a/folder';

/**
 * Writes a file for all of the system, whole or not at all, as `writePrivate` does; folders are made for all to read.
 * What is written beside it begins with a dot: programs that read all files of a folder pass over those.
 */
export function writeShared(path: string, text: string, mode: number): void {
  const [folder, name] = [dirname(path), `.${basename(path)}`];
  const temporary = join(folder, `${name}.${process.pid}.tmp`);
  try {
    makeFolder(folder, 0o755);
    sweep(folder, name);
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    // Whatever the umask is.
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary, { force: true });
    const help = writable[(cause as NodeJS.ErrnoException).code ?? ''];
    throw new HostError({
      message: `"${path}" cannot be written: ${causeText(cause)}`,
      ...(help !== undefined && { help }),
      cause,
    });
  }
}

export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (cause) {
    throw new HostError({ message: `"${path}" cannot be removed: ${causeText(cause)}`, cause });
  }
}

function sweep(folder: string, name: string): void {
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(`${name}.`)) continue;
    const pid = /^\.(\d+)\.tmp$/.exec(entry.slice(name.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
