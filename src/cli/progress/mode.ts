/** How progress is shown: decided as Compose decides it for its own, so that both look the same. Pure. */

export const progressModes = ['auto', 'tty', 'plain', 'json', 'quiet'] as const;
export const ansiModes = ['never', 'always', 'auto'] as const;

/** `tty` draws over what it has drawn, `plain` writes a line for each event. */
export type ProgressMode = Exclude<(typeof progressModes)[number], 'auto'>;

export interface ProgressWords {
  /** The value of `--progress`. */
  readonly progress?: string;
  /** The value of `--ansi`; `never` for `--no-ansi`. */
  readonly ansi?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The words of the command line count, then the variables. */
const ansiOf = ({ ansi }: ProgressWords, env: Environment): string => ansi ?? env['COMPOSE_ANSI'] ?? 'auto';

/**
 * Source: docker/compose's cmd/compose/compose.go, and what 2.40.3 prints. 2.26.1 knows no `json` and does not read
 * `COMPOSE_PROGRESS`. Beyond Compose: in a CI, and on a terminal that cannot move its cursor, nothing is drawn over. A
 * value that is none counts as `auto`: Compose refuses it.
 *
 * @param isTerminal whether standard error is one
 */
export function progressMode(words: ProgressWords, env: Environment, isTerminal: boolean): ProgressMode {
  const ansi = ansiOf(words, env);
  switch (words.progress ?? env['COMPOSE_PROGRESS']) {
    case 'tty':
      return 'tty';
    case 'plain':
      return 'plain';
    case 'json':
      return 'json';
    case 'quiet':
    case 'none':
      return 'quiet';
    default:
      if (ansi === 'never') return 'plain';
      if (ansi === 'always') return 'tty';
      return isTerminal && !env['CI'] && env['TERM'] !== 'dumb' ? 'tty' : 'plain';
  }
}

/**
 * Whether a stream takes colour: on a terminal, or where `--ansi always` asks for it; never with `NO_COLOR`
 * (no-color.org: set and not empty), which wins as it does in Compose.
 *
 * @param onTerminal what the stream itself says
 */
export function takesColor(words: ProgressWords, env: Environment, onTerminal: boolean): boolean {
  const ansi = ansiOf(words, env);
  if (env['NO_COLOR'] || ansi === 'never') return false;
  return ansi === 'always' || onTerminal;
}
