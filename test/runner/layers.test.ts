/** The table of layers: what it names is there, and nothing is left out unseen. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { engineNames } from '../engine/rig/installed.ts';
import { layers, layersOf } from './layers.ts';
import { build, steps } from './steps.ts';

test('what the steps run is there', () => {
  for (const { name, args } of [build, ...steps]) {
    const program = args.find((arg) => /\/.*[^/]$/.test(arg))!;
    assert.ok(existsSync(fileURLToPath(new URL(`../../${program}`, import.meta.url))), name);
  }
});

test('there is a layer for each engine', () => {
  const engines = new Set(layers.filter(({ name }) => name !== 'engine').flatMap(({ engine }) => engine ?? []));
  assert.equal([...engines].sort(), [...engineNames].sort());
});

test('files that a layer leaves out exist, and run in another', () => {
  for (const { folder, without = [], only = [] } of layers) {
    for (const name of [...without, ...only]) {
      assert.ok(existsSync(fileURLToPath(new URL(`../${folder}/${name}`, import.meta.url))), name);
      assert.ok(layersOf(`${folder}/${name}`).length > 0, name);
    }
  }
});

for (const [file, expected] of [
  ['engine/versions.test.ts', ['engine-28', 'engine-26', 'engine-20']],
  ['engine/guests.test.ts', ['engine-28', 'engine-26']],
  ['engine/readme.test.ts', ['engine']],
  ['kernel/shim.test.ts', ['kernel']],
  ['plan/checks/ports.test.ts', ['unit']],
] as const) {
  test(`${file} runs in ${expected.join(', ')}`, () => {
    assert.equal(
      layersOf(file).map(({ name }) => name),
      expected,
    );
  });
}

test.run();
