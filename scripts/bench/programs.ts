/** The programs that are compared. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEngine, onPath } from '../../test/engine/rig/installed.ts';
import { findCompose } from '../../test/runner/needs.ts';
import type { Command } from './measure.ts';

const program = fileURLToPath(new URL('../../bin/netcompose.cjs', import.meta.url));

/** As built, and started as users do. */
export const netcompose = (name: string, ...args: readonly string[]): Command => ({
  name: `netcompose ${name}`,
  argv: [program, ...args],
});

/** Compose as users call it where there is a `docker` command, else by itself; nothing where there is none. */
export function composeIn(folder: string): { readonly called: readonly string[]; readonly binary: string } | undefined {
  const binary = findCompose()?.binary;
  if (binary === undefined) return undefined;
  if (!binary.includes('/') || (findEngine() === undefined && onPath('docker') === undefined))
    return { called: [binary], binary };
  mkdirSync(join(folder, 'config', 'cli-plugins'), { recursive: true });
  symlinkSync(binary, join(folder, 'config', 'cli-plugins', 'docker-compose'));
  return { called: ['docker', 'compose'], binary };
}

/** No engine answers: what is compared there asks none. */
export function environmentIn(folder: string): NodeJS.ProcessEnv {
  const bin = findEngine()?.bin;
  return {
    ...process.env,
    PATH: [...(bin ? [bin] : []), process.env['PATH']].join(delimiter),
    LC_ALL: 'C',
    DOCKER_CONFIG: join(folder, 'config'),
    DOCKER_HOST: `unix://${join(folder, 'none.sock')}`,
    XDG_STATE_HOME: join(folder, 'state'),
    // Another build that runs meanwhile would remove what this one keeps there.
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}
