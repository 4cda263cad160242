/** What the world got wrong: one error type, its text made by one pure function. */
import { displayCommand } from '../../plan/actions/display.ts';

export interface HostFailure {
  /** The subject in quotes, and what is wrong with it. */
  readonly message: string;
  readonly command?: readonly string[];
  readonly code?: number;
  /** What the command wrote; the last lines are shown. */
  readonly output?: string;
  /** What to do about it. */
  readonly help?: string;
  /** Commands that would undo what this run did and could not undo itself. */
  readonly notUndone?: readonly (readonly string[])[];
  /** It is the engine that cannot be reached, or Compose that is not there, and no step of ours that failed. */
  readonly noEngine?: true;
  /** Root is needed for the command and cannot be had. */
  readonly needsRoot?: true;
  /** Something else is there than what the plan was made on. */
  readonly isConflict?: true;
  /** The command was given up because it took too long: it may have its effect, now or later. */
  readonly isLate?: true;
  readonly cause?: unknown;
}

const shownLines = 5;

/** A failure of the world outside (a command, the engine, a file): for people, without a stack trace. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly failure: HostFailure;
  readonly command: readonly string[] | undefined;
  readonly code: number | undefined;
  readonly help: string | undefined;

  constructor(failure: HostFailure) {
    super(failureText(failure), { cause: failure.cause });
    this.failure = failure;
    this.command = failure.command;
    this.code = failure.code;
    this.help = failure.help;
  }
}

/**
 * The error's text: the message, what the command said last, and what is left over. Pure; `help` is shown by the
 * caller.
 */
export function failureText({ message, output = '', notUndone = [] }: HostFailure): string {
  const said = lastLines(output);
  const parts = said.length === 1 ? [`${message}: ${said[0]}`] : [message, ...said.map((line) => `  ${line}`)];
  if (notUndone.length > 0) parts.push('still to be undone:', ...notUndone.map((argv) => `  ${displayCommand(argv)}`));
  return parts.join('\n');
}

/** The failure of a command that has ended, in the command's own words. */
export function commandFailure(
  command: readonly string[],
  result: { readonly code: number; readonly stdout: string; readonly stderr: string },
  help?: string,
): HostFailure {
  return {
    message: `"${displayCommand(command)}" failed with exit code ${result.code}`,
    command,
    code: result.code,
    output: result.stderr.trim() || result.stdout.trim(),
    ...helpFor(help ?? (result.code === 127 ? packages[command[0] ?? ''] : undefined)),
  };
}

const helpFor = (help: string | undefined) => (help === undefined ? {} : { help });

/** What brings a program that is not there. */
const packages: Readonly<Record<string, string>> = {
  ip: 'install iproute2: the package is called so on Debian, Ubuntu, Alpine and Arch, and iproute on Fedora',
  sysctl: 'install procps: the package is called so on Debian, Ubuntu and Alpine, and procps-ng on Fedora and Arch',
};

/** The message of anything that was thrown. */
export function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function lastLines(output: string): readonly string[] {
  return output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-shownLines);
}
