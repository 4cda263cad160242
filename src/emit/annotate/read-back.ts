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

/** What may differ between two texts: some keys of a place. */
export interface Gone {
  readonly place: AnnotatedPlace;
  readonly keys: readonly string[];
}

/** Whether two texts mean the same, but for some keys. */
export function sameOtherwise(before: Mapping, after: Mapping, gone: readonly Gone[]): boolean {
  const rest = (tree: Mapping) => {
    const plain = toPlain(tree) as Record<string, Plain>;
    for (const { place, keys } of gone) takeOut(plain, place, keys);
    return JSON.stringify(plain);
  };
  return rest(before) === rest(after);
}

/** Changes the data that it is given: a copy for each of a thousand services would be a million. */
function takeOut(tree: Record<string, Plain>, place: AnnotatedPlace, keys: readonly string[]): void {
  if (place.kind === 'top') {
    for (const key of keys) delete tree[key];
    return;
  }
  const section = tree[sections[place.kind]];
  if (section === undefined || !isPlainMap(section)) return;
  // A network that says nothing (`lan:`) is one without keys.
  const entry = section[place.name] ?? {};
  const left = isPlainMap(entry) ? Object.entries(entry).filter(([key]) => !keys.includes(key)) : undefined;
  (section as Record<string, Plain>)[place.name] = left ? Object.fromEntries(left) : entry;
}
