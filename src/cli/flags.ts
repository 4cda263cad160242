/** Words of a command line as Compose's own parser reads them (github.com/spf13/pflag, flag.go). Pure. */
import { goBoolean } from '../compose/project/fields.ts';

/** One option, written as `--help` lists it: `-t, --timeout int` takes a value, `-d, --detach` takes none. */
export type FlagLine = string;

interface Flag {
  /** Its long name, without dashes. */
  readonly name: string;
  readonly takesValue: boolean;
}

interface Option extends Flag {
  /** `true` for an option that takes no value and was given none. */
  readonly value: string;
  /** Which of the words it begins with. */
  readonly at: number;
}

export interface ReadFlags {
  /** In order, repeated ones each time. */
  readonly options: readonly Option[];
  /** The words that are neither options nor their values. */
  readonly rest: readonly string[];
  /**
   * Whether an option was unknown or lacks its value. Reading goes on: an unknown option counts as one without a value.
   */
  readonly faulty: boolean;
}

interface ReadFlagsOptions {
  /** Whether options may follow the first other word; otherwise all that follows it is somebody else's. */
  readonly interspersed: boolean;
}

/** Reads words by a table of options. What comes after `--` is never an option. */
export function readFlags(
  words: readonly string[],
  lines: readonly FlagLine[],
  { interspersed }: ReadFlagsOptions,
): ReadFlags {
  const flags = new Map(lines.flatMap(spellingsOf));
  const options: Option[] = [];
  const rest: string[] = [];
  let faulty = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(...(interspersed ? [word] : words.slice(at)));
      if (interspersed) continue;
      break;
    }
    const found = word.startsWith('--') ? readLong(word, flags) : readShort(word, flags);
    faulty ||= found.faulty;
    const begun = at;
    for (const { flag, value } of found.flags) {
      const needsNext = flag.takesValue && value === undefined;
      if (needsNext && at + 1 >= words.length) faulty = true;
      else options.push({ ...flag, value: needsNext ? words[++at]! : (value ?? 'true'), at: begun });
    }
  }
  return { options, rest, faulty };
}

/**
 * Whether an option without a value is on: the last one counts. A value that is neither true nor false
 * counts as true; Compose then refuses it.
 *
 * @returns nothing where it was not given
 */
export function isOn({ options }: ReadFlags, name: string): boolean | undefined {
  const last = options.findLast((option) => option.name === name);
  return last && goBoolean(last.value) !== false;
}

/** The values of an option that may be repeated, in order. */
export const valuesOf = ({ options }: ReadFlags, name: string): readonly string[] =>
  options.flatMap((option) => (option.name === name ? option.value : []));

interface Found {
  readonly flags: readonly { readonly flag: Flag; readonly value: string | undefined }[];
  readonly faulty: boolean;
}

function readLong(word: string, flags: ReadonlyMap<string, Flag>): Found {
  const equals = word.indexOf('=');
  const spelling = equals < 0 ? word : word.slice(0, equals);
  const flag = flags.get(spelling);
  return {
    flags: [
      {
        flag: flag ?? { name: spelling.slice(2), takesValue: false },
        value: equals < 0 ? undefined : word.slice(equals + 1),
      },
    ],
    faulty: !flag,
  };
}

/** `-d`, `-dV`, `-t5`, `-t=5`, `-dt5`: the first that takes a value takes all that is left of the word. */
function readShort(word: string, flags: ReadonlyMap<string, Flag>): Found {
  const found: { flag: Flag; value: string | undefined }[] = [];
  let faulty = false;
  for (let at = 1; at < word.length; at++) {
    const flag = flags.get(`-${word[at]}`);
    const left = word.slice(at + 1);
    if (left.startsWith('=') || (flag?.takesValue && left !== '')) {
      if (flag) found.push({ flag, value: left.replace(/^=/, '') });
      return { flags: found, faulty: faulty || !flag };
    }
    if (flag) found.push({ flag, value: undefined });
    else faulty = true;
  }
  return { flags: found, faulty };
}

function spellingsOf(line: FlagLine): readonly (readonly [spelling: string, flag: Flag])[] {
  const [, short, name, value] = /^(?:(-\w), )?--([\w-]+)(?: (\S+))?$/.exec(line) ?? [];
  if (name === undefined) throw new RangeError(`"${line}" does not describe an option`);
  const flag = { name, takesValue: value !== undefined };
  return [[`--${name}`, flag] as const, ...(short === undefined ? [] : [[short, flag] as const])];
}
