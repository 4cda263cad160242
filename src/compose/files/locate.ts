/** Which files make up the project, in which directory, with which variables. */
import { posix } from 'node:path';
import type { LoadOptions } from '../input.ts';
import { goBoolean } from '../project/fields.ts';
import { defaultEnvFile, processVariables, withEnvFiles } from './environment.ts';
import { isRemote, type Reader } from './reader.ts';

export interface Located {
  /** Absolute; the project's directory. */
  readonly directory: string;
  /** Absolute paths, or `-`. */
  readonly files: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

/** In Compose's order of preference (`cli/options.go`); the override's order is another. */
export const defaultNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

/**
 * Finds the project's files.
 *
 * Reports `compose/missing-file` where there are none, `compose/remote-include` for one that is not on this machine.
 */
export function locate(options: LoadOptions, reader: Reader): Located | undefined {
  const absolute = (path: string) => (path === '-' ? path : posix.resolve(options.cwd, path));
  const given = options.projectDirectory ? absolute(options.projectDirectory) : undefined;
  const process = processVariables(options.env);
  const envFiles = namedEnvFiles(options).map((path) => ({ path: absolute(path) }));
  const readEnv = (variables: ReadonlyMap<string, string>, directory: string) =>
    envFiles.length > 0 || goBoolean(process.get('COMPOSE_DISABLE_ENV_FILE'))
      ? withEnvFiles(variables, envFiles, reader)
      : withEnvFiles(variables, defaultEnvFile(directory, reader), reader);

  const named = options.files.map((path) => (isRemote(path) ? path : absolute(path)));
  let variables = readEnv(process, given ?? directoryOf(named) ?? options.cwd);
  const files = named.length > 0 ? named : (listed(variables)?.map(absolute) ?? search(given ?? options.cwd, reader));
  if (!files) return undefined;
  const remote = files.filter(isRemote);
  for (const path of remote) reader.report('compose/remote-include', undefined, `"${path}" is not on this machine`);
  if (remote.length > 0) return undefined;
  const directory = given ?? directoryOf(files) ?? options.cwd;
  // A second time: the directory may be another now, and what is already set stays.
  if (envFiles.length === 0) variables = readEnv(variables, directory);
  return { directory, files, variables };
}

function namedEnvFiles(options: LoadOptions): readonly string[] {
  if (options.envFiles.length > 0) return options.envFiles;
  const listed = options.env['COMPOSE_ENV_FILES'];
  return listed ? listed.split(',').filter((path) => path !== '') : [];
}

function listed(variables: ReadonlyMap<string, string>): readonly string[] | undefined {
  const value = variables.get('COMPOSE_FILE');
  return value ? value.split(variables.get('COMPOSE_PATH_SEPARATOR') || posix.delimiter) : undefined;
}

function directoryOf(files: readonly string[]): string | undefined {
  const first = files.find((path) => path !== '-');
  return first === undefined || isRemote(first) ? undefined : posix.dirname(first);
}

function search(from: string, reader: Reader): readonly string[] | undefined {
  const find = (directory: string, names: readonly string[]) =>
    names.map((name) => posix.join(directory, name)).find((path) => reader.files.exists(path));
  for (let directory = from; ; directory = posix.dirname(directory)) {
    const file = find(directory, defaultNames);
    if (file !== undefined) {
      const override = find(directory, overrideNames);
      return override === undefined ? [file] : [file, override];
    }
    if (directory === posix.dirname(directory)) break;
  }
  reader.report('compose/missing-file', undefined, `there is no Compose file in "${from}" or above it`, {
    help: `write ${defaultNames[0]}, or name a file with -f`,
  });
  return undefined;
}
