/** Commands that are Compose's alone. */
import { findCompose } from '../../host/engine/find-compose.ts';
import type { Host } from '../../host/system/host.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** Compose itself, on this terminal, with these very arguments. */
export async function passThrough(
  argv: readonly string[],
  host: Host,
  terminal: Terminal,
  input?: string,
): Promise<number> {
  const compose = findCompose(host);
  if (!compose) {
    terminal.err(
      'netcompose: Docker Compose is not installed\n' +
        '  help: install the "docker compose" plugin, 2.24.4 or newer (docs.docker.com/compose/install)\n',
    );
    return exitCodes.engine;
  }
  return host.attach([...compose, ...argv], input === undefined ? {} : { input });
}
