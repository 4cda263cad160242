/**
 * What is included or extended from elsewhere, as it would be written in the file that takes it in: paths start from
 * that file's folder, and variables that only the included project's own env files set are filled in. The places are
 * those that Compose resolves (`paths/resolve.go`).
 */
import { posix } from 'node:path';
import { isScalar } from 'yaml';
import { type PatternNode, patternTree, step } from '../patterns.ts';
import { at, type Entry, type Mapping, type Scalar, type Tree } from '../tree.ts';
import { fillIn } from '../variables/partial-template.ts';
import { plainValue } from '../yaml/scalars.ts';

type PathKind = 'path' | 'context' | 'build' | 'volume' | 'pair' | 'pairs' | 'driver-options';

const places: PatternNode<PathKind> = patternTree<PathKind>({
  'services.*.build': 'build',
  'services.*.build.context': 'context',
  'services.*.build.additional_contexts': 'pairs',
  'services.*.build.additional_contexts.*': 'context',
  'services.*.build.ssh': 'pairs',
  'services.*.build.ssh.*': 'context',
  'services.*.env_file': 'path',
  'services.*.env_file.[]': 'path',
  'services.*.env_file.[].path': 'path',
  'services.*.label_file': 'path',
  'services.*.label_file.[]': 'path',
  'services.*.develop.watch.[].path': 'path',
  'services.*.volumes.[]': 'volume',
  'configs.*.file': 'path',
  'secrets.*.file': 'path',
  'volumes.*': 'driver-options',
});

/** The model with its paths as seen from `to`; parts in which nothing changes are kept as they are. */
export function rebased(model: Mapping, from: string, to: string): Mapping {
  return from === to ? model : (walk(model, places, { from, to, whole: true }) as Mapping);
}

/** A single service with its paths as seen from `to`. */
export function rebasedService(service: Mapping, from: string, to: string): Mapping {
  return from === to
    ? service
    : (walk(service, step(step(places, 'services'), '*'), { from, to, whole: false }) as Mapping);
}

/**
 * The model with those variables filled in that only the included project sets.
 *
 * @param lookUp the value of such a variable, `undefined` for any other
 */
export function settled(model: Mapping, lookUp: (name: string) => string | undefined): Mapping {
  const fill = (tree: Tree, path: readonly string[]): Tree => {
    if (tree.kind !== 'scalar') return mapped(tree, (inner, key) => fill(inner, [...path, key]));
    if (tree.raw !== undefined) {
      const text = fillIn(tree.raw, lookUp);
      return text === tree.raw ? tree : rewritten(tree, text);
    }
    // A variable handed through by its name alone: Compose gives it the included project's value in a list only.
    const listed = path.length === 4 && path[0] === 'services' && path[2] === 'environment' && path[3] === '[]';
    const value =
      listed && typeof tree.value === 'string' && !tree.value.includes('=') ? lookUp(String(tree.value)) : undefined;
    return value === undefined
      ? tree
      : rewritten(tree, `${tree.value}=${value.replaceAll('$', '$$$$')}`, `${tree.value}=${value}`);
  };
  return fill(model, []) as Mapping;
}

interface Move {
  readonly from: string;
  readonly to: string;
  /**
   * Whether a project moves, and its defaults with it: an extended service gets those of the project that extends it.
   */
  readonly whole: boolean;
}

function walk(tree: Tree, place: PatternNode<PathKind> | undefined, move: Move): Tree {
  if (!place) return tree;
  const moved = place.value === undefined ? tree : movers[place.value](tree, move);
  if (moved.kind === 'scalar') return moved;
  return mapped(moved, (inner, key) => walk(inner, key === '[]' ? place.children.get('[]') : step(place, key), move));
}

function mapped(tree: Exclude<Tree, Scalar>, change: (tree: Tree, key: string) => Tree): Tree {
  if (tree.kind === 'sequence') {
    const items = tree.items.map((item) => change(item, '[]'));
    return items.every((item, index) => item === tree.items[index]) ? tree : { ...tree, items };
  }
  let entries: Map<string, Entry> | undefined;
  for (const entry of tree.entries.values()) {
    const value = change(entry.value, entry.key);
    if (value !== entry.value) (entries ??= new Map(tree.entries)).set(entry.key, { ...entry, value });
  }
  return entries ? { ...tree, entries } : tree;
}

const movers: Readonly<Record<PathKind, (tree: Tree, move: Move) => Tree>> = {
  path: (tree, move) => changed(tree, (text) => movedPath(text, move)),
  context: (tree, move) => changed(tree, (text) => (isElsewhere(text) ? undefined : movedPath(text, move))),
  build: (tree, move) => {
    if (tree.kind !== 'mapping') return movers.context(tree, move);
    if (at(tree, 'context') || !move.whole) return tree;
    // The context is the project's folder where none is given.
    const { span } = tree;
    const context: Entry = { key: 'context', keySpan: span, value: { kind: 'scalar', value: '.', span } };
    return { ...tree, entries: new Map([['context', context], ...tree.entries]) };
  },
  volume: (tree, move) => {
    if (tree.kind === 'scalar')
      return changed(tree, (text) => (text.startsWith('.') ? movedPath(text, move, ':') : undefined));
    const source = tree.kind === 'mapping' ? tree.entries.get('source') : undefined;
    if (tree.kind !== 'mapping' || !source || text(at(tree, 'type')) !== 'bind') return tree;
    return {
      ...tree,
      entries: new Map(tree.entries).set('source', { ...source, value: movers.path(source.value, move) }),
    };
  },
  pair: (tree, move) => {
    const name = /^[^=]*=/.exec(text(tree) ?? '')?.[0];
    return name === undefined
      ? tree
      : changed(tree, (value) => {
          const path = value.slice(name.length);
          return isElsewhere(path) ? undefined : movedPath(path, move, undefined, name);
        });
  },
  pairs: (tree, move) => (tree.kind === 'sequence' ? mapped(tree, (item) => movers.pair(item, move)) : tree),
  'driver-options': (tree, move) => {
    const options = at(tree, 'driver_opts');
    const device = options?.kind === 'mapping' ? options.entries.get('device') : undefined;
    if (tree.kind !== 'mapping' || options?.kind !== 'mapping' || !device) return tree;
    if (!(text(at(options, 'o')) ?? '').split(',').includes('bind')) return tree;
    const entries = new Map(options.entries).set('device', { ...device, value: movers.path(device.value, move) });
    const moved: Entry = { ...tree.entries.get('driver_opts')!, value: { ...options, entries } };
    return { ...tree, entries: new Map(tree.entries).set('driver_opts', moved) };
  },
};

const text = (tree: Tree | undefined) =>
  tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;

/** What is no folder of this machine: an address, another image, another service. */
const isElsewhere = (path: string) =>
  path.includes('://') || /^(?:git@|github\.com\/|service:|target:|default$)/.test(path);

/** A text that ends in a path or begins with one. */
interface Moved {
  readonly value: string;
  /** The new way to the old folder. */
  readonly lead: string;
  /** What stands before the path. */
  readonly name: string;
}

/** @param end the character that ends the path within the text, if it is not all of it */
function movedPath(value: string, { from, to }: Move, end?: string, name = ''): Moved | undefined {
  const path = end === undefined ? value : value.split(end, 1)[0]!;
  if (path === '' || /^(?:[/~\\]|[A-Za-z]:[\\/])/.test(path)) return undefined;
  const base = relativeFolder(to, from);
  const target = relativeFolder(to, posix.join(from, path)) + (path.endsWith('/') && path !== './' ? '/' : '');
  return { value: name + target + value.slice(path.length), lead: name + base, name };
}

function relativeFolder(to: string, path: string): string {
  const relative = posix.relative(to, path);
  return relative === '' ? '.' : relative.startsWith('../') || relative === '..' ? relative : `./${relative}`;
}

function changed(tree: Tree, move: (value: string) => Moved | undefined): Tree {
  const value = text(tree);
  if (tree.kind !== 'scalar' || value === undefined) return tree;
  const moved = move(value);
  if (!moved) return tree;
  if (!tree.raw?.includes('$')) return rewritten(tree, moved.value, moved.value);
  // The text has variables: it cannot be worked out, only be led to from the new folder.
  const led = (from: string) => `${moved.lead}/${from.slice(moved.name.length)}`;
  return rewritten(tree, led(tree.raw), led(value));
}

/** The scalar with another text, in its own style; what was text stays text. */
function rewritten(tree: Scalar, raw: string, value: string | undefined = undefined): Scalar {
  const { node } = tree;
  const result: Scalar = { ...tree, raw, ...(value !== undefined && { value }) };
  if (!isScalar(node)) return result;
  const copy = node.clone() as typeof node;
  delete (copy as { anchor?: string }).anchor;
  copy.source = raw;
  copy.value = raw;
  if (copy.type === 'PLAIN' && typeof tree.value === 'string')
    copy.type = typeof plainValue(raw) !== 'string' ? 'QUOTE_DOUBLE' : 'PLAIN';
  return { ...result, node: copy };
}
