/** Checks a tree against a shape: what a value may be, by its kind. Every fault is reported at its place. */
import type { Related, Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { describe, formatPath, type Mapping, type Primitive, type Scalar, type Sequence, type Tree } from '../tree.ts';
import { isTimestamp } from '../yaml/scalars.ts';

export type ScalarType = 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** What is absent is not allowed: a shape without `list` takes no list. A shape with nothing at all takes anything. */
export interface Shape {
  readonly scalar?: readonly ScalarType[];
  /** The strings allowed. */
  readonly words?: readonly string[];
  /** What a string must match, and how to say so. */
  readonly pattern?: { readonly test: RegExp; readonly message: string };
  readonly min?: number;
  readonly max?: number;
  readonly list?: ListShape;
  readonly map?: MapShape;
}

interface ListShape {
  readonly items: Shape;
  /** Whether the same item twice is a fault. */
  readonly unique?: boolean;
}

export interface MapShape {
  readonly keys?: Readonly<Record<string, Shape>>;
  /** Keys of the user's own choosing. */
  readonly names?: RegExp;
  /** What stands under those. */
  readonly each?: Shape;
  /** Whether other keys pass unseen. */
  readonly open?: boolean;
  /** Whether `x-*` may stand here; true unless said otherwise. */
  readonly extensions?: boolean;
  readonly required?: readonly string[];
}

/** Reports `compose/invalid-model` for everything about the tree that the shape does not allow. */
export function checkShape(tree: Tree, shape: Shape, report: Report): void {
  new Checker(report).check(tree, shape, tree.span);
}

class Checker {
  readonly #report: Report;
  /** Where the check is; a stack, for a path of its own at each value would cost more than the check. */
  readonly #path: (string | number)[] = [];

  constructor(report: Report) {
    this.#report = report;
  }

  check(tree: Tree, shape: Shape, at: Span): void {
    if (isAnything(shape)) return;
    if (tree.kind === 'scalar') this.#scalar(tree, shape, at);
    else if (tree.kind === 'sequence' && shape.list) this.#list(tree, shape.list);
    else if (tree.kind === 'mapping' && shape.map) this.#map(tree, shape.map, at);
    else this.#wrongType(tree, shape, at);
  }

  #scalar(tree: Scalar, shape: Shape, at: Span): void {
    const { value } = tree;
    if (!allows(shape.scalar, value)) {
      this.#wrongType(tree, shape, at);
    } else if (typeof value === 'number') {
      if (shape.min !== undefined && value < shape.min) this.#fault(at, `must be at least ${shape.min}`);
      if (shape.max !== undefined && value > shape.max) this.#fault(at, `must be at most ${shape.max}`);
    } else if (typeof value === 'string') {
      if (shape.words && !shape.words.includes(value)) {
        const help = didYouMean(value, shape.words) ?? `write ${listed(shape.words.map((word) => `"${word}"`))}`;
        this.#fault(at, `cannot be "${value}"`, help);
      }
      if (shape.pattern && !shape.pattern.test.test(value)) this.#fault(at, shape.pattern.message);
      if (tree.raw === undefined && isTimestamp(value) && tree.span.source.text.startsWith(value, tree.span.start)) {
        this.#fault(at, 'is a date, and must be a string', `write "${value}" in quotes`);
      }
    }
  }

  #list(tree: Sequence, shape: ListShape): void {
    for (let i = 0; i < tree.items.length; i++) {
      const item = tree.items[i]!;
      this.#path.push(i);
      this.check(item, shape.items, item.span);
      this.#path.pop();
    }
    if (shape.unique && tree.items.length > 1) this.#unique(tree.items);
  }

  #unique(items: readonly Tree[]): void {
    const seen = new Map<unknown, Span>();
    for (const item of items) {
      if (item.kind !== 'scalar') continue;
      const first = seen.get(item.value);
      if (!first) seen.set(item.value, item.span);
      else
        this.#fault(item.span, `has "${String(item.value)}" twice`, undefined, [
          { message: 'first given here', span: first },
        ]);
    }
  }

  #map(tree: Mapping, shape: MapShape, at: Span): void {
    for (const { key, keySpan, value } of tree.entries.values()) {
      const known = shape.keys && Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
      const below = known ?? (shape.names?.test(key) ? (shape.each ?? anything) : undefined);
      if (!known && shape.extensions !== false && key.startsWith('x-')) continue;
      if (below) {
        this.#path.push(key);
        this.check(value, below, placeOf(value, keySpan));
        this.#path.pop();
      } else if (!shape.open) this.#unknownKey(key, keySpan, shape);
    }
    for (const key of shape.required ?? [])
      if (!tree.entries.has(key)) this.#fault(at, `lacks "${key}"`, `add "${key}:"`);
  }

  #unknownKey(key: string, span: Span, shape: MapShape): void {
    const place = this.#path.length === 0 ? 'at the top level' : `in "${formatPath(this.#path)}"`;
    if (shape.names) {
      this.#report('compose/invalid-model', span, `"${key}" is not a valid name ${place}`, {
        help: 'use letters, digits, ".", "_" and "-"',
      });
    } else {
      const help = didYouMean(key, [...Object.keys(shape.keys ?? {}), ...this.#extensions()]);
      this.#report('compose/invalid-model', span, `"${key}" is not a known key ${place}`, { help });
    }
  }

  /** What of `x-*` means something here. */
  #extensions(): readonly string[] {
    const [section = 'services', , ...below] = this.#path;
    return (section === 'services' || section === 'networks') && below.length === 0 ? ['x-netmode'] : [];
  }

  #wrongType(tree: Tree, shape: Shape, at: Span): void {
    const isFraction = tree.kind === 'scalar' && typeof tree.value === 'number' && shape.scalar?.includes('integer');
    const quotable =
      tree.kind === 'scalar' && tree.value !== null && shape.scalar?.includes('string') && isFraction !== true;
    const help = quotable ? `write "${String((tree as Scalar).value)}" in quotes` : undefined;
    this.#fault(at, `must be ${expected(shape)}, not ${describe(tree)}`, help);
  }

  #fault(span: Span, message: string, help?: string, related: readonly Related[] = []): void {
    const subject = this.#path.length === 0 ? 'the file' : `"${formatPath(this.#path)}"`;
    this.#report('compose/invalid-model', span, `${subject} ${message}`, { help, related });
  }
}

const anything: Shape = {};

/** An empty value has no text of its own to point at; its key has. */
function placeOf(value: Tree, keySpan: Span): Span {
  return value.span.start === value.span.end ? keySpan : value.span;
}

const typeNames: Readonly<Record<ScalarType, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
};

function expected(shape: Shape): string {
  const kinds = (shape.scalar ?? []).map((type) => typeNames[type]);
  if (shape.list) kinds.push('a list');
  if (shape.map) kinds.push('a mapping');
  return listed(kinds);
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

function allows(types: readonly ScalarType[] | undefined, value: Primitive): boolean {
  if (!types) return false;
  if (value === null) return types.includes('null');
  if (typeof value === 'number' && types.includes('integer'))
    return Number.isInteger(value) || types.includes('number');
  return types.includes(typeof value as ScalarType);
}

function isAnything(shape: Shape): boolean {
  return !shape.scalar && !shape.list && !shape.map;
}
