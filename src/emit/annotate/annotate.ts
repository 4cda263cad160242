/**
 * The text of a Compose file with its `x-netmode` added, changed or taken out; every byte beside that is as it was.
 * Nothing is trusted: the new text is read again, and it must say what was asked and otherwise what it said before.
 */
import sortBy from 'lodash/sortBy.js';
import { isAlias, isMap, isScalar, type Node } from 'yaml';
import type { Mapping } from '../../compose/tree.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { SourceFile, type Span } from '../../diagnostics/source.ts';
import type { Plain, PlainMap } from '../override/plain-data.ts';

import {
  aliasTargets,
  type EffectivePair,
  effectivePairs,
  layersOf,
  plainOf,
  type Targets,
} from '../render/anchors.ts';
import { extension } from '../render/changes.ts';
import { type Edit, withEdits } from '../source/edit.ts';
import { isMergeKey, keyOf, pairIn, parseSource, type SourceText, type YamlPair } from '../source/source-text.ts';
import { YamlWriter } from '../source/yaml-writer.ts';
import { attempts } from './attempts.ts';
import { replaceValue, styleOf } from './pair-edits.ts';
import { readBack, sameOtherwise, says } from './read-back.ts';
import {
  type AnnotatedPlace,
  asOption,
  changed,
  longForm,
  samePlace,
  shortestForm,
  subjectOf,
  type Wish,
} from './wish.ts';

/** What became of one place. */
export interface AnnotationOutcome {
  readonly place: AnnotatedPlace;
  /** In the long form; absent where there was, or is, none. */
  readonly before?: PlainMap;
  readonly after?: PlainMap;
  /** Keys of the service or network that the annotation has taken the place of. */
  readonly replaced: readonly string[];
}

export interface Annotated {
  readonly text: string;
  readonly outcomes: readonly AnnotationOutcome[];
}

/**
 * Makes all wishes come true in one file, or none.
 *
 * @param wishes one for each place, at most
 * @param report gets `netmode/cannot-annotate` with the place, and what to do instead
 * @returns nothing where that was reported
 */
export function annotate(file: SourceFile, wishes: readonly Wish[], report: Report): Annotated | undefined {
  const before = readingOf(file.text);
  const goals = wishes.map((wish) => goalOf(before, wish));
  const places = wishes.map(({ place }) => place);
  const quick = allAtOnce(file, before, goals);
  if (quick !== undefined) return { text: quick, outcomes: goals };
  let text = file.text;
  let refused = false;
  // What has a text of its own first: an alias of it says the same then, and needs no edit.
  const isOnlyAlias = ({ place }: Goal) => isAlias(entryOf(before, place)?.value);
  for (const goal of sortBy(goals, isOnlyAlias)) {
    const result = new Step(file, text, goal, places).run();
    if (typeof result === 'string') text = result;
    else {
      refused = true;
      report('netmode/cannot-annotate', result.span, result.message, { help: result.help });
    }
  }
  if (refused) return undefined;
  // What one place got may have been undone at the next, where they share a text.
  const tree = readBack(file.path, text);
  const unmet = goals.find(({ place, after }) => !tree || !says(tree, place, after));
  if (unmet) {
    const span = { source: file, start: 0, end: 0 };
    report(
      'netmode/cannot-annotate',
      span,
      `${subjectOf(unmet.place)} shares its text with another that asks for something else`,
    );
    return undefined;
  }
  return { text, outcomes: goals };
}

/**
 * All edits in one go, each in the usual way: what serves nearly always, without reading the file once for each place.
 * Not where a text is shared, and nothing where any of it is not as it must be: the steps find out what.
 */
function allAtOnce(file: SourceFile, reading: Reading, goals: readonly Goal[]): string | undefined {
  const { source, targets, writer } = reading;
  const shared = new Set<unknown>(targets.values());
  const tree = readBack(file.path, source.text);
  if (!tree || source.more) return undefined;
  const edits: Edit[] = [];
  for (const { place, after, replaced, wish } of goals) {
    if (replaced.length === 0 && says(tree, place, after)) continue;
    const entry = entryOf(reading, place);
    const map = entry ? entry.value : source.document.contents;
    if ((place.kind !== 'top' && !entry) || !isMap(map) || shared.has(map)) return undefined;
    const own = pairIn(map, extension);
    if ((own && shared.has(own.value)) || replaced.some((key) => !pairIn(map, key))) return undefined;
    const value = after && shortestForm(place, after, wish.asMapping);
    const [usual] = attempts({ source, writer, map, targets, replaced, ...(entry && { entry }) }, value);
    if (!usual) return undefined;
    edits.push(...usual);
  }
  const text = withEdits(source.text, edits);
  const now = readBack(file.path, text);
  if (!now || goals.some(({ place, after }) => !says(now, place, after))) return undefined;
  const gone = goals.map(({ place, replaced }) => ({ place, keys: [extension, ...replaced] }));
  return sameOtherwise(tree, now, gone) ? text : undefined;
}

/** Whether the file itself, rather than one that it takes in, has the place. */
export function hasPlace(text: string, place: AnnotatedPlace): boolean {
  return place.kind === 'top' || entryOf(readingOf(text), place) !== undefined;
}

/** The place's annotation as it is written in this file, aliases and merge keys followed. */
export function annotationIn(text: string, place: AnnotatedPlace): Plain | undefined {
  return annotationOf(readingOf(text), place);
}

function annotationOf(reading: Reading, place: AnnotatedPlace): Plain | undefined {
  const { source, targets } = reading;
  const value = place.kind === 'top' ? source.document.contents : entryOf(reading, place)?.value;
  const pair = effectivePairs(value, targets).get(extension)?.pair;
  return pair && plainOf(pair.value, targets);
}

/** A text with its services and networks, looked up once for all of them. */
interface Reading {
  readonly source: SourceText;
  readonly targets: Targets;
  readonly writer: YamlWriter;
  readonly entries: Readonly<Record<'service' | 'network', ReadonlyMap<string, EffectivePair>>>;
}

function readingOf(text: string): Reading {
  const source = parseSource(text);
  const targets = aliasTargets(source);
  const root = source.document.contents;
  const section = (key: string) => effectivePairs(isMap(root) ? pairIn(root, key)?.value : undefined, targets);
  const entries = { service: section('services'), network: section('networks') };
  return { source, targets, writer: new YamlWriter(text, source.document), entries };
}

function entryOf({ entries }: Reading, place: AnnotatedPlace): YamlPair | undefined {
  return place.kind === 'top' ? undefined : entries[place.kind].get(place.name)?.pair;
}

interface Goal extends AnnotationOutcome {
  readonly wish: Wish;
}

function goalOf(reading: Reading, wish: Wish): Goal {
  const { place, change, replaces = [] } = wish;
  const before = annotationOf(reading, place);
  const after = changed(before, change);
  const there = effectivePairs(entryOf(reading, place)?.value, reading.targets);
  return {
    wish,
    place,
    ...(before !== undefined && { before: longForm(before) }),
    ...(after && { after }),
    replaced: replaces.filter((key) => there.has(key)),
  };
}

interface Refusal {
  readonly span: Span;
  readonly message: string;
  readonly help: string;
}

/** One place in the text as the places before it have left it. */
class Step {
  readonly #file: SourceFile;
  readonly #reading: Reading;
  readonly #source: SourceText;
  readonly #targets: Targets;
  readonly #goal: Goal;
  readonly #places: readonly AnnotatedPlace[];
  /** The text as it is read, before the step. */
  readonly #tree: Mapping | undefined;

  /** @param places all that are annotated in this run */
  constructor(file: SourceFile, text: string, goal: Goal, places: readonly AnnotatedPlace[]) {
    this.#file = text === file.text ? file : new SourceFile(file.path, text);
    this.#reading = readingOf(text);
    this.#source = this.#reading.source;
    this.#targets = this.#reading.targets;
    this.#goal = goal;
    this.#places = places;
    this.#tree = readBack(file.path, text);
  }

  /** @returns the new text */
  run(): string | Refusal {
    const { place, after, replaced, wish } = this.#goal;
    const subject = subjectOf(place);
    const root = this.#source.document.contents as Node | null;
    if (this.#source.more)
      return this.#refuse(root, 'the file has several documents, and which to annotate is not clear');
    const entry = entryOf(this.#reading, place);
    if (place.kind !== 'top' && !entry) return this.#refuse(root, `${subject} is not written in this file`);
    const map = (entry ? entry.value : root) as Node | null;
    const tree = this.#tree;
    if (tree && replaced.length === 0 && says(tree, place, after)) return this.#source.text;
    if (isAlias(map)) return this.#aliasOnly(map, subject);
    if (entry && place.kind === 'network' && isNothing(map)) return this.#fillEmpty(entry);
    if (!isMap(map)) return this.#refuse((entry?.key ?? root) as Node | null, `${subject} is not a mapping`);
    const effective = effectivePairs(map, this.#targets);
    const inherited = [...(after ? [] : [extension]), ...replaced].find(
      (key) => !pairIn(map, key) && effective.has(key),
    );
    if (inherited !== undefined) {
      return this.#refuse(
        effective.get(inherited)!.pair.key as Node,
        `${subject}: "${inherited}" is not its own but comes from here, for all that share this part`,
        'take it out here',
      );
    }
    const { source, targets, writer } = this.#reading;
    const target = { source, writer, map, targets, replaced, ...(entry && { entry }) };
    const value = after && shortestForm(place, after, wish.asMapping);
    const text = attempts(target, value)
      .map((edits) => this.#checked(edits))
      .find((next) => next !== undefined);
    if (text !== undefined) return text;
    const sharing = this.#sharing(map);
    const key = (pairIn(map, extension)?.key ?? entry?.key ?? root) as Node | null;
    if (sharing.length === 0) return this.#refuse(key, `${subject} cannot be edited safely here`);
    return this.#refuse(
      key,
      `${subject} cannot be annotated alone: ${sharing.map((name) => `"${name}"`).join(', ')} would change with it`,
      `annotate them together: netcompose annotate ${[subject.slice(1, -1), ...sharing].join(' ')} …`,
    );
  }

  #refuse(node: Node | null | undefined, message: string, help = asOption(this.#goal.wish)): Refusal {
    const [start, end] = node?.range ?? [0, 0];
    return { span: { source: this.#file, start, end: isMap(node) ? start : end }, message, help };
  }

  #aliasOnly(alias: Node & { readonly source: string }, subject: string): Refusal {
    return this.#refuse(
      alias,
      `${subject} is only an alias: it has no text of its own to annotate`,
      `write out the merge, and annotate again: ${subject.slice(1, -1)}: { <<: *${alias.source} }`,
    );
  }

  /** `lan:` with nothing below it. */
  #fillEmpty(entry: YamlPair): string | Refusal {
    const { place, after, wish } = this.#goal;
    const root = this.#source.document.contents;
    const section = isMap(root) ? pairIn(root, 'networks') : undefined;
    if (!after || !isMap(section?.value))
      return this.#refuse(entry.key as Node, `${subjectOf(place)} is not a mapping`);
    const style = styleOf(this.#reading, section.value, section);
    const value = { [extension]: shortestForm(place, after, wish.asMapping) };
    const text = this.#checked(replaceValue(this.#source, entry, value, style));
    return text ?? this.#refuse(entry.key as Node, `${subjectOf(place)} cannot be edited safely here`);
  }

  #checked(edits: readonly Edit[]): string | undefined {
    const { place, after, replaced } = this.#goal;
    const text = withEdits(this.#source.text, edits);
    const old = this.#tree;
    const now = readBack(this.#file.path, text);
    if (!old || !now || !says(now, place, after)) return undefined;
    const gone = [...this.#places.map((each) => ({ place: each, keys: [extension] })), { place, keys: replaced }];
    return sameOtherwise(old, now, gone) ? text : undefined;
  }

  /** Services that are not asked for and have the mapping's text, whole or merged. */
  #sharing(map: Node): readonly string[] {
    const root = this.#source.document.contents;
    const services = isMap(root) ? pairIn(root, 'services')?.value : undefined;
    if (!isMap(services)) return [];
    const own = pairIn(map as never, extension)?.value;
    return services.items
      .filter(
        (pair) =>
          !isMergeKey(pair) && !this.#places.some((place) => samePlace(place, { kind: 'service', name: keyOf(pair) })),
      )
      .filter((pair) => {
        const layers = layersOf(pair.value, this.#targets);
        const said = effectivePairs(pair.value, this.#targets).get(extension)?.pair.value;
        return (
          layers.some((layer) => layer === map) ||
          (own !== undefined && isAlias(said) && this.#targets.get(said) === own)
        );
      })
      .map(keyOf);
  }
}

const isNothing = (node: Node | null) =>
  node === null || (isScalar(node) && node.source === '' && node.tag === undefined && node.anchor === undefined);
