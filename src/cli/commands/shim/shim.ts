/** `netcompose shim …`: the host's shims, without a Compose file; one file for each subcommand. */

import { Command } from 'commander';
import { didYouMean } from '../../../diagnostics/suggest.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { CommandModule, Session } from '../../session.ts';
import { UsageError } from '../../usage-error.ts';

const about = 'The interfaces by which this host reaches its own macvlan and ipvlan containers,\nof all projects.';

interface Subcommand {
  readonly load: () => Promise<CommandModule>;
  readonly purpose: string;
}

/** In the order of `shim --help`. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  ls: { load: () => import('./shim-ls.ts'), purpose: 'list them, and what is wrong with each' },
  up: { load: () => import('./shim-up.ts'), purpose: 'repair them' },
  down: { load: () => import('./shim-down.ts'), purpose: 'remove those that nothing uses' },
  watch: { load: () => import('./shim-watch.ts'), purpose: 'repair them whenever something changes them' },
  persist: { load: () => import('./shim-persist.ts'), purpose: 'have the host make them at every start' },
  unpersist: { load: () => import('./shim-unpersist.ts'), purpose: 'remove all that "persist" wrote' },
};

export async function run(session: Session): Promise<number> {
  if (session.inspect) return inspectAll(session, session.inspect);
  const [name, ...args] = session.args;
  if (name === undefined || name === '--help' || name === '-h') {
    session.terminal.out(help());
    return name === undefined ? exitCodes.usage : exitCodes.fine;
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (!subcommand) {
    const names = Object.keys(subcommands);
    throw new UsageError(`there is no "shim ${name}"`, didYouMean(name, names) ?? `one of ${names.join(', ')}`);
  }
  if (session.globals.dryRun && name !== 'ls')
    throw new UsageError(
      `"shim ${name}" has no dry run`,
      `${name.endsWith('persist') ? '"netcompose shim persist --print"' : '"netcompose shim ls"'} only looks`,
    );
  return (await subcommand.load()).run({ ...session, command: `shim ${name}`, args });
}

/** As one command with subcommands. */
async function inspectAll(session: Session, inspect: NonNullable<Session['inspect']>): Promise<number> {
  const program = new Command('shim').description(about);
  for (const [name, { load, purpose }] of Object.entries(subcommands)) {
    const module = await load();
    await module.run({ ...session, inspect: (command) => program.addCommand(command.name(name).summary(purpose)) });
  }
  inspect(program);
  return exitCodes.fine;
}

function help(): string {
  const rows = Object.entries(subcommands);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    'Usage: netcompose shim COMMAND',
    '',
    ...about.split('\n'),
    '',
    'Commands:',
    ...rows.map(([name, { purpose }]) => `  ${name.padEnd(width)}  ${purpose}`),
    '',
    'Each has a --help of its own.',
    '',
    'Examples:',
    '  netcompose shim ls',
    '  sudo netcompose shim persist',
    '',
  ].join('\n');
}
