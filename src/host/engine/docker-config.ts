/** The Docker CLI's own configuration, as far as netcompose follows it. */
import { posix } from 'node:path';
import type { Host } from '../system/host.ts';

export interface DockerConfig {
  readonly currentContext?: string;
  readonly cliPluginsExtraDirs?: readonly string[];
  /** Whether it has settings of plugins, such as hooks that run after a command. */
  readonly hasPluginSettings: boolean;
}

/** `DOCKER_CONFIG`, else `~/.docker`. */
export function dockerConfigFolder(host: Host): string {
  return posix.resolve(host.cwd, host.env['DOCKER_CONFIG'] || posix.join(host.home, '.docker'));
}

/** `config.json`; empty where it is missing or broken, which `docker` itself reports. */
export function dockerConfig(host: Host): DockerConfig {
  const config = parseObject(host.readText(posix.join(dockerConfigFolder(host), 'config.json')));
  const { currentContext, cliPluginsExtraDirs, plugins } = config;
  return {
    hasPluginSettings: typeof plugins === 'object' && plugins !== null && Object.keys(plugins).length > 0,
    ...(typeof currentContext === 'string' && { currentContext }),
    ...(Array.isArray(cliPluginsExtraDirs) && {
      cliPluginsExtraDirs: cliPluginsExtraDirs.filter((dir): dir is string => typeof dir === 'string'),
    }),
  };
}

/** JSON text as an object; empty where it is not one. */
export function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
