/** Wishes → the files that they are for, edited and read again; or all that is in the way. Writes nothing. */
import groupBy from 'lodash/groupBy.js';
import type { Project } from '../../compose/project/project.ts';
import { type Diagnostic, Diagnostics } from '../../diagnostics/diagnostic.ts';
import { shownPath } from '../../diagnostics/format/place.ts';
import type { SourceFile } from '../../diagnostics/source.ts';
import { type AnnotationOutcome, annotate, annotationIn, hasPlace } from '../../emit/annotate/annotate.ts';
import { type AnnotatedPlace, subjectOf, type Wish } from '../../emit/annotate/wish.ts';
import { isPlainMap } from '../../emit/override/plain-data.ts';
import type { Session } from '../session.ts';
import { type Read, readProject } from './read-project.ts';

export interface EditedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly outcomes: readonly AnnotationOutcome[];
}

export type AnnotationResult =
  | { readonly kind: 'refused'; readonly diagnostics: Diagnostics }
  /** @property news what the project says now and did not say before: warnings */
  | { readonly kind: 'edited'; readonly files: readonly EditedFile[]; readonly news: readonly Diagnostic[] };

/**
 * @param session as the project was read with it
 * @param only the file to edit, absolute, where the command line names one
 */
export function annotateFiles(
  session: Session,
  { diagnostics, project }: Read & { readonly project: Project },
  wishes: readonly Wish[],
  only: string | undefined,
): AnnotationResult {
  const refused = new Diagnostics();
  const placed = wishes.flatMap((wish) => placesOf(session, project, wish, only, refused));
  const byPath = groupBy(placed, ({ source }) => source.path);
  const files = Object.values(byPath).flatMap((group): readonly EditedFile[] => {
    const { source } = group[0]!;
    if (!isUtf8(session, source)) {
      const start = { source, start: 0, end: 0 };
      refused.report('netmode/cannot-annotate', start, 'the file is not UTF-8: it could not be written as it is', {
        help: 'save it as UTF-8, and annotate again',
      });
      return [];
    }
    const edited = annotate(
      source,
      group.map(({ wish }) => wish),
      refused.report,
    );
    return edited ? [{ path: source.path, before: source.text, after: edited.text, outcomes: edited.outcomes }] : [];
  });
  if (refused.hasErrors) return { kind: 'refused', diagnostics: refused };
  const again = readAgain(session, files);
  const known = new Set(diagnostics.sorted().map(identity));
  const news = again.diagnostics.sorted().filter((diagnostic) => !known.has(identity(diagnostic)));
  if (!news.some(({ severity }) => severity === 'error')) return { kind: 'edited', files, news };
  for (const { rule, span, message, help, related, severity } of news)
    refused.report(rule, span, message, { help, related, severity });
  return { kind: 'refused', diagnostics: refused };
}

/** The project with the edited texts in place of those on the disk. */
function readAgain(session: Session, files: readonly EditedFile[]): Read {
  const texts = new Map(files.map(({ path, after }) => [path, after]));
  const { host } = session;
  const read: typeof host.read = (path) => {
    const text = texts.get(path);
    return text === undefined ? host.read(path) : { text };
  };
  return readProject({ ...session, host: { ...host, read } });
}

const identity = ({ rule, message }: Diagnostic) => `${rule} ${message}`;

interface PlacedWish {
  readonly wish: Wish;
  readonly source: SourceFile;
}

/** In which files a wish is to come true; reports where there is none. */
function placesOf(
  session: Session,
  project: Project,
  wish: Wish,
  only: string | undefined,
  refused: Diagnostics,
): readonly PlacedWish[] {
  const { place } = wish;
  const own = project.sources.filter(({ path }) => project.files.includes(path));
  const having = own.filter(({ path, text }) => (only === undefined || path === only) && hasPlace(text, place));
  const annotated = having.filter(({ text }) => annotationIn(text, place) !== undefined);
  const inForce = netmodeOf(project, place);
  if (having.length === 0 || (wish.change.kind === 'remove' && annotated.length === 0 && inForce)) {
    reportElsewhere(session, project, wish, only, refused);
    return [];
  }
  if (wish.change.kind === 'remove') return annotated.map((source) => ({ wish, source }));
  // The narrowest that says something already, since that is in force; else the first, which is what people open.
  const source = annotated.at(-1) ?? having[0]!;
  const others = own.filter((other) => other !== source).map(({ text }) => annotationIn(text, place));
  const fromElsewhere = annotated.length === 0 && inForce?.kind === 'mapping';
  const asMapping = fromElsewhere || others.some((value) => value !== undefined && isPlainMap(value));
  return [{ wish: { ...wish, asMapping }, source }];
}

function netmodeOf(project: Project, place: AnnotatedPlace) {
  if (place.kind === 'top') return project.netmode;
  return (place.kind === 'service' ? project.services : project.networks).get(place.name)?.netmode;
}

/** Where the place is written, if not in what can be edited. */
function reportElsewhere(
  { host }: Session,
  project: Project,
  { place, change }: Wish,
  only: string | undefined,
  refused: Diagnostics,
): void {
  const found =
    place.kind === 'top' ? undefined : (place.kind === 'service' ? project.services : project.networks).get(place.name);
  const span = (change.kind === 'remove' ? netmodeOf(project, place)?.span : undefined) ?? found?.span;
  const path = span?.source.path;
  const subject = subjectOf(place);
  if (path === undefined || path === '<stdin>') {
    refused.report('netmode/cannot-annotate', span, `${subject} is not in a file that can be edited`);
    return;
  }
  const shown = shownPath(path, host.cwd);
  const name = place.kind === 'top' ? '' : ` ${place.name}`;
  if (only !== undefined && path !== only) {
    const message = `${subject} is not written in "${shownPath(only, host.cwd)}", but here`;
    refused.report('netmode/cannot-annotate', span, message, { help: `annotate it there: -f ${shown}` });
    return;
  }
  const what = change.kind === 'remove' ? `the x-netmode of ${subject}` : subject;
  const message = `${what} comes from another file, which the project takes in`;
  const help = `annotate it there, for all that take it in: netcompose annotate${name} -f ${shown} …`;
  refused.report('netmode/cannot-annotate', span, message, { help });
}

/** Whether the text, encoded again, is the file: bytes that are no UTF-8 would be lost. */
function isUtf8({ host }: Session, { path, text }: SourceFile): boolean {
  const bytes = host.readBytes(path);
  return bytes !== undefined && Buffer.from(text, 'utf8').equals(bytes);
}
