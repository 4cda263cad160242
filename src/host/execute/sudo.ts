/** Privilege: only `ip` and `sysctl` need it, `nmcli` where NetworkManager runs, and `nft` where dhcpcd 10 does. */
import { safeLine } from '../../diagnostics/format/safe.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { patienceWith } from '../engine/client.ts';
import { findEndpoint } from '../engine/endpoint.ts';
import { patienceVariable } from '../engine/unreachable.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host, RunResult } from '../system/host.ts';
import { isLate, usualSeconds } from '../system/run-look.ts';
import { which } from '../system/which.ts';

const privileged: ReadonlySet<string | undefined> = new Set(['ip', 'sysctl', 'nmcli', 'nft']);

/**
 * sudo asks on the terminal by itself, once for all commands of a run unless it is set up to forget at once. In
 * English, because what it says must be understood here. Where it asks, and only there, it first says what for: that is
 * the first line of its prompt.
 *
 * @param why what root is for, such as `to set up nc-eth0`; names may come from anywhere
 */
const sudoEnvironment = (why: string) => ({
  LC_ALL: 'C',
  // sudo's own prompt, and its escape for a percent sign (sudo(8), `-p`).
  SUDO_PROMPT: `${safeLine(`netcompose needs root ${why}`).replaceAll('%', '%%')}\n[sudo] password for %p: `,
});

/**
 * How sudo ends where it does not run the command: no terminal, a wrong password, no right to this or any command (sudo
 * 1.9.13 and sudo-rs). Where it does, the last word is the command's, perhaps after a warning of sudo's.
 */
const refusal =
  /^sudo: (?!unable to resolve host)|^Sorry, |^This incident |is not in the sudoers file|may not run sudo/;

const isRefusal = (stderr: string): boolean => refusal.test(stderr.trimEnd().split(/\r?\n/).at(-1) ?? '');

/** How long a changing command may take: the kernel answers at once, and the engine as it answers what it is asked. */
const secondsOf = ([program]: readonly string[], host: Host): number =>
  program === 'docker' ? patienceWith(findEndpoint(host), host) : usualSeconds;

/** What is to be done about a command that was given up. */
const lateHelp = ([program]: readonly string[]): string =>
  program === 'docker'
    ? `see whether "docker version" answers; ${patienceVariable}=60 waits longer`
    : 'the kernel, or what manages its network, does not answer: see "dmesg"';

/**
 * Runs a changing command, through `sudo` where it needs root and we are not. Throws a `HostError`: the command's
 * failure, `isLate` where it hangs, or `needsRoot` where root cannot be had.
 *
 * @param why what root is for, as sudo says it before it asks for a password: `to …`
 */
export async function runPrivileged(host: Host, command: readonly string[], why: string): Promise<void> {
  const needsSudo = host.uid !== 0 && privileged.has(command[0]);
  if (needsSudo && which(host, 'sudo') === undefined) {
    throw new HostError({
      message: `"${displayCommand(command)}" needs root, and sudo is not installed`,
      command,
      needsRoot: true,
    });
  }
  const argv = needsSudo ? ['sudo', '--', ...command] : command;
  const seconds = secondsOf(command, host);
  const result = await host.run(argv, { seconds, ...(needsSudo && { env: sudoEnvironment(why) }) });
  if (result.code === 0) return;
  if (isLate(result)) throw new HostError({ ...commandFailure(argv, result, lateHelp(command)), isLate: true });
  const refused = needsSudo && isRefusal(result.stderr);
  throw new HostError({ ...commandFailure(argv, result), ...(refused && { needsRoot: true as const }) });
}

interface AsRootOptions {
  readonly input: string;
  /** What root is for, as in `runPrivileged`. */
  readonly why: string;
}

/**
 * Runs a command that changes nothing and still needs root, through `sudo` where we are not.
 *
 * @returns `refused` where root cannot be had
 */
export async function runAsRoot(
  host: Host,
  argv: readonly string[],
  { input, why }: AsRootOptions,
): Promise<RunResult | 'refused'> {
  if (host.uid === 0) return host.run(argv, { input });
  if (which(host, 'sudo') === undefined) return 'refused';
  const result = await host.run(['sudo', '--', ...argv], { input, env: sudoEnvironment(why) });
  return result.code !== 0 && isRefusal(result.stderr) ? 'refused' : result;
}

/** What to do where root cannot be had. */
export function byHand(commands: readonly (readonly string[])[]): string {
  return ['run as root, and then the same again:', ...commands.map((command) => `  ${displayCommand(command)}`)].join(
    '\n',
  );
}
