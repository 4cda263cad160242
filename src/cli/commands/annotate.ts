/** `netcompose annotate`: puts `x-netmode` into existing files, changes it, takes it out; all else in them stays. */

import { resolve } from 'node:path';
import { networkModeText, ownerIn } from '../../compose/project/network-mode.ts';
import type { Project } from '../../compose/project/project.ts';
import { toPlain } from '../../compose/tree.ts';
import { Diagnostics } from '../../diagnostics/diagnostic.ts';
import { shownPath } from '../../diagnostics/format/place.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { AnnotatedPlace, Wish } from '../../emit/annotate/wish.ts';
import { longForm } from '../../emit/annotate/wish.ts';
import type { Plain } from '../../emit/override/plain-data.ts';
import { annotationText } from '../../emit/text/annotation-text.ts';
import { unifiedDiff } from '../../emit/text/diff/unified-diff.ts';
import { ownerService } from '../../netmode/owners.ts';
import { adviceFor } from '../../plan/advise/advice.ts';
import { parseFacts } from '../../plan/facts/parsed-facts.ts';
import { exitCodes } from '../exit-codes.ts';
import { Interrupted } from '../interrupt.ts';
import {
  type Asked,
  annotationOptions,
  askedOf,
  checkNetmode,
  displaced,
  ownerOf,
} from '../options/annotation-options.ts';
import { ownOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { adoptionWishes } from '../steps/adopt.ts';
import { factsForAdvice } from '../steps/advise/facts-for-advice.ts';
import { type Followed, followAdvice, suggestedWishes } from '../steps/advise/suggest.ts';
import { annotateFiles, type EditedFile } from '../steps/annotate-files.ts';
import { askEach } from '../steps/ask-netmodes.ts';
import { type Read, readProject } from '../steps/read-project.ts';
import { notify } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface Values {
  readonly mode?: string;
  readonly network?: string;
  readonly parent?: string;
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly default?: string;
  readonly remove?: boolean;
  readonly adopt?: boolean;
  readonly suggest?: boolean;
  readonly facts?: string;
  readonly file?: string;
  readonly dryRun?: boolean;
}

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command.description('Add or change x-netmode in your Compose files. Every other byte stays as it is.');
    annotationOptions(command);
  });
  if (!options) return exitCodes.fine;
  const values = options.values as Values;
  if (values.facts !== undefined && !values.suggest)
    throw new UsageError('--facts is for --suggest alone', 'add --suggest; nothing else depends on a host');
  const found = findProject(session, values.file);
  const { read, only } = found;
  if (!read.project) {
    reportProblems(session, read.diagnostics);
    return exitCodeOf(read.diagnostics.sorted());
  }
  const project = read.project;
  const refused = new Diagnostics();
  const asking = !says(values);
  for (const name of values.suggest ? options.args : []) checkService(name, project);
  const wishes = await (values.suggest
    ? suggestedWishes(found.session, project, options.args, options.values)
    : asking
      ? askedWishes(found.session, project, options.args)
      : wishesOf(found.session, project, options.args, values, refused));
  if (refused.hasErrors) return refusal(session, refused);
  const follow = values.suggest ? followAdvice : annotateAll;
  const { result, wishes: done, left } = follow(found.session, { ...read, project }, wishes, only);
  if (result.kind === 'refused') return refusal(session, result.diagnostics);
  await write(session, result.files, values.dryRun === true || session.globals.dryRun, asking);
  for (const wish of done) noteOverridden(session, project, wish);
  const news = new Diagnostics();
  for (const { rule, span, message, help, related, severity } of result.news)
    news.report(rule, span, message, { help, related, severity });
  // The rest is written: no error, but it is told.
  for (const { rule, span, message, help, related } of left)
    news.report(rule, span, message, { help, related, severity: 'warning' });
  reportProblems(session, news);
  return exitCodes.fine;
}

const annotateAll = (...[session, read, wishes, only]: Parameters<typeof annotateFiles>): Followed => ({
  result: annotateFiles(session, read, wishes, only),
  wishes,
  left: [],
});

/** Whether the options say what to do. */
const says = ({ mode, network, parent, set, unset, default: standard, remove, adopt, suggest }: Values) =>
  [mode, network, parent, set, unset, standard, remove, adopt, suggest].some((value) => value !== undefined);

function refusal(session: Session, diagnostics: Diagnostics): number {
  reportProblems(session, diagnostics);
  session.terminal.err('netcompose: nothing was written\n');
  return exitCodeOf(diagnostics.sorted());
}

interface Found {
  /** As the project was read with it. */
  readonly session: Session;
  readonly read: Read;
  /** The one file to edit, absolute. */
  readonly only?: string;
}

/** A file that is no part of the project here is a project of its own. */
function findProject(session: Session, file: string | undefined): Found {
  if (session.globals.files.includes('-') || file === '-')
    throw new UsageError('standard input cannot be annotated', 'name a file');
  if (file === undefined) return { session, read: readProject(session) };
  const only = resolve(session.host.cwd, file);
  const read = readProject(session);
  if (read.project?.files.includes(only)) return { session, read, only };
  const other = { ...session, globals: { ...session.globals, files: [file] } };
  return { session: other, read: readProject(other), only };
}

function wishesOf(
  session: Session,
  project: Project,
  names: readonly string[],
  values: Values,
  refused: Diagnostics,
): readonly Wish[] {
  if (values.adopt) return adoptionWishes(session, project, names);
  for (const name of names) checkService(name, project);
  if (values.remove) return removals(project, names);
  const wishes: Wish[] = [];
  const { default: standard, ...rest } = values;
  if (standard !== undefined) checkNetmode('--default', standard);
  const atTop = names.length === 0;
  if (standard !== undefined || atTop) {
    if (atTop && (values.mode !== undefined || values.network !== undefined))
      throw new UsageError('no service is named', servicesHelp(project));
    const asked = atTop ? askedOf(rest, 'top') : { set: {}, unset: [] };
    const set = { ...(standard !== undefined && { default: standard }), ...asked.set };
    wishes.push({ place: { kind: 'top' }, change: { kind: 'merge', set, unset: asked.unset } });
  }
  const asked = atTop ? undefined : askedOf(rest, 'service');
  for (const name of asked && Object.keys({ ...asked.set, ...asked.unset }).length > 0 ? new Set(names) : []) {
    checkGuest(project, name, asked!, refused);
    wishes.push(serviceWish(project, name, asked!));
  }
  return wishes;
}

function serviceWish(project: Project, name: string, asked: Asked): Wish {
  const { netmode, networkMode } = project.services.get(name)!;
  const said = longForm(netmode && (toPlain(netmode) as Plain));
  const unset = [...asked.unset, ...displaced(said, asked, 'service')];
  // What it says natively already moves to x-netmode as a whole.
  const isSame = networkMode?.value.kind === 'service' && networkMode.value.service === ownerOf(asked.set['mode']);
  return {
    place: { kind: 'service', name },
    change: { kind: 'merge', set: asked.set, unset },
    ...(isSame && { replaces: ['network_mode'] }),
  };
}

/** A guest that got a netmode would leave its owner's network, a VPN's say, without a word. */
function checkGuest({ services }: Project, name: string, { set }: Asked, refused: Diagnostics): void {
  const guest = services.get(name)!;
  const { networkMode } = guest;
  const written = ownerIn(networkMode?.value);
  if (written === undefined || (set['mode'] === undefined && set['network'] === undefined)) return;
  const owner = ownerService(guest, services);
  if (owner !== undefined && ownerOf(set['mode']) === owner) return;
  // A container may be of another project: that has no service to annotate here.
  const first = owner === undefined ? '' : `annotate "${owner}" instead, or `;
  refused.report('netmode/cannot-annotate', networkMode!.span, `"${name}" is in the network of "${written}"`, {
    help: `${first}remove "network_mode" first if "${name}" is to leave it`,
  });
}

/** What x-netmode overrides is left in the file, so that taking x-netmode out again gives the file back. */
function noteOverridden({ terminal }: Session, project: Project, { place, change, replaces = [] }: Wish): void {
  if (place.kind !== 'service' || change.kind !== 'merge' || replaces.length > 0) return;
  const written = project.services.get(place.name)!.networkMode;
  const native = written && networkModeText(written.value);
  const mode = change.set['mode'];
  if (native === undefined || mode === undefined) return;
  const adopt = native === mode ? `; "netcompose annotate ${place.name} --adopt" takes it out` : '';
  notify(terminal, `"${place.name}" keeps "network_mode: ${native}", which x-netmode overrides${adopt}`);
}

/** Of the services named, else of everything. */
function removals(project: Project, names: readonly string[]): readonly Wish[] {
  const remove = (place: AnnotatedPlace): Wish => ({ place, change: { kind: 'remove' } });
  if (names.length > 0) return [...new Set(names)].map((name) => remove({ kind: 'service', name }));
  const annotated = <T extends { readonly netmode?: unknown }>(entries: ReadonlyMap<string, T>) =>
    [...entries].flatMap(([name, { netmode }]) => (netmode === undefined ? [] : name));
  return [
    ...(project.netmode ? [remove({ kind: 'top' })] : []),
    ...annotated(project.services).map((name) => remove({ kind: 'service', name })),
    ...annotated(project.networks).map((name) => remove({ kind: 'network', name })),
  ];
}

async function askedWishes(session: Session, project: Project, names: readonly string[]): Promise<readonly Wish[]> {
  for (const name of names) checkService(name, project);
  const { questions } = session.terminal;
  if (!questions) {
    const message = names.length > 0 ? 'nothing is said of what to write' : 'there is no terminal to ask on';
    throw new UsageError(
      message,
      `write, for example: netcompose annotate ${exampleName(project, names)} --mode ipvlan-l2`,
    );
  }
  session.terminal.out('How is each service to be attached? Nothing is written before you have seen it.\n');
  const facts = await factsForAdvice(session, {});
  const answers = await orNothing(
    session.terminal,
    askEach(questions, project, names, adviceFor(project, facts), parseFacts(facts)),
  );
  return answers.map(({ name, set, replaces }) => ({
    ...serviceWish(project, name, { set, unset: [] }),
    ...(replaces && { replaces }),
  }));
}

/** Where the answer is Ctrl-C, says what has become of the files. */
async function orNothing<T>(terminal: Session['terminal'], answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Interrupted) terminal.err('netcompose: nothing is written\n');
    throw error;
  }
}

const exampleName = (project: Project, names: readonly string[]) =>
  names.join(' ') || ([...project.services.keys()][0] ?? 'web');

function checkService(name: string, project: Project): void {
  if (project.services.has(name)) return;
  throw new UsageError(
    `there is no service "${name}"`,
    didYouMean(name, project.services.keys()) ?? servicesHelp(project),
  );
}

const servicesHelp = (project: Project) => `the services are: ${[...project.services.keys()].join(', ')}`;

/** @param asking whether the person at the terminal has chosen what to write, and has not seen it yet */
async function write(
  { host, terminal }: Session,
  files: readonly EditedFile[],
  dryRun: boolean,
  asking: boolean,
): Promise<void> {
  const changed = files.filter(({ before, after }) => before !== after);
  const show = (path: string) => shownPath(path, host.cwd);
  if (dryRun || (asking && changed.length > 0))
    for (const { path, before, after } of changed)
      terminal.out(unifiedDiff(show(path), before, after, terminal.color.out));
  if (files.length === 0 || (dryRun && changed.length === 0)) terminal.err('netcompose: there is nothing to change\n');
  if (dryRun) return;
  if (asking && changed.length > 0) {
    const isWanted = await orNothing(terminal, terminal.questions!.confirm('Write this?'));
    if (!isWanted) return;
  }
  if (changed.length > 0) host.replaceFiles(changed);
  for (const { path, outcomes } of files) terminal.out(annotationText(show(path), outcomes));
}
