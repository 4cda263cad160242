/** `netcompose shim down`: removes shims that nothing uses, or those of the networks that are named. */
import { safeLine } from '../../../diagnostics/format/safe.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { removeShims } from '../../steps/shims/remove-shims.ts';

const examples = `
Examples:
  netcompose shim down                   those that nothing uses
  netcompose shim down netcompose-eth0   this one, used or not
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Remove the shims of this host whose network is gone or has no containers; or those of these Docker ' +
          'networks, used or not. The networks stay.',
      )
      .argument('[network...]', "Docker's name of a network, or a shim's")
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal, progress } = session;
  const removed = await progress.during('Shims', 'Removing', () => removeShims(host, options.args));
  for (const shim of removed) terminal.out(`${safeLine(`removed ${shim}`)}\n`);
  return exitCodes.fine;
}
