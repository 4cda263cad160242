/** A file that somebody asked for on the command line. */
import { dirname, resolve } from 'node:path';
import type { Session } from '../../session.ts';
import type { Read } from '../../steps/read-project.ts';
import { UsageError } from '../../usage-error.ts';

/**
 * Writes what a command has made into the file that `--output` names; `-` is standard output.
 *
 * @param read what was read for it: none of those files is overwritten
 * @throws a `UsageError` where it cannot be written there
 */
export function writeOutput({ host, terminal }: Session, { looks }: Read, file: string, text: string): void {
  if (file === '-') {
    terminal.out(text);
    return;
  }
  const path = resolve(host.cwd, file);
  const real = (each: string) => host.mark(each)?.path ?? each;
  const target = real(path);
  const isRead = looks.some(([what, each, found]) => what === 'read' && found !== false && real(each) === target);
  if (isRead) throw new UsageError(`"${file}" is a file of the project: it is not overwritten`, 'name another file');
  if (host.isDirectory(path)) throw new UsageError(`"${file}" is a folder`, 'name a file in it');
  if (!host.isDirectory(dirname(path)))
    throw new UsageError(`"${file}" cannot be written: there is no folder "${dirname(file)}"`, 'make it first');
  host.writeOutput(path, text);
}
