/**
 * The order of the files. What a project lists is a set; but of two entries that clash, the one written later is
 * reported, and that must not depend on the order in which they are listed.
 */
import type { Project } from '../compose/project/project.ts';
import type { Span } from '../diagnostics/source.ts';

/** The same entries in the order in which they stand in the files. */
export function inFileOrder<T>(
  entries: ReadonlyMap<string, T>,
  spanOf: (value: T) => Span,
  { sources }: Project,
): ReadonlyMap<string, T> {
  const ranks = new Map(sources.map((source, index) => [source, index]));
  const rank = (value: T) => ranks.get(spanOf(value).source) ?? -1;
  return new Map(
    [...entries].sort(
      ([one, a], [other, b]) =>
        rank(a) - rank(b) || spanOf(a).start - spanOf(b).start || (one < other ? -1 : one > other ? 1 : 0),
    ),
  );
}

/** Entries in the order of the keys of others. */
export function inOrderOf<T>(keys: Iterable<string>, entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map(
    [...new Set([...keys, ...entries.keys()])].flatMap((key) => {
      const value = entries.get(key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
