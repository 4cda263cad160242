/** Compose's global options, which stand before the command. */

import { type FlagLine, isOn, readFlags, valuesOf } from './flags.ts';
import type { ProgressWords } from './progress/mode.ts';

/** `-f` is looked at here; the others are looked at where they matter to the project, and all go on to Compose. */
export interface Globals {
  readonly files: readonly string[];
  readonly projectName?: string;
  readonly projectDirectory?: string;
  readonly profiles: readonly string[];
  readonly envFiles: readonly string[];
  readonly dryRun: boolean;
  /** How progress is shown, and whether in colour. */
  readonly look: ProgressWords;
  /** Everything but `-f`, as arguments for Compose. */
  readonly forCompose: readonly string[];
}

export type Parsed =
  | { readonly kind: 'command'; readonly globals: Globals; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** An option of a newer Compose, say: its to judge. */
  | { readonly kind: 'unknown' };

/** Source: `docker compose --help` and compose's cmd/compose/compose.go; the last three are hidden there. */
export const globalOptions: readonly FlagLine[] = [
  ...['-f, --file path', '-p, --project-name name', '--profile name', '--env-file path', '--project-directory path'],
  ...['--ansi when', '--progress type', '--parallel count', '--compatibility', '--all-resources', '--dry-run'],
  ...['-h, --help', '-v, --version'],
  ...['--workdir path', '--verbose', '--no-ansi'],
];

/** Whether a word is one of these options, such as `-f` or `--profile`. */
export const isGlobal = (word: string): boolean =>
  word !== '--help' && word !== '-h' && globalOptions.some((line) => line.split(/[ ,]+/).includes(word));

/** Splits the command line into global options, the command and what follows it, which nobody but the command reads. */
export function parseGlobals(argv: readonly string[]): Parsed {
  const read = readFlags(argv, globalOptions, { interspersed: false });
  if (read.faulty) return { kind: 'unknown' };
  const [command, ...args] = read.rest;
  if (isOn(read, 'version')) return { kind: 'version' };
  if (isOn(read, 'help') || command === undefined) return { kind: 'help' };
  const last = (name: string) => valuesOf(read, name).at(-1);
  const projectName = last('project-name');
  const progress = last('progress');
  const ansi = isOn(read, 'no-ansi') ? 'never' : last('ansi');
  const directory = last('project-directory') ?? last('workdir');
  return {
    kind: 'command',
    command,
    args,
    globals: {
      files: valuesOf(read, 'file'),
      ...(projectName !== undefined && { projectName }),
      ...(directory !== undefined && { projectDirectory: directory }),
      profiles: valuesOf(read, 'profile'),
      envFiles: valuesOf(read, 'env-file'),
      dryRun: isOn(read, 'dry-run') ?? false,
      look: { ...(progress !== undefined && { progress }), ...(ansi !== undefined && { ansi }) },
      forCompose: read.options.flatMap(({ name, takesValue, value }) => {
        if (name === 'file') return [];
        return takesValue ? [`--${name}`, value] : [value === 'true' ? `--${name}` : `--${name}=${value}`];
      }),
    },
  };
}
