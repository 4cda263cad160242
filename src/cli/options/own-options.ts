/** Options of netcompose's own commands, and what goes wrong with them. */
import { Command, CommanderError, Option } from 'commander';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { isGlobal } from '../globals.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export interface OwnOptions {
  readonly values: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/**
 * Reads a command's options.
 *
 * @param describe adds them
 * @returns nothing where `--help` was asked for and has been shown, or the options are all that is asked for
 */
export function ownOptions(
  { command, args, terminal, inspect }: Session,
  describe: (command: Command) => void,
): OwnOptions | undefined {
  const program = new Command(`netcompose ${command}`)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => {} });
  describe(program);
  if (inspect) {
    inspect(program);
    return undefined;
  }
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return undefined;
    throw new UsageError(
      error.message
        .replace(/^error: /, '')
        .replaceAll("'", '"')
        .replace(/\.$/, ''),
      misplacedGlobal(args, program) ??
        nearestChoice(args, program) ??
        nearestOption(error, program) ??
        `see: netcompose ${command} --help`,
    );
  }
  return { values: program.opts(), args: program.args };
}

/** `check -f x.yaml`: an option of Compose's, which stands before the command. */
function misplacedGlobal(args: readonly string[], { options }: Command): string | undefined {
  const isKnown = (name: string) => options.some(({ long, short }) => name === long || name === short);
  const word = args.find((each) => {
    const [name = ''] = each.split('=');
    return name.startsWith('-') && isGlobal(name) && !isKnown(name);
  });
  return word && `${word.split('=')[0]} is an option of docker compose: write it before the command`;
}

/** `check --format jsno`: the nearest of the values that the option takes. */
function nearestChoice(args: readonly string[], { options }: Command): string | undefined {
  for (const { long, argChoices } of options) {
    if (!argChoices || !long) continue;
    const at = args.findIndex((word) => word === long || word.startsWith(`${long}=`));
    const value = at < 0 ? undefined : args[at] === long ? args[at + 1] : args[at]!.slice(long.length + 1);
    if (value !== undefined && !argChoices.includes(value)) return didYouMean(value, argChoices);
  }
  return undefined;
}

/** `plan --dif`: the option that is meant. */
function nearestOption({ code, message }: CommanderError, { options }: Command): string | undefined {
  const [, word] = code === 'commander.unknownOption' ? (/'(--[^'=]+)/.exec(message) ?? []) : [];
  return word && didYouMean(word, [...options.flatMap(({ long }) => long ?? []), '--help']);
}

/** The options of every command that looks at facts. */
export function factsOptions(command: Command): void {
  command
    .addOption(new Option('--offline', 'look at no host and no engine'))
    .addOption(
      new Option('--facts <file>', 'take the facts of another host, made there with "netcompose facts"').conflicts(
        'offline',
      ),
    );
}

/** `--swarm`, and the facts of each of its hosts. */
export function swarmOptions(command: Command, description: string): void {
  command
    .option('--swarm', description)
    .addOption(new Option('--offline', 'look at no host and no engine'))
    .addOption(
      new Option('--facts <file>', 'take the facts of another host; with --swarm one file per host, named after it')
        .argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), file])
        .conflicts('offline'),
    );
}

/** `--format`, with its choices. */
export const formatOption = (choices: readonly string[]) =>
  new Option('--format <format>', 'how to print it').choices(choices).default(choices[0]);
