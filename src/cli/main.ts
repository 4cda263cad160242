/** The program, as `bin/netcompose.cjs` starts it. */
import { realHost } from '../host/system/real-host.ts';
import { run } from './run.ts';
import { realTerminal } from './terminal.ts';

export async function main(): Promise<void> {
  const host = realHost();
  // Not process.exit(): what is still being written to a pipe would be lost.
  process.exitCode = await run(process.argv.slice(2), host, realTerminal(host.env));
}
