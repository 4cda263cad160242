/**
 * Finds Docker Compose without running anything: on the pass-through path a process would cost more than netcompose
 * itself.
 */
import { posix } from 'node:path';
import { composeMissing } from '../../plan/facts/versions.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
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

/** How to call Compose: `['docker', 'compose']`, else `['docker-compose']`, or nothing where there is neither. */
export function findCompose(host: Host): readonly string[] | undefined {
  if (hasPlugin(host) && which(host, 'docker') !== undefined) return ['docker', 'compose'];
  return which(host, 'docker-compose') === undefined ? undefined : ['docker-compose'];
}

/** How to call Compose; throws a `HostError` where it is not installed. */
export function requireCompose(host: Host): readonly string[] {
  const compose = findCompose(host);
  if (!compose) throw new HostError({ ...composeMissing, noEngine: true });
  return compose;
}

/** Compose's version without a leading `v`, such as `2.40.3`. Throws a `HostError` where Compose does not say. */
export async function composeVersion(host: Host, compose: readonly string[]): Promise<string> {
  const command = [...compose, 'version', '--short'];
  const result = await host.run(command);
  const version = /^v?(\d+\.\d+\.\d+\S*)$/m.exec(result.stdout.trim())?.[1];
  if (result.code !== 0 || version === undefined) throw new HostError(commandFailure(command, result));
  return version;
}

function hasPlugin(host: Host): boolean {
  const folders = [
    posix.join(dockerConfigFolder(host), 'cli-plugins'),
    ...(dockerConfig(host).cliPluginsExtraDirs ?? []),
    ...systemPluginFolders,
  ];
  return folders.some((folder) => host.isExecutable(posix.join(folder, 'docker-compose')));
}
