/** What an annotation is to become, as data. */
import { isPlainMap, type Plain, type PlainMap } from '../override/plain-data.ts';

/** Where an `x-netmode` stands. */
export type AnnotatedPlace =
  | { readonly kind: 'top' }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'network'; readonly name: string };

export type AnnotationChange =
  /** Takes the annotation out. */
  | { readonly kind: 'remove' }
  /** Key by key: `unset` goes, `set` is added or replaced, the rest stays. With no key left, the annotation goes. */
  | { readonly kind: 'merge'; readonly set: PlainMap; readonly unset: readonly string[] };

export interface Wish {
  readonly place: AnnotatedPlace;
  readonly change: AnnotationChange;
  /** Whether another file of the project has a mapping at this place: Compose merges nothing else into one. */
  readonly asMapping?: boolean;
  /** Keys of the service or network itself whose place the annotation takes. */
  readonly replaces?: readonly string[];
}

/** How a place is called in messages. */
export function subjectOf(place: AnnotatedPlace): string {
  switch (place.kind) {
    case 'top':
      return 'the top level';
    case 'service':
      return `"${place.name}"`;
    case 'network':
      return `network "${place.name}"`;
  }
}

export function samePlace(a: AnnotatedPlace, b: AnnotatedPlace): boolean {
  return a.kind === b.kind && (a.kind === 'top' || b.kind === 'top' || a.name === b.name);
}

/** The word of the short form is the mode of the long one. */
export function longForm(value: Plain | undefined): PlainMap {
  if (value === undefined || value === null) return {};
  return isPlainMap(value) ? value : { mode: value };
}

/** What the annotation says afterwards, as a mapping; nothing where there is none any more. */
export function changed(before: Plain | undefined, change: AnnotationChange): PlainMap | undefined {
  if (change.kind === 'remove') return undefined;
  const merged = Object.entries({ ...longForm(before), ...change.set });
  const left = merged.filter(([key]) => key in change.set || !change.unset.includes(key));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** The mode alone is a word, unless something keeps it a mapping. */
export function shortestForm(place: AnnotatedPlace, value: PlainMap, asMapping = false): Plain {
  const keys = Object.keys(value);
  return !asMapping && place.kind !== 'top' && keys.length === 1 && keys[0] === 'mode' ? value['mode']! : value;
}

/** What a person would write by hand. */
export function asOption({ place, change }: Wish): string {
  if (change.kind === 'remove') return 'take x-netmode out by hand';
  const value = changed(undefined, change);
  const text = JSON.stringify(value ? shortestForm(place, value) : {})
    .replaceAll('"', '')
    .replaceAll(',', ', ')
    .replaceAll(':', ': ');
  return `write by hand: x-netmode: ${text}`;
}
