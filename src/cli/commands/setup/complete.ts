/**
 * `netcompose __complete …`, which shells call while somebody types: what may follow. Compose's own commands are
 * Compose's to complete, so that what is offered is what the Compose that is installed here takes.
 */
import type { Command } from 'commander';
import { rules } from '../../../diagnostics/rules.ts';
import { composeCompletion } from '../../../host/engine/find-compose.ts';
import type { Host } from '../../../host/system/host.ts';
import { netmodeWords } from '../../../netmode/modes.ts';
import { keysOf } from '../../../netmode/typed-value.ts';
import { exitCodes } from '../../exit-codes.ts';
import { type FlagLine, readFlags } from '../../flags.ts';
import { globalOptions, parseGlobals } from '../../globals.ts';
import {
  type Answer,
  answerText,
  askedOf,
  type Candidate,
  directives,
  optionCandidates,
  readAnswer,
} from '../../options/completion-words.ts';
import { addedOptions, serviceWords } from '../../options/service-words.ts';
import type { Session } from '../../session.ts';
import { readProject } from '../../steps/read-project.ts';

/** netcompose's own commands, as `commands.ts` has them. */
export interface KnownCommands {
  readonly purposes: readonly Candidate[];
  /** Without what Compose hides. */
  readonly composes: readonly string[];
  /** The options of one of netcompose's own commands; nothing for any other word. */
  readonly describe: (name: string) => Promise<Command | undefined>;
}

/** @param session its `args` are the words after `netcompose`; the last is being typed, and may be empty */
export async function complete(session: Session, known: KnownCommands): Promise<number> {
  const typed = session.args.at(-1) ?? '';
  const answer = await answerFor(session, known);
  const isValue = typed.startsWith('--') && typed.includes('=');
  const described = session.command === '__complete';
  session.terminal.out(answerText(answer, isValue ? typed.slice(typed.indexOf('=') + 1) : typed, described));
  return exitCodes.fine;
}

const noFiles = (candidates: readonly Candidate[]): Answer => ({ candidates, directive: directives.noFiles });
const words = (list: Iterable<string>): readonly Candidate[] => [...list].map((word) => ({ word }));

async function answerFor(session: Session, known: KnownCommands): Promise<Answer> {
  const before = session.args.slice(0, -1);
  const typed = session.args.at(-1) ?? '';
  const parsed = parseGlobals([...before, typed]);
  const { rest, options } = readFlags(before, globalOptions, { interspersed: false });
  const [command] = rest;
  if (command === undefined) {
    const pending = pendingGlobal(before, options.length);
    const option = pending ?? (typed.includes('=') ? typed.slice(0, typed.indexOf('=')) : undefined);
    if (option !== undefined && globalValues[option]) return globalValues[option](session);
    if (pending !== undefined || typed.startsWith('-')) return (await fromCompose(session)) ?? globalsAlone(typed);
    const composes = (await fromCompose(session))?.candidates ?? words(known.composes);
    const ours = new Set(known.purposes.map(({ word }) => word));
    return noFiles([...known.purposes, ...composes.filter(({ word }) => !ours.has(word))]);
  }
  const about = rest.slice(1);
  const called: Session = {
    ...session,
    ...(parsed.kind === 'command' && { globals: parsed.globals }),
    command,
    args: [...about, typed],
  };
  if (command === 'help' && about.length === 0)
    return noFiles([...known.purposes, ...((await fromCompose({ ...session, args: [''] }))?.candidates ?? [])]);
  const described = await known.describe(command);
  return described ? ours(described, called) : composes(called, session);
}

/** The option before the word that is being typed, where it takes a value. */
function pendingGlobal(before: readonly string[], read: number): string | undefined {
  const last = before.at(-1);
  if (last === undefined || !last.startsWith('-')) return undefined;
  // One that lacks its value is not among those that were read.
  const without = readFlags(before.slice(0, -1), globalOptions, { interspersed: false }).options.length;
  return read === without ? last : undefined;
}

/** What Compose leaves to the shell, or offers files for. */
const globalValues: Readonly<Record<string, (session: Session) => Answer>> = {
  ...both(['--ansi'], () => noFiles(words(['never', 'always', 'auto']))),
  ...both(['--progress'], () => noFiles(words(['auto', 'tty', 'plain', 'json', 'quiet']))),
  ...both(['--profile'], (session) => noFiles(words(profilesOf(session)))),
  ...both(['--project-directory', '--workdir'], () => ({ candidates: [], directive: directives.folders })),
  ...both(['-f', '--file'], () => ({ candidates: words(['yaml', 'yml']), directive: directives.endings })),
  ...both(['--env-file'], () => ({ candidates: [], directive: directives.none })),
  ...both(['-p', '--project-name', '--parallel'], () => noFiles([])),
};

function both<T>(names: readonly string[], value: T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

const globalsAlone = (typed: string): Answer =>
  noFiles(
    words(
      globalOptions.flatMap((line: FlagLine) => /--[\w-]+/.exec(line) ?? []).filter((word) => word.startsWith(typed)),
    ),
  );

/** A command of netcompose's own. */
function ours(command: Command, session: Session): Answer {
  const asked = askedOf(command, session.args);
  switch (asked.kind) {
    case 'options':
      return noFiles(optionCandidates(asked.command));
    case 'subcommands':
      return noFiles(asked.command.commands.map((one) => ({ word: one.name(), purpose: one.summary() })));
    case 'value': {
      if (asked.of.kind === 'choices') return noFiles(words(asked.of.choices));
      const find = Object.hasOwn(values, asked.of.name) ? values[asked.of.name]! : () => noFiles([]);
      const { candidates, directive } = find(session, asked.typed);
      return { candidates: candidates.filter(({ word }) => !asked.given.includes(word)), directive };
    }
    case 'nothing':
      return noFiles([]);
  }
}

/** By what the options and arguments call their values. */
const values: Readonly<Record<string, (session: Session, typed: string) => Answer>> = {
  services: (session) => noFiles(words(servicesOf(session))),
  netmode: (session) => noFiles(netmodes(session)),
  name: (session) => noFiles(words(networksOf(session))),
  interface: ({ host }) => noFiles(words(interfaces(host))),
  network: ({ host }) => noFiles(words(shims(host))),
  key: () => noFiles(words(keysOf('service'))),
  'key=value': assignments,
  'rule or error': () => noFiles(Object.entries(rules).map(([word, { summary }]) => ({ word, purpose: summary }))),
  file: () => ({ candidates: [], directive: directives.none }),
};

function assignments(session: Session, typed: string): Answer {
  const key = typed.slice(0, Math.max(typed.indexOf('='), 0));
  const find = { mode: values['netmode']!, network: values['name']!, parent: values['interface']! }[key];
  if (find) return noFiles(find(session, typed).candidates.map((one) => ({ ...one, word: `${key}=${one.word}` })));
  if (key !== '') return noFiles([]);
  return {
    candidates: words(keysOf('service').map((name) => `${name}=`)),
    directive: directives.noFiles + directives.noSpace,
  };
}

const netmodes = (session: Session) =>
  words([...netmodeWords, ...servicesOf(session).map((service) => `service:${service}`)]);

/** Nothing is said of what is wrong with the files: somebody is typing. */
function projectOf(session: Session) {
  return session.globals.files.includes('-') ? undefined : readProject({ ...session, args: [] }).project;
}

const servicesOf = (session: Session): readonly string[] => [...(projectOf(session)?.services.keys() ?? [])];
const networksOf = (session: Session): readonly string[] =>
  [...(projectOf(session)?.networks.keys() ?? [])].filter((name) => name !== 'default');
const profilesOf = (session: Session): ReadonlySet<string> =>
  new Set([...(projectOf(session)?.services.values() ?? [])].flatMap(({ profiles }) => profiles));

const links = '/sys/class/net';
const isShim = (name: string, host: Host) => host.readText(`${links}/${name}/ifalias`)?.startsWith('netcompose:');

/** Those that may be parents: not Docker's own, no container's, no shim. */
const interfaces = (host: Host): readonly string[] => [
  ...host
    .list(links)
    .filter((name) => !/^(lo|docker0|docker_gwbridge|br-.*|veth.*)$/.test(name) && !isShim(name, host)),
  'auto',
];

const shims = (host: Host): readonly string[] => host.list(links).filter((name) => isShim(name, host));

/** A command of Compose's, with what netcompose adds to its options. */
async function composes(called: Session, session: Session): Promise<Answer> {
  const typed = called.args.at(-1) ?? '';
  const about = called.args.slice(0, -1);
  const front = session.args.slice(0, session.args.length - called.args.length);
  const previous = session.args.at(-2) ?? '';
  const option = typed.startsWith('--') && typed.includes('=') ? typed.slice(0, typed.indexOf('=')) : previous;
  if (option === '--pull' && /^(up|create|run)$/.test(called.command))
    return noFiles(words(['always', 'missing', 'never']));
  // Compose does not know netcompose's own.
  const { forCompose } = serviceWords({ command: called.command, args: about });
  const answer = await fromCompose({ ...session, args: [...front, ...forCompose, typed] });
  const added = typed.startsWith('-') ? addedOptions(called.command) : [];
  return {
    candidates: [...(answer?.candidates ?? []), ...added.map(([word, purpose]) => ({ word, purpose }))],
    directive: added.length > 0 ? directives.noFiles : (answer?.directive ?? directives.none),
  };
}

/** Compose's own answer; nothing where it is not installed, or too old to have one. */
async function fromCompose({ host, args }: Session): Promise<Answer | undefined> {
  const argv = composeCompletion(host);
  if (!argv) return undefined;
  return readAnswer((await host.run([...argv, '__complete', ...args])).stdout);
}
