/** Privilege: only `ip` and `sysctl` need it, and `nmcli` where NetworkManager runs. */
import { displayCommand } from '../../plan/actions/display.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { which } from '../system/which.ts';

const privileged: ReadonlySet<string | undefined> = new Set(['ip', 'sysctl', 'nmcli']);

/**
 * Runs a changing command, through `sudo` where it needs root and we are not; `sudo` asks for a password on the
 * terminal by itself. Throws a `HostError`: the command's failure, or, where root cannot be had, the commands to run.
 *
 * @param rest the commands that would follow, for that message
 */
export async function runPrivileged(
  host: Host,
  command: readonly string[],
  rest: readonly (readonly string[])[] = [],
): Promise<void> {
  const needsSudo = host.uid !== 0 && privileged.has(command[0]);
  if (needsSudo && which(host, 'sudo') === undefined) {
    throw new HostError({
      message: `"${displayCommand(command)}" needs root, and sudo is not installed`,
      command,
      help: byHand([command, ...rest]),
    });
  }
  const argv = needsSudo ? ['sudo', '--', ...command] : command;
  const result = await host.run(argv);
  if (result.code === 0) return;
  // What sudo itself has to say begins with its name: no terminal, no right, a wrong password.
  const refused = needsSudo && /^sudo: /m.test(result.stderr);
  throw new HostError(commandFailure(argv, result, refused ? byHand([command, ...rest]) : undefined));
}

function byHand(commands: readonly (readonly string[])[]): string {
  return [
    'run as root:',
    ...commands.filter(([file]) => privileged.has(file)).map((command) => `  ${displayCommand(command)}`),
  ].join('\n');
}
