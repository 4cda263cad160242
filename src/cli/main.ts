/** The program, as `bin/netcompose.cjs` starts it. */
import { HostError } from '../host/system/errors.ts';
import type { Host } from '../host/system/host.ts';
import { realHost } from '../host/system/real-host.ts';
import { exitCodes } from './exit-codes.ts';
import { cancelledByDocker } from './interrupt.ts';
import { run } from './run.ts';
import { adjustingFor, resetAdjustment } from './steps/program/large-input.ts';
import { notify, realTerminal } from './terminal.ts';

export { wasUsual } from './steps/program/usual-run.ts';
export { unwritten } from './terminal.ts';

export async function main(): Promise<void> {
  const host = hostOrNothing();
  if (!host) return;
  const socket = host.env['DOCKER_CLI_PLUGIN_SOCKET'];
  if (socket) {
    const { whenDockerCancels } = await import('../host/system/docker-socket.ts');
    whenDockerCancels(socket, () => cancelledByDocker() || process.exit(exitCodes.interrupted));
  }
  const code = await run(process.argv.slice(2), adjustingFor(host), realTerminal(host.env));
  resetAdjustment();
  // What was being looked at when an interrupt came is not waited for.
  if (code === exitCodes.interrupted) process.exit(code);
  // Else not process.exit(): what is still being written to a pipe would be lost.
  process.exitCode = code;
}

/** Nothing where that was told. */
function hostOrNothing(): Host | undefined {
  try {
    return realHost();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    notify(realTerminal(process.env), error.message, error.help);
    process.exitCode = exitCodes.usage;
    return undefined;
  }
}
