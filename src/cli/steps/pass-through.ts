/** Commands that are Compose's alone. */
import { requireCompose } from '../../host/engine/find-compose.ts';
import type { Host } from '../../host/system/host.ts';
import { exitCodes } from '../exit-codes.ts';
import { addedOptions } from '../options/service-words.ts';
import type { Session } from '../session.ts';

/** Compose itself, on this terminal, with these very arguments. Throws a `HostError` where there is none. */
export async function passThrough(argv: readonly string[], host: Host, input?: string): Promise<number> {
  const compose = requireCompose(host);
  return host.attach([...compose.argv, ...argv], { env: compose.env, ...(input !== undefined && { input }) });
}

/** Compose's own page about a command, and below it the options that netcompose adds. */
export async function composesHelp({ argv, host, terminal, command }: Session): Promise<number> {
  const exitCode = await passThrough(argv, host);
  const added = addedOptions(command);
  if (exitCode !== exitCodes.fine || added.length === 0) return exitCode;
  const width = Math.max(...added.map(([option]) => option.length));
  const rows = added.map(([option, purpose]) => `  ${option.padEnd(width)}  ${purpose}`);
  terminal.out(`\nnetcompose's own options:\n${rows.join('\n')}\n`);
  return exitCode;
}
