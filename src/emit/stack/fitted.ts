/** A tree cut to what a stack takes, its values written as a stack wants them. */
import { at, type Entry, entriesOf, type Path, type Primitive, type Tree } from '../../compose/tree.ts';
import { type Shape, silentKeys } from './stack-shape.ts';
import { mapping, scalar } from './trees.ts';

export interface Surroundings {
  /** Is told of each key that has to go, by its path below the tree. */
  readonly leftOut: (path: Path) => void;
  /** The value at a path with its variables filled in. */
  readonly now: (path: Path) => Tree | undefined;
}

export function fitted(tree: Tree, shape: Shape, around: Surroundings, path: Path = []): Tree {
  if (typeof shape === 'string') return fittedValue(tree, shape);
  if ('now' in shape) {
    const now = hasVariable(tree) ? around.now(path) : undefined;
    return fittedValue(now?.kind === 'scalar' ? scalar(now.value, tree.span) : tree, shape.now);
  }
  if ('items' in shape) {
    if (tree.kind !== 'sequence') return tree;
    return { ...tree, items: tree.items.map((item, index) => fitted(item, shape.items, around, [...path, index])) };
  }
  if (tree.kind !== 'mapping') return 'keys' in shape ? fittedValue(tree, shape.word ?? 'same') : tree;
  return mapping(
    tree,
    entriesOf(tree).flatMap((entry): readonly Entry[] => {
      const inner = 'each' in shape ? shape.each : shape.keys[entry.key];
      const below = [...path, entry.key];
      if (inner !== undefined) {
        // What is given as nothing is not given; only a key of the user's may stand alone.
        if (isNothing(entry.value) && !('each' in shape)) return [];
        return [{ ...entry, value: fitted(entry.value, inner, around, below) }];
      }
      if (!silentKeys.has(entry.key) && !entry.key.startsWith('x-')) around.leftOut(below);
      return [];
    }),
  );
}

const hasVariable = (tree: Tree): boolean => tree.kind === 'scalar' && String(tree.value).includes('$');

const isNothing = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;

function fittedValue(tree: Tree, shape: Extract<Shape, string>): Tree {
  if (shape === 'pairs' && tree.kind === 'mapping')
    return mapping(
      tree,
      entriesOf(tree).map((entry) => ({ ...entry, value: fittedValue(entry.value, 'pairs') })),
    );
  // Docker fills in variables, and reads what then stands there.
  if (tree.kind !== 'scalar' || tree.value === null || hasVariable(tree)) return tree;
  const value = converted(tree.value, shape);
  return value === tree.value ? tree : scalar(value, tree.span);
}

function converted(value: NonNullable<Primitive>, shape: Extract<Shape, string>): Primitive {
  switch (shape) {
    case 'text':
      return String(value);
    case 'pairs':
      return typeof value === 'boolean' ? String(value) : value;
    case 'truth':
      return typeof value === 'string' ? (truths.get(value.toLowerCase()) ?? value) : value;
    case 'number':
      return typeof value === 'string' && /^[-+]?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
    case 'mode':
      return typeof value === 'string' && /^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : value;
    case 'bytes':
      return typeof value === 'string' ? (bytesOf(value) ?? value) : value;
    case 'same':
      return value;
  }
}

/** Words that Compose takes in the place of a boolean. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true', 'y', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'f', 'false', 'n', 'no', 'off'].map((word) => [word, false] as const),
]);

/** `64m`: units are powers of 1024 to Compose. */
function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text) ?? [];
  return digits === undefined
    ? undefined
    : Math.floor(Number(digits) * 1024 ** ' kmgtp'.indexOf(unit.toLowerCase() || ' '));
}

/** The value at a path, through lists too. */
export function valueAt(tree: Tree | undefined, path: Path): Tree | undefined {
  let current = tree;
  for (const part of path)
    current =
      typeof part === 'string' ? at(current, part) : current?.kind === 'sequence' ? current.items[part] : undefined;
  return current;
}
