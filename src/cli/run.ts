/** From a command line to an exit code: the one place where results become exit codes. */
import { HostError } from '../host/system/errors.ts';
import type { Host } from '../host/system/host.ts';
import { commands } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { parseGlobals } from './globals.ts';
import { Interrupted } from './interrupt.ts';
import { passThrough } from './steps/pass-through.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

declare const NETCOMPOSE_VERSION: string | undefined;

/** @returns the exit code */
export async function run(argv: readonly string[], host: Host, terminal: Terminal): Promise<number> {
  const parsed = parseGlobals(argv);
  try {
    switch (parsed.kind) {
      case 'version':
        terminal.out(`netcompose ${typeof NETCOMPOSE_VERSION === 'string' ? NETCOMPOSE_VERSION : 'from source'}\n`);
        return exitCodes.fine;
      case 'help':
        terminal.out(help());
        return exitCodes.fine;
      case 'unknown':
        return await passThrough(argv, host);
      case 'command': {
        const entry = Object.hasOwn(commands, parsed.command) ? commands[parsed.command] : undefined;
        if (!entry) return await passThrough(argv, host);
        return await (await entry.load()).run({ ...parsed, argv, host, terminal });
      }
    }
  } catch (error) {
    if (error instanceof Interrupted) return exitCodes.interrupted;
    if (!(error instanceof HostError || error instanceof UsageError)) throw error;
    terminal.err(`netcompose: ${error.message}\n${error.help === undefined ? '' : `  help: ${error.help}\n`}`);
    if (error instanceof UsageError) return exitCodes.usage;
    return error.failure.noEngine ? exitCodes.engine : exitCodes.hostAction;
  }
}

function help(): string {
  const usages = Object.values(commands).flatMap(({ usage }) => (usage ? [usage] : []));
  const width = Math.max(...usages.map(([call]) => call.length));
  return [
    'Usage: netcompose [OPTIONS] COMMAND [ARGS]',
    '',
    'docker compose, with x-netmode: ipvlan, macvlan, host, bridge and no network at all, one line per service.',
    '',
    "netcompose's own commands:",
    ...usages.map(([call, purpose]) => `  ${call.padEnd(width)}  ${purpose}`),
    '',
    'up, create, run, start, restart, scale and watch check the files and prepare the host first; down cleans up ' +
      'after.',
    'Every other command, and every option, is docker compose\'s own: see "docker compose --help".',
    '',
  ].join('\n');
}
