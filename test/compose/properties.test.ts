/** Laws that hold for any text. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { sameTree } from '../../src/compose/tree.ts';
import { loadTexts } from './memory.ts';

const seed = 11;
const word = fc.constantFrom(
  'a',
  'b',
  'web',
  'x-y',
  '80',
  '8080:80',
  '${A}',
  '${A:-b}',
  '${',
  '$$',
  '',
  'host',
  'service:a',
  '10.0.0.1',
  '10.0.0.0/24',
  '1.5',
  'true',
);
const key = fc.constantFrom(
  'services',
  'networks',
  'include',
  'extends',
  'name',
  'version',
  'x-netmode',
  'a',
  'b',
  'web',
  'image',
  'ports',
  'network_mode',
  'depends_on',
  'links',
  'ipam',
  'config',
  'subnet',
  'target',
  'published',
  'file',
  'service',
  'path',
  'deploy',
  'replicas',
  'scale',
  'environment',
  'labels',
  'aliases',
  'external',
  '<<',
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));
const model = fc.record(
  {
    services: fc.dictionary(fc.constantFrom('a', 'b', 'web'), fc.dictionary(key, value, { maxKeys: 5 })),
    networks: value,
    include: value,
  },
  { requiredKeys: [] },
);

test('nothing throws for text that is not YAML', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'ab:-# \n"\'[]{}&*!|>%@`,?<$\t'), maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, (each) => void loadTexts(each)),
    { numRuns: 1500, seed },
  );
});

test('nothing throws for models of any shape, one or two', () => {
  fc.assert(
    fc.property(fc.oneof(model, value), fc.oneof(model, value), (a, b) => {
      loadTexts(stringify(a));
      loadTexts(
        { 'a.yaml': stringify(a), 'b.yaml': stringify(b), 'compose.yaml': stringify(b) },
        { files: ['a.yaml', 'b.yaml'] },
      );
    }),
    { numRuns: 400, seed },
  );
});

test('the same text gives the same model, and an empty override changes nothing', () => {
  fc.assert(
    fc.property(model, (each) => {
      const text = stringify(each);
      const once = loadTexts({ 'a.yaml': text }, { files: ['a.yaml'] });
      const again = loadTexts({ 'a.yaml': text, 'b.yaml': '{}' }, { files: ['a.yaml', 'b.yaml'] });
      if (!once.project || !again.project) return;
      assert.ok(sameTree(once.project.model, again.project.model), text);
      assert.equal(
        again.diagnostics.map(({ message }) => message),
        once.diagnostics.map(({ message }) => message),
      );
    }),
    { numRuns: 200, seed },
  );
});

test.run();
