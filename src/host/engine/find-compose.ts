/**
 * Finds Docker Compose without running anything: on the pass-through path a process would cost more than netcompose
 * itself.
 */
import { posix } from 'node:path';
import { composeMissing } from '../../plan/facts/versions.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { FileMark, Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { which } from '../system/which.ts';
import { dockerConfig, dockerConfigFolder } from './docker-config.ts';

/**
 * Where the Docker CLI looks for plugins beside the user's own folder, in its order (docker/cli, cli-plugins/manager).
 */
const systemPluginFolders = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

export interface ComposeProgram {
  /** What is started; Compose's arguments follow. */
  readonly argv: readonly string[];
  /** What is added to its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** How a person starts it, for messages. */
  readonly shown: readonly string[];
}

const throughDocker: ComposeProgram = { argv: ['docker', 'compose'], env: {}, shown: ['docker', 'compose'] };
const byItself: ComposeProgram = { argv: ['docker-compose'], env: {}, shown: ['docker-compose'] };

/**
 * How to start Compose, or `undefined` where it is not installed.
 *
 * The plugin is started as `docker` starts it, without `docker`, which asks each plugin for its metadata first: `docker
 * compose ps` takes more than twice as long as the plugin itself. Its first word is the plugin's name, and the variable
 * tells it that it is not a program by itself (docker/cli, cli-plugins/metadata, `ReexecEnvvar`).
 */
export function findCompose(host: Host): ComposeProgram | undefined {
  if (!found.has(host)) found.set(host, lookForCompose(host));
  return found.get(host);
}

/** A command asks for it several times. */
const found = new WeakMap<Host, ComposeProgram | undefined>();

function lookForCompose(host: Host): ComposeProgram | undefined {
  const plugin = which(host, 'docker') === undefined ? undefined : findPlugin(host);
  if (plugin === undefined) return which(host, 'docker-compose') === undefined ? undefined : byItself;
  // `docker` runs other plugins' hooks after a command, and shows their hints.
  if (dockerConfig(host).hasPluginSettings) return throughDocker;
  return {
    argv: [plugin, 'compose'],
    env: { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: host.env['DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND'] || 'docker' },
    shown: throughDocker.shown,
  };
}

/** The program that completes Compose's words; `docker` does not pass such a call on before 23. */
export function composeCompletion(host: Host): readonly string[] | undefined {
  const plugin = findPlugin(host);
  if (plugin !== undefined) return [plugin];
  return which(host, 'docker-compose') === undefined ? undefined : byItself.argv;
}

/** How to start Compose; throws a `HostError` where it is not installed. */
export function requireCompose(host: Host): ComposeProgram {
  const compose = findCompose(host);
  if (!compose) throw new HostError({ ...composeMissing, noEngine: true });
  return compose;
}

/**
 * The file that is started, by which a newer Compose is told from this one; nothing where that file may start another:
 * `docker`, a script around Compose, or a program of many names (snap, mise).
 */
export function composeMark(host: Host, { argv: [program = ''] }: ComposeProgram): FileMark | undefined {
  if (program === 'docker') return undefined;
  const mark = host.mark(program.includes('/') ? program : (which(host, program) ?? ''));
  return mark && !mark.isScript && posix.basename(mark.path).includes('docker-compose') ? mark : undefined;
}

/** Compose's version without a leading `v`, such as `2.40.3`. Throws a `HostError` where Compose does not say. */
export async function composeVersion(host: Host, { argv, env, shown }: ComposeProgram): Promise<string> {
  const args = ['version', '--short'];
  const result = await look(host, [...argv, ...args], { env });
  const version = /^v?(\d+\.\d+\.\d+\S*)$/m.exec(result.stdout.trim())?.[1];
  if (result.code !== 0 || version === undefined)
    throw new HostError({ ...commandFailure([...shown, ...args], result), noEngine: true });
  return version;
}

/** The plugin that `docker` would take. */
function findPlugin(host: Host): string | undefined {
  const folders = [
    posix.join(dockerConfigFolder(host), 'cli-plugins'),
    ...(dockerConfig(host).cliPluginsExtraDirs ?? []),
    ...systemPluginFolders,
  ];
  return folders.map((folder) => posix.join(folder, 'docker-compose')).find((path) => host.isExecutable(path));
}
