/** Compose's global options, which stand before the command. */
import { Command, CommanderError, Option } from 'commander';

/** `-f` is looked at here; the others are looked at where they matter to the project, and all go on to Compose. */
export interface Globals {
  readonly files: readonly string[];
  readonly projectName?: string;
  readonly projectDirectory?: string;
  readonly profiles: readonly string[];
  readonly envFiles: readonly string[];
  readonly dryRun: boolean;
  /** Everything but `-f`, as arguments for Compose. */
  readonly forCompose: readonly string[];
}

export type Parsed =
  | { readonly kind: 'command'; readonly globals: Globals; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** An option of a newer Compose, say: its to judge. */
  | { readonly kind: 'unknown' };

type Kind = 'one' | 'many' | 'flag';

/** Source: `docker compose --help` and compose's cmd/compose/compose.go; the last three are hidden there. */
const options: readonly { readonly flags: string; readonly key: string; readonly kind: Kind }[] = [
  { flags: '-f, --file <path>', key: 'file', kind: 'many' },
  { flags: '-p, --project-name <name>', key: 'projectName', kind: 'one' },
  { flags: '--profile <name>', key: 'profile', kind: 'many' },
  { flags: '--env-file <path>', key: 'envFile', kind: 'many' },
  { flags: '--project-directory <path>', key: 'projectDirectory', kind: 'one' },
  { flags: '--ansi <when>', key: 'ansi', kind: 'one' },
  { flags: '--progress <type>', key: 'progress', kind: 'one' },
  { flags: '--parallel <count>', key: 'parallel', kind: 'one' },
  { flags: '--compatibility', key: 'compatibility', kind: 'flag' },
  { flags: '--all-resources', key: 'allResources', kind: 'flag' },
  { flags: '--dry-run', key: 'dryRun', kind: 'flag' },
  { flags: '--workdir <path>', key: 'workdir', kind: 'one' },
  { flags: '--verbose', key: 'verbose', kind: 'flag' },
  { flags: '--no-ansi', key: 'ansi', kind: 'flag' },
];

/** Splits the command line into global options, the command and what follows it, which nobody but the command reads. */
export function parseGlobals(argv: readonly string[]): Parsed {
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false)
    .argument('[command]')
    .argument('[args...]')
    .passThroughOptions();
  program.addOption(new Option('-h, --help')).addOption(new Option('-v, --version'));
  const seen: string[] = [];
  for (const { flags, kind } of options) {
    const option = new Option(flags);
    if (kind === 'many')
      option.default([]).argParser((value: string, previous: readonly string[]) => [...previous, value]);
    program.addOption(option);
    const long = `--${option.name()}`;
    if (long === '--file') continue;
    program.on(`option:${option.name()}`, (value: string | null) =>
      seen.push(...(kind === 'flag' ? [flags.split(' ')[0]!] : [long, value!])),
    );
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { kind: 'unknown' };
    throw error;
  }
  const values = program.opts<Record<string, unknown>>();
  const [command, ...args] = program.args;
  if (values['version']) return { kind: 'version' };
  if (values['help'] || command === undefined) return { kind: 'help' };
  const one = (key: string) => values[key] as string | undefined;
  const directory = one('projectDirectory') ?? one('workdir');
  return {
    kind: 'command',
    command,
    args,
    globals: {
      files: values['file'] as readonly string[],
      ...(one('projectName') !== undefined && { projectName: one('projectName')! }),
      ...(directory !== undefined && { projectDirectory: directory }),
      profiles: values['profile'] as readonly string[],
      envFiles: values['envFile'] as readonly string[],
      dryRun: values['dryRun'] === true,
      forCompose: seen,
    },
  };
}
