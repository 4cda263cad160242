/** What the project's `.env` says of how progress looks. */
import { dirname, join, resolve } from 'node:path';
import { readDotenv } from '../../../compose/variables/dotenv.ts';
import type { Host } from '../../../host/system/host.ts';
import type { Globals } from '../../globals.ts';
import type { ProgressWords } from '../../progress/mode.ts';

/**
 * The words of the command line, with `COMPOSE_ANSI` of the project's `.env` where neither they nor the environment say
 * it. `COMPOSE_PROGRESS` counts in the environment alone: Compose (2.26.1 and 2.40.3, run) takes nothing but
 * `COMPOSE_ANSI` from the file. A file that `--env-file` names is not looked at: it may be a pipe, which can be read
 * only once.
 */
export function withEnvFile(host: Host, globals: Globals): ProgressWords {
  const { look, files, projectDirectory, envFiles } = globals;
  if (look.ansi !== undefined || host.env['COMPOSE_ANSI'] !== undefined) return look;
  if (envFiles.length > 0 || host.env['COMPOSE_ENV_FILES']) return look;
  const first = files.find((file) => file !== '-' && !file.includes('://'));
  const folder = projectDirectory ?? (first === undefined ? '.' : dirname(first));
  const text = host.readText(join(resolve(host.cwd, folder), '.env'));
  if (!text?.includes('COMPOSE_ANSI')) return look;
  const values = new Map<string, string>();
  const ignore = () => undefined;
  // What is wrong with it is told where the project is read.
  readDotenv(text, values, (name) => host.env[name], {
    syntax: ignore,
    template: () => ({ invalid: ignore, unset: ignore, missing: ignore }),
  });
  const ansi = values.get('COMPOSE_ANSI');
  return ansi === undefined ? look : { ...look, ansi };
}
