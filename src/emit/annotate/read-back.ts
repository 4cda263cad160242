/** An edited text read again: whether it says what was asked, and otherwise what it said before. */
import { at, type Mapping, toPlain } from '../../compose/tree.ts';
import { parseYaml } from '../../compose/yaml/parse.ts';
import { SourceFile } from '../../diagnostics/source.ts';
import { isPlainMap, type Plain, type PlainMap, samePlain } from '../override/plain-data.ts';
import { extension } from '../render/changes.ts';
import { type AnnotatedPlace, longForm } from './wish.ts';

const sections = { service: 'services', network: 'networks' } as const;

/** The text as data; nothing where netcompose cannot read it. */
export function readBack(path: string, text: string): Mapping | undefined {
  let faults = 0;
  const parsed = parseYaml(new SourceFile(path, text), true, () => void faults++);
  const [tree] = parsed?.trees ?? [];
  return faults === 0 && tree?.kind === 'mapping' ? tree : undefined;
}

/** @param wanted in the long form; absent: that there is none */
export function says(tree: Mapping, place: AnnotatedPlace, wanted: PlainMap | undefined): boolean {
  const there = place.kind === 'top' ? tree : at(tree, sections[place.kind], place.name);
  const said = at(there, extension);
  return said && wanted ? samePlain(longForm(toPlain(said) as Plain), wanted) : said === wanted;
}

/**
 * Whether two texts mean the same but for the annotations of some places.
 *
 * @param replaced keys of one place that may be gone, too
 */
export function sameOtherwise(
  before: Mapping,
  after: Mapping,
  annotated: readonly AnnotatedPlace[],
  replaced: { readonly place: AnnotatedPlace; readonly keys: readonly string[] },
): boolean {
  const rest = (tree: Mapping) => {
    let plain = toPlain(tree) as PlainMap;
    for (const place of annotated) plain = without(plain, place, [extension]);
    return JSON.stringify(without(plain, replaced.place, replaced.keys));
  };
  return rest(before) === rest(after);
}

function without(tree: PlainMap, place: AnnotatedPlace, keys: readonly string[]): PlainMap {
  if (place.kind === 'top') return omit(tree, keys);
  const key = sections[place.kind];
  const section = tree[key];
  if (section === undefined || !isPlainMap(section)) return tree;
  const entry = section[place.name];
  // A network that says nothing (`lan:`) is one without keys.
  return {
    ...tree,
    [key]: {
      ...section,
      [place.name]: entry === undefined || isPlainMap(entry) ? omit(entry ?? {}, keys) : (entry ?? {}),
    },
  };
}

const omit = (map: PlainMap, keys: readonly string[]): PlainMap =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
