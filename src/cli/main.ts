/** The program, as `bin/netcompose.cjs` starts it. */
import { realHost } from '../host/system/real-host.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';
import { realTerminal } from './terminal.ts';

export async function main(): Promise<void> {
  const host = realHost();
  const code = await run(process.argv.slice(2), host, realTerminal(host.env));
  // What was being looked at when an interrupt came is not waited for.
  if (code === exitCodes.interrupted) process.exit(code);
  // Else not process.exit(): what is still being written to a pipe would be lost.
  process.exitCode = code;
}
