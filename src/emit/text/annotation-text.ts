/** What an annotation has changed, in words. */
import { safeLine } from '../../diagnostics/format/safe.ts';
import type { AnnotationOutcome } from '../annotate/annotate.ts';
import { subjectOf } from '../annotate/wish.ts';
import { isList, isPlainMap, type Plain, type PlainMap, samePlain } from '../override/plain-data.ts';

/** One line for each place, such as `compose.yaml: "web": mode host (was macvlan), vlan removed`. */
export function annotationText(path: string, outcomes: readonly AnnotationOutcome[]): string {
  return outcomes
    .map((outcome) => `${safeLine(`${path}: ${subjectOf(outcome.place)}: ${changeText(outcome)}`)}\n`)
    .join('');
}

function changeText({ before, after, replaced }: AnnotationOutcome): string {
  const changes = [...keyChanges(before ?? {}, after ?? {}), ...replaced.map((key) => `native ${key} removed`)];
  if (changes.length > 0) return after || !before ? changes.join(', ') : 'x-netmode removed';
  return before ? 'says so already' : 'has no x-netmode';
}

function keyChanges(before: PlainMap, after: PlainMap): readonly string[] {
  const set = Object.entries(after).flatMap(([key, value]) => {
    const old = before[key];
    if (old === undefined) return `${key} ${show(value)}`;
    return samePlain(old, value) ? [] : `${key} ${show(value)} (was ${show(old)})`;
  });
  return [...set, ...Object.keys(before).flatMap((key) => (key in after ? [] : `${key} removed`))];
}

function show(value: Plain): string {
  if (isList(value)) return value.map(show).join(' ');
  return isPlainMap(value) ? JSON.stringify(value) : String(value);
}
