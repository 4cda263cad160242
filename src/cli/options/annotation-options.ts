/** What the options of `annotate` ask for: which keys are set and which go. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { PlainMap } from '../../emit/override/plain-data.ts';
import type { Place } from '../../netmode/faults.ts';
import { guestKeys, isMeaningless } from '../../netmode/keys.ts';
import { guestForm, netmodeOf, netmodeWords } from '../../netmode/modes.ts';
import type { Settings } from '../../netmode/settings.ts';
import { type Data, keysOf, typedValue } from '../../netmode/typed-value.ts';
import { UsageError } from '../usage-error.ts';

/** In the order in which people look for them. */
export function annotationOptions(command: Command): void {
  const many = (value: string, before: readonly string[] = []) => [...before, value];
  command
    .argument('[services...]')
    .option('-m, --mode <netmode>', 'how they are attached: ipvlan-l2, host, service:NAME, …')
    .option('-n, --network <name>', 'a declared network to join')
    .option('--parent <interface>', 'short for --set parent=INTERFACE')
    .addOption(new Option('-s, --set <key=value>', 'any other key; lists with commas').argParser(many))
    .addOption(new Option('-u, --unset <key>', 'take a key out').argParser(many))
    .option('--default <netmode>', 'netmode of services that say nothing')
    .option('--remove', 'take x-netmode out: of the services, else all')
    .option('--adopt', 'take over native macvlan, ipvlan, host and none')
    .option('--suggest', 'write what "netcompose advise" advises')
    .option('--facts <file>', 'with --suggest: for another host, by its facts')
    .option('-f, --file <file>', 'the file to edit, where there are several')
    .option('--dry-run', 'show the difference, write nothing')
    .addHelpText('after', examples);
  for (const [name, others] of exclusive)
    for (const option of command.options) if (option.attributeName() === name) option.conflicts([...others]);
}

const exclusive: readonly (readonly [string, readonly string[]])[] = [
  ['mode', ['network']],
  ['remove', ['mode', 'network', 'parent', 'set', 'unset', 'default', 'adopt']],
  ['adopt', ['mode', 'network', 'parent', 'set', 'unset', 'default']],
  ['suggest', ['mode', 'network', 'parent', 'set', 'unset', 'default', 'remove', 'adopt']],
];

const examples = `
Examples:
  netcompose annotate                      ask about each service
  netcompose annotate web dns --mode ipvlan-l2 --parent eth0
  netcompose annotate dns --set ipv4_address=192.168.1.53 --dry-run
`;

/** The keys that the options ask to set and to take out, at one place. */
export interface Asked {
  readonly set: PlainMap;
  readonly unset: readonly string[];
}

interface Values {
  readonly mode?: string;
  readonly network?: string;
  readonly parent?: string;
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
}

/** Throws a `UsageError` for an unknown key or netmode; values are judged when the edited file is read again. */
export function askedOf({ mode, network, parent, set = [], unset = [] }: Values, place: Place): Asked {
  if (mode !== undefined && !(place === 'service' && ownerOf(mode) !== undefined))
    checkNetmode('--mode', mode, place === 'service' ? [...netmodeWords, guestForm] : netmodeWords);
  for (const key of unset) checkKey(key, place);
  return {
    set: {
      ...(mode !== undefined && { mode }),
      ...(network !== undefined && { network }),
      ...(parent !== undefined && { parent }),
      ...Object.fromEntries(set.map((text) => assignment(text, place))),
    },
    unset,
  };
}

/** The service that `service:NAME` names; whether there is one is judged when the edited file is read again. */
export const ownerOf = (word: unknown): string | undefined =>
  typeof word === 'string' ? /^service:(.+)$/.exec(word)?.[1] : undefined;

/**
 * The keys that go because of what is set: a netmode takes the place of a declared network and the other way round, and
 * what means nothing for the new netmode cannot stay.
 */
export function displaced(said: PlainMap, { set }: Asked, place: Place): readonly string[] {
  if (set['network'] !== undefined) return ['mode'];
  const mode = typeof set['mode'] === 'string' ? netmodeOf(set['mode']) : undefined;
  if (set['mode'] === undefined) return [];
  if (ownerOf(set['mode']) !== undefined)
    return Object.keys(said).filter((key) => !guestKeys.has(key as keyof Settings));
  const meaningless = mode ? Object.keys(said).filter((key) => isMeaningless(key, mode, place)) : [];
  return ['network', ...meaningless];
}

/**
 * @param option as people write it
 * @param shown the netmodes that the message names
 */
export function checkNetmode(option: string, word: string, shown: readonly string[] = netmodeWords): void {
  if (netmodeWords.includes(word) || /^[^$]*\$(?:\{|[A-Za-z_])/.test(word)) return;
  throw new UsageError(
    `${option}: there is no netmode "${word}"`,
    didYouMean(word, netmodeWords) ?? `one of ${shown.join(', ')}`,
  );
}

function checkKey(key: string, place: Place): void {
  const keys = keysOf(place);
  if (keys.includes(key)) return;
  const where = place === 'top' ? 'at the top level' : `of a ${place}`;
  throw new UsageError(
    `there is no key "${key}" in the x-netmode ${where}`,
    didYouMean(key, keys) ?? `one of ${keys.join(', ')}`,
  );
}

function assignment(text: string, place: Place): readonly [string, Data] {
  const cut = text.indexOf('=');
  if (cut < 1)
    throw new UsageError(`--set ${text}: there is no value`, 'write it like --set ipv4_address=192.168.1.53');
  const key = text.slice(0, cut);
  checkKey(key, place);
  const value = typedValue(place, key, text.slice(cut + 1));
  if (value === undefined)
    throw new UsageError(`--set ${text}: the value is not YAML`, 'close its brackets and quotes');
  return [key, value];
}
