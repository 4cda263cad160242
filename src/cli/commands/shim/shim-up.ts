/** `netcompose shim up`: puts the shims of this host right, without a Compose file. */
import { safeLine } from '../../../diagnostics/format/safe.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { mendShims } from '../../steps/shims/mend-shims.ts';

const examples = `
Examples:
  netcompose shim up                     all of them
  netcompose shim up netcompose-eth0     this one
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Repair the shims of all networks that have one, or of these Docker networks: make what is missing, remove ' +
          'what leads to containers that are gone. Prints one line for each thing that was mended.',
      )
      .argument('[network...]', "Docker's name of a network, or a shim's")
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal, progress } = session;
  const onMended = (shim: string, fault: string) => terminal.out(mendedLine(shim, fault));
  await progress.during('Shims', 'Repairing', () => mendShims(host, { names: options.args, onMended }));
  return exitCodes.fine;
}

/** What was mended; names may come from anywhere. */
export const mendedLine = (shim: string, fault: string): string => `${safeLine(`mended ${shim}: ${fault}`)}\n`;
