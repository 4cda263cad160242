/** `netcompose shim unpersist`: all that `persist` wrote is removed, and nothing else; the shims stay. */
import { withLock } from '../../../host/lock.ts';
import { removePersisted } from '../../../host/persist/persisted-files.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';

const examples = `
Examples:
  sudo netcompose shim unpersist
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Remove all files that "shim persist" wrote, and nothing else. The shims stay until the host starts again.',
      )
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal } = session;
  const removed = await withLock(host, 'host', () => removePersisted(host));
  terminal.out(removed.map((path) => `removed ${path}\n`).join('') || 'nothing was written by "shim persist"\n');
  return exitCodes.fine;
}
