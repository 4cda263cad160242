/** From a command line to an exit code: the one place where results become exit codes. */

import type { Command } from 'commander';
import { didYouMean, nearest } from '../diagnostics/suggest.ts';
import { HostError } from '../host/system/errors.ts';
import type { Host } from '../host/system/host.ts';
import { withEnvironment } from '../host/system/with-environment.ts';
import type { KnownCommands } from './commands/setup/complete.ts';
import { type CommandEntry, commands, composeCommands } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { type Globals, globalOptions, type Parsed, parseGlobals } from './globals.ts';
import { Interrupted } from './interrupt.ts';
import { dockerCall, pluginMetadata } from './options/docker-call.ts';
import { ansiModes, progressModes } from './progress/mode.ts';
import { silent } from './progress/progress.ts';
import { passThrough } from './steps/pass-through.ts';
import { withProgress } from './steps/progress/with-progress.ts';
import { notify, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** @returns the exit code */
export async function run(words: readonly string[], machine: Host, terminal: Terminal): Promise<number> {
  try {
    const call = dockerCall(words, globalOptions);
    if (call.kind === 'metadata') terminal.out(`${JSON.stringify(pluginMetadata(version), null, 2)}\n`);
    if (call.kind !== 'call') return exitCodes.fine;
    const { argv } = call;
    const host = Object.keys(call.env).length === 0 ? machine : withEnvironment(machine, call.env);
    const parsed = parseGlobals(argv);
    switch (parsed.kind) {
      case 'version':
        terminal.out(`netcompose ${version}\n`);
        return exitCodes.fine;
      case 'help':
        terminal.out(help());
        return exitCodes.fine;
      case 'unknown':
        return await passThrough(argv, host);
      case 'command': {
        const entry = Object.hasOwn(commands, parsed.command) ? commands[parsed.command] : undefined;
        if (!entry) return await others(parsed, argv, host, terminal);
        checkLook(parsed);
        const session = withProgress(host, terminal, parsed.globals, titleOf(entry));
        try {
          return await (await entry.load()).run({ ...parsed, argv, ...session });
        } finally {
          session.progress.end();
        }
      }
    }
  } catch (error) {
    if (error instanceof Interrupted) return exitCodes.interrupted;
    if (!(error instanceof HostError || error instanceof UsageError)) throw error;
    notify(terminal, error.message, error.help);
    if (error instanceof UsageError) return exitCodes.usage;
    return error.failure.noEngine ? exitCodes.engine : exitCodes.hostAction;
  }
}

const titleOf = ({ title, usage }: CommandEntry) => title ?? (usage ? 'Looking' : 'Preparing');

/** Compose refuses values that it does not know, without a word on which there are; a newer one may know more. */
function checkLook({ command, globals: { look } }: Extract<Parsed, { readonly kind: 'command' }>): void {
  const isOurs = commands[command]?.usage !== undefined;
  const values: readonly (readonly [option: string, value: string | undefined, known: readonly string[]])[] = [
    ['--progress', look.progress, [...progressModes, 'none']],
    ['--ansi', look.ansi, ansiModes],
  ];
  for (const [option, value, known] of values) {
    if (value === undefined || known.includes(value)) continue;
    const help = didYouMean(value, known);
    if (isOurs || help !== undefined)
      throw new UsageError(`${option}: there is no "${value}"`, help ?? `one of ${known.join(', ')}`);
  }
}

/** What is Compose's own; but of a slip Compose would know its own commands only, and of `help` too. */
async function others(
  { command, args, globals }: Extract<Parsed, { readonly kind: 'command' }>,
  argv: readonly string[],
  host: Host,
  terminal: Terminal,
): Promise<number> {
  if (command === 'help') {
    const [about] = args;
    const entry = about !== undefined && Object.hasOwn(commands, about) ? commands[about] : undefined;
    if (about === undefined) terminal.out(help());
    else if (entry?.usage)
      return (await entry.load()).run({
        ...{ globals, command: about, args: ['--help'], argv },
        ...withProgress(host, terminal, globals, ''),
      });
    else return passThrough(argv, host);
    return exitCodes.fine;
  }
  if (command === '__complete' || command === '__completeNoDesc') {
    const { complete } = await import('./commands/setup/complete.ts');
    return complete({ globals, command, args, argv, host, terminal, progress: silent }, known(host, terminal));
  }
  if (command === '__man') {
    const { manual } = await import('./commands/setup/manual.ts');
    return manual({ globals, command, args, argv, host, terminal, progress: silent }, known(host, terminal));
  }
  if (!composeCommands.has(command)) {
    const near = nearest(command, [...Object.keys(commands), ...composeCommands]);
    if (near !== undefined) throw new UsageError(`there is no command "${command}"`, `did you mean "${near}"?`);
  }
  return passThrough(argv, host);
}

/** What is to be completed. */
const known = (host: Host, terminal: Terminal): KnownCommands => ({
  purposes: Object.entries(commands).flatMap(([word, { usage }]) => (usage ? { word, purpose: usage[1] } : [])),
  composes: [...Object.keys(commands), ...composeCommands].filter((word) => !word.startsWith('__')),
  describe: async (name) => {
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    return entry?.usage && describe(name, entry, host, terminal);
  },
});

/** The options of one of netcompose's own commands, which is not run. */
async function describe(
  command: string,
  { load }: CommandEntry,
  host: Host,
  terminal: Terminal,
): Promise<Command | undefined> {
  const globals: Globals = { files: [], profiles: [], envFiles: [], dryRun: false, forCompose: [], look: {} };
  let described: Command | undefined;
  const inspect = (found: Command) => void (described = found);
  await (await load()).run({ globals, command, args: [], argv: [], host, terminal, progress: silent, inspect });
  return described;
}

/** The commands that set something up, and have one line together: all of it fits 80 columns and 24 lines. */
const rare: ReadonlySet<string> = new Set(['facts', 'completion', 'install-plugin', 'schema']);

function help(): string {
  const usages = Object.entries(commands).flatMap(([name, { usage }]) => (usage ? [{ name, usage }] : []));
  const often = usages.flatMap(({ name, usage }) => (rare.has(name) ? [] : [usage]));
  const width = Math.max(...often.map(([call]) => call.length));
  const others = usages.flatMap(({ name, usage: [call] }) => (rare.has(name) ? [call] : []));
  return [
    'Usage: netcompose [OPTIONS] COMMAND [ARGS]     docker compose, with x-netmode',
    '',
    "netcompose's own commands; each has a --help of its own:",
    ...often.map(([call, purpose]) => `  ${call.padEnd(width)}  ${purpose}`),
    `  ${others.join(', ')}`,
    '',
    'up, create, run, start, restart, scale and watch check the files and prepare the',
    'host first; down cleans up after. They take --trust-hooks too, and "up" also',
    '--wait-reach and --confirm SECONDS. Every other command and option is docker',
    "compose's own; its global options (-f, -p, …) stand before the command.",
    '',
    'Examples:',
    '  netcompose doctor; netcompose check     netcompose up -d',
    '',
  ].join('\n');
}
