/**
 * Compose's merge of one model over another: mappings deep-merge, sequences append, and the places of the table have
 * rules of their own. Source: compose-go's `override/merge.go`.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { type PatternNode, step } from '../patterns.ts';
import { describe, type Entry, formatPath, type Mapping, type Path, type Sequence, type Tree } from '../tree.ts';
import { asBuild, asNamed, asSequence, otherDriver, subnetOf, textOf, withName } from './canonical.ts';
import { type Place, type Rule, rules } from './rules.ts';
import { uniqueBy } from './unicity.ts';

/**
 * Merges a later model over an earlier one.
 *
 * Reports `compose/invalid-model` where the two cannot be merged, `netmode/mixed-forms` where that is an `x-netmode`.
 */
export function mergeModels(base: Mapping, over: Mapping, report: Report): Mapping {
  return new Merger(report).mapping(base, over, [], rules);
}

/** Merges a service over the one that it extends. */
export function mergeService(base: Mapping, over: Mapping, name: string, report: Report): Mapping {
  return new Merger(report).mapping(base, over, ['services', name], step(step(rules, 'services'), name));
}

class Merger {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  mapping(base: Mapping, over: Mapping, path: Path, place: PatternNode<Place> | undefined): Mapping {
    if (over.entries.size === 0) return base;
    if (base.entries.size === 0) return { ...over, ...(base.node && !over.node && { node: base.node }) };
    const entries = new Map<string, Entry>(base.entries);
    for (const entry of over.entries.values()) {
      const before = base.entries.get(entry.key);
      const value = before
        ? this.#value(before.value, entry.value, [...path, entry.key], step(place, entry.key))
        : entry.value;
      // The key's place stays where it was said first; a value that is all new brings its own.
      entries.set(entry.key, before && value !== entry.value ? { ...before, value } : entry);
    }
    return { ...base, entries };
  }

  #value(base: Tree, over: Tree, path: Path, place: PatternNode<Place> | undefined): Tree {
    const ruled = place?.value?.merge && this.#ruled(place.value.merge, base, over, path, place);
    const merged = ruled ?? this.#plain(base, over, path, place);
    return merged.kind === 'sequence' && place?.value?.key ? uniqueBy(merged, place.value.key) : merged;
  }

  #plain(base: Tree, over: Tree, path: Path, place: PatternNode<Place> | undefined): Tree {
    if (over.kind === 'scalar' && over.value === null) return base;
    if (isNetmode(path) && base.kind !== over.kind) return this.#mixed(base, over);
    switch (base.kind) {
      case 'scalar':
        return over;
      case 'mapping':
        return over.kind === 'mapping' ? this.mapping(base, over, path, place) : this.#cannot(base, over, path);
      case 'sequence':
        return over.kind === 'sequence' ? append(base, over.items) : this.#cannot(base, over, path);
    }
  }

  #ruled(rule: Rule, base: Tree, over: Tree, path: Path, place: PatternNode<Place>): Tree | undefined {
    if (base.kind !== 'scalar' && isIgnored(rule, over)) return this.#ignored(base, over, path);
    switch (rule) {
      case 'replace':
        return over;
      case 'names':
      case 'dependencies':
        return this.#named(rule, base, over, path, place);
      case 'pairs':
        if (base.kind === 'mapping' && over.kind === 'mapping') return overwritten(base, over);
        return append(asSequence(base), asSequence(over).items);
      case 'strings':
        return append(asSequence(base), asSequence(over).items);
      case 'hosts': {
        const known = new Set(asSequence(base).items.map(textOf));
        return append(
          asSequence(base),
          asSequence(over).items.filter((item) => !known.has(textOf(item))),
        );
      }
      case 'pools':
        return base.kind === 'sequence' && over.kind === 'sequence'
          ? this.#pools(base, over, path)
          : this.#cannot(base, over, path);
      case 'build':
        return this.mapping(asBuild(base), asBuild(over), path, place);
      case 'logging':
        return otherDriver(base, over) ? over : undefined;
      case 'resource':
        return this.#plain(withName(base), over, path, place);
    }
  }

  /** `networks`, `models`, `depends_on`: a list of names or a mapping by name. */
  #named(
    rule: 'names' | 'dependencies',
    base: Tree,
    over: Tree,
    path: Path,
    place: PatternNode<Place>,
  ): Tree | undefined {
    if (base.kind === 'scalar' || over.kind === 'scalar') return undefined;
    if (base.kind === 'sequence' && over.kind === 'sequence') {
      const items = new Map<string, Tree>();
      for (const item of [...base.items, ...over.items]) if (!items.has(textOf(item))) items.set(textOf(item), item);
      return { ...base, items: [...items.values()] };
    }
    const [first, second] = [asNamed(base, rule), asNamed(over, rule)];
    return this.mapping(first, second, path, place);
  }

  /**
   * Pools of the same subnet merge, others add up. Compose merges into the earlier pool in place, also where that
   * stands in the result already: hence the boxes.
   */
  #pools(base: Sequence, over: Sequence, path: Path): Tree {
    const boxes: { pool: Mapping }[] = [];
    const indexOf = (pool: Mapping) => boxes.findIndex((box) => subnetOf(box.pool) === subnetOf(pool));
    for (const original of base.items) {
      if (original.kind !== 'mapping') return append(base, over.items);
      const box = { pool: original };
      for (const addition of over.items) {
        if (addition.kind !== 'mapping') return append(base, over.items);
        if (subnetOf(addition) !== subnetOf(box.pool) && indexOf(addition) < 0) {
          boxes.push({ pool: addition });
          continue;
        }
        box.pool = this.mapping(box.pool, addition, path, undefined);
        const known = indexOf(box.pool);
        if (known >= 0) boxes[known] = box;
        else boxes.push(box);
      }
    }
    return { ...base, items: boxes.map(({ pool }) => pool) };
  }

  #ignored(base: Tree, over: Tree, path: Path): Tree {
    this.#report(
      'compose/invalid-model',
      over.span,
      `"${formatPath(path)}" is ${describe(over)} here, which Compose leaves out: it is ${describe(base)} before`,
      {
        severity: 'warning',
        help: `write ${describe(base)} here too`,
        related: [{ message: `${describe(base)} here`, span: base.span }],
      },
    );
    return base;
  }

  #cannot(base: Tree, over: Tree, path: Path): Tree {
    this.#report(
      'compose/invalid-model',
      over.span,
      `"${formatPath(path)}" is ${describe(over)} here and ${describe(base)} before`,
      {
        help: `write ${describe(base)} here too`,
        related: [{ message: `${describe(base)} here`, span: base.span }],
      },
    );
    return base;
  }

  /** Compose refuses a word over a mapping, and lets a mapping replace a word: what the word said is lost. */
  #mixed(base: Tree, over: Tree): Tree {
    const lost = base.kind === 'scalar';
    if (lost && base.value === null) return over;
    const message = lost
      ? '"x-netmode" is a mapping here and replaces the word of an earlier file'
      : `"x-netmode" is ${describe(over)} here and ${describe(base)} in an earlier file; Compose cannot merge them`;
    this.#report('netmode/mixed-forms', over.span, message, {
      severity: lost ? 'warning' : 'error',
      help: 'write a mapping in both files',
      related: [{ message: `${describe(base)} here`, span: base.span }],
    });
    return lost ? over : base;
  }
}

/** Words that Compose makes no list or mapping of, and reads on: its schema sees only what the merge has left. */
function isIgnored(rule: Rule, over: Tree): boolean {
  if (over.kind !== 'scalar' || over.value === null) return false;
  if (rule === 'names' || rule === 'dependencies') return true;
  return typeof over.value !== 'string' && ['pairs', 'strings', 'hosts', 'build'].includes(rule);
}

/**
 * What Compose's lists of `KEY=value` come to, and mappings still: a key without a value counts too, where elsewhere
 * nothing is what was there before.
 */
function overwritten(base: Mapping, over: Mapping): Mapping {
  const entries = new Map(base.entries);
  for (const entry of over.entries.values())
    entries.set(entry.key, { ...(base.entries.get(entry.key) ?? entry), value: entry.value });
  return { ...base, entries };
}

function isNetmode(path: Path): boolean {
  if (path[path.length - 1] !== 'x-netmode') return false;
  return path.length === 1 || (path.length === 3 && (path[0] === 'services' || path[0] === 'networks'));
}

function append(base: Sequence, items: readonly Tree[]): Sequence {
  return items.length === 0 ? base : { ...base, items: [...base.items, ...items] };
}
