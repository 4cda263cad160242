/** Laws of annotations: what is put in can be taken out again, and nothing else means anything else. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../../src/compose/load.ts';
import { toPlain } from '../../src/compose/tree.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { annotate } from '../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../src/emit/annotate/wish.ts';
import type { PlainMap } from '../../src/emit/override/plain-data.ts';
import { directory, inMemory } from '../support/in-memory.ts';
import { holds } from '../support/property.ts';
import { changeWords, plainProject } from './annotated-projects.ts';
import { handwrittenProject } from './handwritten-projects.ts';
import { styledProject } from './projects.ts';

function annotated(text: string, wishes: readonly Wish[]) {
  const diagnostics = new Diagnostics();
  const result = annotate(new SourceFile('/project/compose.yaml', text), wishes, diagnostics.report);
  return { text: result?.text, diagnostics: diagnostics.sorted() };
}

function modelOf(text: string) {
  const diagnostics = new Diagnostics();
  const options = { files: [], profiles: [], envFiles: [], cwd: directory, env: {} };
  const project = load(options, inMemory({ 'compose.yaml': text }), diagnostics.report);
  return { project, errors: diagnostics.sorted().filter(({ severity }) => severity === 'error') };
}

function plainOf(text: string): PlainMap {
  return toPlain(modelOf(text).project!.model) as PlainMap;
}

/** A model without any service's annotation. */
function withoutAnnotations(model: PlainMap): unknown {
  const services = Object.entries(model['services'] as PlainMap).map(([name, service]) => {
    const { 'x-netmode': _, ...rest } = service as PlainMap;
    return [name, rest];
  });
  return { ...model, services: Object.fromEntries(services) };
}

const servicesOf = (text: string) => [...(modelOf(text).project?.services.keys() ?? [])];

const put = (name: string, set: PlainMap): Wish => ({
  place: { kind: 'service', name },
  change: { kind: 'merge', set, unset: [] },
});
const takeOut = (name: string): Wish => ({ place: { kind: 'service', name }, change: { kind: 'remove' } });

const byTheByte = [
  ['as libraries write it', plainProject],
  ['as people write it', handwrittenProject],
] as const;
for (const [who, texts] of byTheByte)
  test(`annotated and taken out again, a file is the same to the byte: ${who}`, () => {
    let done = 0;
    holds(
      fc.property(texts, changeWords, (text, set) => {
        const { project, errors } = modelOf(text);
        const names = errors.length > 0 ? [] : [...(project?.services.keys() ?? [])];
        if (names.length === 0) return;
        const there = annotated(
          text,
          names.map((name) => put(name, set)),
        );
        assert.equal(
          there.diagnostics.map(({ message }) => message),
          [],
        );
        const back = annotated(there.text!, names.map(takeOut));
        assert.is(back.text, text, there.text);
        done += 1;
      }),
      60,
    );
    assert.ok(done > 35, `only ${done} were annotated`);
  });

test('one service at a time, in any order', () => {
  let done = 0;
  holds(
    fc.property(plainProject, changeWords, fc.nat(9), (text, set, first) => {
      const names = servicesOf(text);
      const name = names[first % names.length];
      if (name === undefined) return;
      const there = annotated(text, [put(name, set)]);
      if (!there.text) {
        // Shared text is the only reason.
        assert.match(there.diagnostics[0]!.message, /cannot be annotated alone/);
        return;
      }
      assert.is(annotated(there.text, [takeOut(name)]).text, text, there.text);
      done += 1;
    }),
    60,
  );
  assert.ok(done > 35, `only ${done} were annotated`);
});

test('everything but the annotation means what it meant', () => {
  holds(
    fc.property(fc.oneof(plainProject, handwrittenProject), changeWords, (text, set) => {
      const names = modelOf(text).errors.length > 0 ? [] : servicesOf(text);
      if (names.length === 0) return;
      const there = annotated(
        text,
        names.map((name) => put(name, set)),
      );
      assert.equal(withoutAnnotations(plainOf(there.text!)), withoutAnnotations(plainOf(text)));
      for (const name of names) {
        const said = ((plainOf(there.text!)['services'] as PlainMap)[name] as PlainMap)['x-netmode'];
        const words = Object.keys(set);
        const filledIn = { ...set, ...(set['parent'] !== undefined && { parent: 'eth0' }) };
        assert.equal(said, words.length === 1 ? set['mode'] : filledIn);
      }
    }),
    30,
  );
});

test('a key that is added to an annotation and taken out again leaves its bytes', () => {
  let done = 0;
  holds(
    fc.property(styledProject, fc.nat(9), (text, first) => {
      const { project } = modelOf(text);
      const services = [...(project?.services.values() ?? [])].filter(({ netmode }) => netmode !== undefined);
      const service = services[first % services.length];
      if (!service) return;
      const before = service.netmode!.kind === 'mapping' ? Object.keys(toPlain(service.netmode!) as object) : ['mode'];
      if (before.includes('vlan')) return;
      const there = annotated(text, [put(service.name, { vlan: 10 })]);
      if (!there.text) return;
      const back = annotated(there.text, [
        { ...put(service.name, {}), change: { kind: 'merge', set: {}, unset: ['vlan'] } },
      ]);
      // What was an alias, or a mapping of the mode alone, is written out.
      if (/x-netmode"?: (?:\*|&)/.test(text) || before.length === 1) return;
      assert.is(back.text, text, there.text);
      done += 1;
    }),
    60,
  );
  assert.ok(done > 8, `only ${done} were changed`);
});

test('lines that are not those of the annotation stay lines', () => {
  holds(
    fc.property(plainProject, (text) => {
      const names = servicesOf(text);
      const { text: after } = annotated(
        text,
        names.map((name) => put(name, { mode: 'host' })),
      );
      const lines = after!.split('\n');
      const kept = lines.filter((line) => !/^\s*"?x-netmode"?: "?host"?,?\r?$/.test(line));
      // A service in brackets has it on its own line, and one before a new line in brackets gets a comma.
      const plain = (line: string) =>
        line
          .replace(/, "?x-netmode"?: "?host"?/, '')
          .replace(/,(\s*(?:#.*)?)$/, '$1')
          .trimEnd();
      assert.equal(kept.map(plain).join('\n').trimEnd(), text.split('\n').map(plain).join('\n').trimEnd());
    }),
    30,
  );
});

test.run();
