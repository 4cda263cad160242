/** A file that somebody asked for on the command line. */
import { dirname, resolve } from 'node:path';
import type { Project } from '../../../compose/project/project.ts';
import { at, entriesOf, type Tree } from '../../../compose/tree.ts';
import type { Session } from '../../session.ts';
import type { Read } from '../../steps/read-project.ts';
import { UsageError } from '../../usage-error.ts';

/**
 * Writes what a command has made into the file that `--output` names; `-` is standard output.
 *
 * @param read what was read for it: none of those files is overwritten, nor one that the project names
 * @param others files that were read besides, as the command line names them: neither are they
 * @throws a `UsageError` where it cannot be written there
 */
export function writeOutput(
  { host, terminal }: Session,
  { looks, project }: Read,
  others: readonly string[],
  file: string,
  text: string,
): void {
  if (file === '-') {
    terminal.out(text);
    return;
  }
  const path = resolve(host.cwd, file);
  const real = (each: string) => host.mark(each)?.path ?? each;
  const target = real(path);
  const isRead = looks.some(([what, each, found]) => what === 'read' && found !== false && real(each) === target);
  const named = project ? namedFiles(project).map((each) => resolve(project.directory, each)) : [];
  if (others.some((each) => real(resolve(host.cwd, each)) === target))
    throw new UsageError(`"${file}" is what "--facts" reads: it is not overwritten`, 'name another file');
  if (isRead || named.some((each) => real(each) === target))
    throw new UsageError(`"${file}" is a file of the project: it is not overwritten`, 'name another file');
  if (host.isDirectory(path)) throw new UsageError(`"${file}" is a folder`, 'name a file in it');
  if (!host.isDirectory(dirname(path)))
    throw new UsageError(`"${file}" cannot be written: there is no folder "${dirname(file)}"`, 'make it first');
  host.writeOutput(path, text);
}

/** What services and the project take from files: variables, labels, configs, secrets. */
function namedFiles({ model }: Project): readonly string[] {
  const each = (section: string, key: string) =>
    entriesOf(at(model, section)).flatMap(({ value }) => at(value, key) ?? []);
  return [
    ...[...each('services', 'env_file'), ...each('services', 'label_file')].flatMap((files) =>
      files.kind === 'sequence' ? files.items.map((item) => at(item, 'path') ?? item) : [files],
    ),
    ...each('configs', 'file'),
    ...each('secrets', 'file'),
  ].flatMap(textOf);
}

const textOf = (tree: Tree) => (tree.kind === 'scalar' ? [String(tree.value)] : []);
