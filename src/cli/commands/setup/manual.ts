/** `netcompose __man`: all manual pages, by their names, as JSON; the build writes them. */
import type { Command } from 'commander';
import { type ManualOption, manualText } from '../../../emit/text/manual-text.ts';
import { exitCodes } from '../../exit-codes.ts';
import { addedOptions, optionsOf } from '../../options/service-words.ts';
import type { Session } from '../../session.ts';
import { version } from '../../version.ts';
import type { KnownCommands } from './complete.ts';

export async function manual({ terminal }: Session, { purposes, describe }: KnownCommands): Promise<number> {
  const pages: Record<string, string> = {};
  const others = ['docker-compose', ...purposes.map(({ word }) => `netcompose-${word}`)];
  pages['netcompose.1'] = manualText(
    {
      name: '',
      purpose: 'docker compose with ipvlan, macvlan, host and bridge networking',
      synopsis: '[OPTIONS] COMMAND [ARGS]',
      description:
        'Used in place of docker compose: reads x-netmode in Compose files, finds conflicts before anything starts, ' +
        'makes what the host needs, and hands over to docker compose. Every command and option of Compose works; ' +
        'its global options stand before the command.',
      options: [...added()].map(([flags, { purpose, commands }]) => ({
        flags,
        purpose: `${commands.join(', ')}: ${purpose}`,
      })),
      commands: purposes.map(({ word, purpose = '' }) => ({ flags: word, purpose })),
      seeAlso: others,
    },
    version,
  );
  for (const { word, purpose = '' } of purposes) {
    const command = await describe(word);
    if (!command) continue;
    pages[`netcompose-${word}.1`] = manualText(
      {
        name: word,
        purpose,
        synopsis: command.usage(),
        description: command.description(),
        options: options(command),
        commands: command.commands.map((one) => ({
          flags: `${one.name()} ${one.usage()}`,
          purpose: `${one.description()}`,
          options: options(one),
        })),
        seeAlso: ['netcompose'],
      },
      version,
    );
  }
  terminal.out(`${JSON.stringify(pages)}\n`);
  return exitCodes.fine;
}

const options = ({ options: all }: Command): readonly ManualOption[] =>
  all.map(({ flags, description, argChoices }) => ({
    flags,
    purpose: argChoices ? `${description} (${argChoices.join(', ')})` : description,
  }));

/** netcompose's own options of Compose's commands. */
function added(): ReadonlyMap<string, { readonly purpose: string; readonly commands: readonly string[] }> {
  const found = new Map<string, { purpose: string; commands: readonly string[] }>();
  for (const command of Object.keys(optionsOf))
    for (const [option, purpose] of addedOptions(command))
      found.set(option, { purpose, commands: [...(found.get(option)?.commands ?? []), command] });
  return found;
}
