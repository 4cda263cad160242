/** `netcompose shim watch`: keeps the shims of this host right, until it is interrupted. */
import { HostError } from '../../../host/system/errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { watchShims } from '../../steps/shims/watch-shims.ts';
import { notify } from '../../terminal.ts';
import { mendedLine } from './shim-up.ts';

const examples = `
Examples:
  sudo netcompose shim watch
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Keep the shims of this host right: whatever the network, the engine or anybody changes about them is put ' +
          'back within a second. Runs until it is ended; needs root. Prints one line for each thing that was mended.',
      )
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal, progress } = session;
  if (host.platform === 'linux' && host.uid !== 0)
    throw new HostError({
      message: '"netcompose shim watch" needs root for as long as it runs',
      help: 'run it as root: sudo netcompose shim watch',
      needsRoot: true,
    });
  await untilInterrupted(async (end) => {
    let looked: () => void = () => undefined;
    const firstLook = new Promise<void>((resolve) => {
      looked = resolve;
    });
    end.addEventListener('abort', looked, { once: true });
    void progress.during('Shims', 'Looking', () => firstLook);
    await watchShims(
      host,
      {
        mended: (shim, fault) => terminal.out(mendedLine(shim, fault)),
        failed: ({ message, help }) => {
          looked();
          notify(terminal, message, help);
        },
        watching: (shims) => {
          looked();
          notify(terminal, `watching ${shims} shim${shims === 1 ? '' : 's'}`);
        },
      },
      end,
    );
  });
  return exitCodes.fine;
}
