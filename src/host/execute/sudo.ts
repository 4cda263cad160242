/** Privilege: only `ip` and `sysctl` need it, and `nmcli` where NetworkManager runs. */
import { displayCommand } from '../../plan/actions/display.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host, RunResult } from '../system/host.ts';
import { which } from '../system/which.ts';

const privileged: ReadonlySet<string | undefined> = new Set(['ip', 'sysctl', 'nmcli']);

/**
 * sudo asks on the terminal by itself, once for all commands of a run unless it is set up to forget at once. In
 * English, because what it says must be understood here.
 */
const sudoEnvironment = {
  LC_ALL: 'C',
  SUDO_PROMPT: 'netcompose prepares this host, by commands that need root. Password of %p: ',
} as const;

/**
 * How sudo ends where it does not run the command: no terminal, a wrong password, no right to this or any command (sudo
 * 1.9.13 and sudo-rs). Where it does, the last word is the command's, perhaps after a warning of sudo's.
 */
const refusal =
  /^sudo: (?!unable to resolve host)|^Sorry, |^This incident |is not in the sudoers file|may not run sudo/;

const isRefusal = (stderr: string): boolean => refusal.test(stderr.trimEnd().split(/\r?\n/).at(-1) ?? '');

/**
 * Runs a changing command, through `sudo` where it needs root and we are not. Throws a `HostError`: the command's
 * failure, or `needsRoot` where root cannot be had.
 */
export async function runPrivileged(host: Host, command: readonly string[]): Promise<void> {
  const needsSudo = host.uid !== 0 && privileged.has(command[0]);
  if (needsSudo && which(host, 'sudo') === undefined) {
    throw new HostError({
      message: `"${displayCommand(command)}" needs root, and sudo is not installed`,
      command,
      needsRoot: true,
    });
  }
  const argv = needsSudo ? ['sudo', '--', ...command] : command;
  const result = await host.run(argv, needsSudo ? { env: sudoEnvironment } : {});
  if (result.code === 0) return;
  const refused = needsSudo && isRefusal(result.stderr);
  throw new HostError({ ...commandFailure(argv, result), ...(refused && { needsRoot: true as const }) });
}

interface AsRootOptions {
  readonly input: string;
  /** What sudo says when it asks for a password. */
  readonly prompt: string;
}

/**
 * Runs a command that changes nothing and still needs root, through `sudo` where we are not.
 *
 * @returns `refused` where root cannot be had
 */
export async function runAsRoot(
  host: Host,
  argv: readonly string[],
  { input, prompt }: AsRootOptions,
): Promise<RunResult | 'refused'> {
  if (host.uid === 0) return host.run(argv, { input });
  if (which(host, 'sudo') === undefined) return 'refused';
  const env = { ...sudoEnvironment, SUDO_PROMPT: prompt };
  const result = await host.run(['sudo', '--', ...argv], { input, env });
  return result.code !== 0 && isRefusal(result.stderr) ? 'refused' : result;
}

/** What to do where root cannot be had. */
export function byHand(commands: readonly (readonly string[])[]): string {
  return ['run as root, and then the same again:', ...commands.map((command) => `  ${displayCommand(command)}`)].join(
    '\n',
  );
}
