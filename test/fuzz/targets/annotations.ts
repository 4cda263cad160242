/** `x-netmode` put into a file and taken out again. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { load } from '../../../src/compose/load.ts';
import { Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { formats } from '../../../src/diagnostics/format/formats.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import { annotate } from '../../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../../src/emit/annotate/wish.ts';
import type { PlainMap } from '../../../src/emit/override/plain-data.ts';
import { annotationText } from '../../../src/emit/text/annotation-text.ts';
import { changeWords, plainProject } from '../../laws/annotated-projects.ts';
import { isHarmless, placesAreInFiles } from '../../laws/everything.ts';
import { directory, inMemory } from '../../support/in-memory.ts';
import { soundText } from '../corpus.ts';
import { edits, hostileValue, hostileWord, nodeEdits, spoilt } from '../hostile.ts';
import { type Target, target } from '../target.ts';

function annotated(text: string, wishes: readonly Wish[]): string | undefined {
  const diagnostics = new Diagnostics();
  const file = new SourceFile(`${directory}/compose.yaml`, text);
  const result = annotate(file, wishes, diagnostics.report);
  const told = diagnostics.sorted();
  placesAreInFiles(told);
  isHarmless(formats.pretty(told, { cwd: directory, color: false }));
  if (result) isHarmless(annotationText('compose.yaml', result.outcomes));
  else assert.ok(told.length > 0, 'nothing was done, and nobody is told');
  return result?.text;
}

/** The services of a sound file that have no annotation. */
function bareServices(text: string): readonly string[] {
  const options = { files: [], profiles: [], envFiles: [], cwd: directory, env: {} };
  const project = load(options, inMemory({ 'compose.yaml': text }), () => undefined);
  return [...(project?.services.values() ?? [])].flatMap(({ name, netmode }) => (netmode ? [] : name));
}

const service = (name: string, change: Wish['change']): Wish => ({ place: { kind: 'service', name }, change });

const there = target(
  'annotation and removal',
  20,
  fc.record({ text: fc.oneof(plainProject, soundText), changes: nodeEdits, set: changeWords, first: fc.nat(9) }),
  ({ text, changes, set, first }) => {
    const before = spoilt(text, changes);
    const names = bareServices(before);
    const name = names[first % names.length];
    if (name === undefined) return;
    const after = annotated(before, [service(name, { kind: 'merge', set, unset: [] })]);
    if (after !== undefined) assert.is(annotated(after, [service(name, { kind: 'remove' })]), before, after);
  },
);

const wish: fc.Arbitrary<Wish> = fc.record({
  place: fc.oneof(
    fc.constant({ kind: 'top' as const }),
    fc.record({
      kind: fc.constantFrom('service' as const, 'network' as const),
      name: fc.oneof(hostileWord, fc.constantFrom('web', 'lan', 'db')),
    }),
  ),
  change: fc.oneof(
    fc.constant({ kind: 'remove' as const }),
    fc.record({
      kind: fc.constant('merge' as const),
      set: fc
        .array(fc.tuple(hostileWord, hostileValue), { maxLength: 2 })
        .map((all) => Object.fromEntries(all) as PlainMap),
      unset: fc.array(hostileWord, { maxLength: 1 }),
    }),
  ),
});

const anyWish = target(
  'any annotation',
  20,
  fc.record({
    text: soundText,
    changes: fc.oneof(edits, nodeEdits),
    wishes: fc.array(wish, { minLength: 1, maxLength: 2 }),
  }),
  ({ text, changes, wishes }) => void annotated(spoilt(text, changes), wishes),
);

export const annotationTargets: readonly Target[] = [there, anyWish];
