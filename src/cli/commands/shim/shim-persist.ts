/** `netcompose shim persist`: the shims of this host come back when it starts, with nobody logged in. */

import { Option } from 'commander';
import { isPersisted, type NotPersisted, type Persisted, persist } from '../../../emit/persist/formats.ts';
import { persistedShim } from '../../../emit/persist/persisted-shim.ts';
import { filesText, notPersistedText, persistedText } from '../../../emit/text/persist-text.ts';
import { withLock } from '../../../host/lock.ts';
import { observeManagers } from '../../../host/persist/managers.ts';
import { writePersisted } from '../../../host/persist/persisted-files.ts';
import { HostError } from '../../../host/system/errors.ts';
import { type PersistFormat, persistFormats } from '../../../plan/facts/managers.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { surveyShims } from '../../steps/shims/survey-shims.ts';
import { notify } from '../../terminal.ts';

const examples = `
Examples:
  netcompose shim persist --print        look first
  sudo netcompose shim persist
  sudo netcompose shim persist --format systemd
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Have the shims of this host made at every start: write them into the configuration of the program that sets ' +
          'up its network. Needs root, except with --print.',
      )
      .addOption(
        new Option('--format <format>', 'in which format; that of the program found here unless given').choices(
          persistFormats,
        ),
      )
      .option('--print', 'show the files and write nothing')
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal } = session;
  const asked = options.values['format'] as PersistFormat | undefined;
  if (options.values['print'] === true) {
    const persisted = await persistAll(session, asked);
    terminal.err(persistedText(persisted));
    terminal.out(filesText(persisted));
    return exitCodes.fine;
  }
  return withLock(host, 'host', async () => {
    const persisted = await persistAll(session, asked);
    const { written, removed } = await writePersisted(
      host,
      persisted.flatMap(({ files }) => files),
    );
    terminal.err(persistedText(persisted));
    terminal.out(
      [...written.map((path) => `written ${path}\n`), ...removed.map((path) => `removed ${path}\n`)].join(''),
    );
    return exitCodes.fine;
  });
}

/** All shims that there are. Throws a `HostError` where one cannot be made at start in any way. */
async function persistAll({ host, terminal, progress }: Session, asked?: PersistFormat): Promise<readonly Persisted[]> {
  const { shims, facts, useless } = await progress.during('Shims', 'Looking', () => surveyShims(host));
  const present = shims.filter(({ plan }) => facts.host.interfaces.some(({ name }) => name === plan.name));
  for (const { link, fault } of useless) notify(terminal, `"${link.name}" is left out: ${fault}`);
  if (present.length === 0)
    throw new HostError({ message: 'there is no shim on this host', help: '"netcompose up" makes those of a project' });
  const managers = await observeManagers(
    host,
    present.map(({ plan }) => plan.parent),
  );
  const all = present.map(({ steps }) => persist(persistedShim(steps.map(({ action }) => action)), managers, asked));
  const impossible = all.filter((one): one is NotPersisted => !isPersisted(one));
  if (impossible.length > 0) throw new HostError({ message: impossible.map(notPersistedText).join('\n') });
  return all.filter(isPersisted);
}
