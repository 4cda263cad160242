/** The runner's own guards: what uvu lets pass in silence must fail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import sortBy from 'lodash/sortBy.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Patience } from '../support/progress.ts';
import { type Ending, runChild } from './child.ts';
import type { FileResult } from './layer.ts';

const here = fileURLToPath(new URL('..', import.meta.url));
const uvu = "import { test, suite } from 'uvu';\nimport * as assert from 'uvu/assert';\n";

/** What a file holds, and what must be counted for it. */
const cases: Readonly<Record<string, readonly [text: string, passed: number, failed: number]>> = {
  'passes.test.ts': [`${uvu}test('a', () => {}); test('b', () => {}); test.run();`, 2, 0],
  'two-suites.test.ts': [
    `${uvu}const s = suite('s'); s('a', () => {}); s.run(); test('b', () => assert.ok(false)); test.run();`,
    1,
    1,
  ],
  'fails.test.ts': [`${uvu}test('a', () => assert.is(1, 2)); test('b', () => {}); test.run();`, 1, 1],
  'empty.test.ts': [`${uvu}test.run();`, 0, 1],
  'skips.test.ts': [`${uvu}test('a', () => {}); test.skip('b', () => {}); test.run();`, 1, 1],
  'only.test.ts': [`${uvu}test.only('a', () => {}); test('b', () => {}); test.run();`, 1, 1],
  'hook-fails.test.ts': [
    `${uvu}test.before(() => { throw new Error('x'); }); test('a', () => {}); test('b', () => {}); test.run();`,
    0,
    2,
  ],
  'after-fails.test.ts': [`${uvu}test.after(() => { throw new Error('x'); }); test('a', () => {}); test.run();`, 0, 1],
  'cannot-load.test.ts': [`${uvu}import '../missing.ts';`, 0, 1],
  // Last, because uvu's shared `test` would hand what is left of it to the next file.
  'never-runs.test.ts': [`${uvu}test('a', () => {});`, 0, 1],
};

const patient: Patience = { quietSeconds: 60, busySeconds: 60 };

function runLayer(files: readonly string[], patience = patient): Promise<Ending> {
  return runChild(process.execPath, ['--import', 'tsx', join(here, 'runner/layer.ts'), ...files], {
    cwd: here,
    env: process.env,
    patience,
    output: 'ignore',
    lastSeconds: 1,
  });
}

const cache = join(here, '..', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'layer-test-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const named = (name: string) => relative(here, join(folder, name));

const counts = (results: readonly FileResult[]) =>
  results.map(({ file, passed, failed }) => ({ file, passed, failed }));

test('counts by file what passed and what did not, and goes on after a failure', async () => {
  for (const [name, [text]] of Object.entries(cases)) writeFileSync(join(folder, name), text);
  const { code, results } = await runLayer(Object.keys(cases).map(named));
  assert.is(code, 1);
  const expected = Object.entries(cases).map(([name, [, passed, failed]]) => ({ file: named(name), passed, failed }));
  assert.equal(sortBy(counts(results), 'file'), sortBy(expected, 'file'));
});

test('a file that ends the process is never reported as run', async () => {
  writeFileSync(join(folder, 'exits.test.ts'), `${uvu}test('a', () => process.exit(0)); test.run();`);
  const { results } = await runLayer([named('passes.test.ts'), named('exits.test.ts')]);
  assert.equal(counts(results), [{ file: named('passes.test.ts'), passed: 2, failed: 0 }]);
});

test('a layer in which all passes ends with 0', async () => {
  assert.is((await runLayer([named('passes.test.ts')])).code, 0);
});

/** What a file holds that takes long, how long it is waited for, and why it is given up; absent where it is not. */
const long: Readonly<Record<string, readonly [text: string, patience: Patience, givenUp?: string]>> = {
  'waits for ever': [
    "test('a', () => {}); test('b', () => new Promise((done) => setTimeout(done, 3_600_000)));",
    { quietSeconds: 2, busySeconds: 60 },
    'nothing has moved for 2 s; it was waiting for "b" in FILE',
  ],
  'blocks for ever': [
    "test('a', () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));",
    { quietSeconds: 2, busySeconds: 60 },
    'nothing has moved for 2 s; it was waiting for "a" in FILE',
  ],
  'never gets through loading': [
    'await new Promise((done) => setTimeout(done, 3_600_000));',
    { quietSeconds: 2, busySeconds: 60 },
    'nothing has moved for 2 s; it was waiting for FILE',
  ],
  'runs in circles': [
    "test('a', () => { for (;;); });",
    { quietSeconds: 60, busySeconds: 2 },
    '2 s of processor time have brought nothing; it was waiting for "a" in FILE',
  ],
  'is slow, and finishes tests': [
    'for (let i = 0; i < 40; i += 1) test(`${i}`, () => new Promise((done) => setTimeout(done, 100)));',
    { quietSeconds: 2, busySeconds: 60 },
  ],
  'is slow, and writes': [
    `test('a', async () => {
      for (let i = 0; i < 40; i += 1) {
        process.stdout.write('.');
        await new Promise((done) => setTimeout(done, 100));
      }
    });`,
    { quietSeconds: 2, busySeconds: 60 },
  ],
  'is slow, and so is what it has started': [
    `test('a', async () => {
      const { spawn } = await import('node:child_process');
      const loop = 'const end = Date.now() + 4000; while (Date.now() < end);';
      await new Promise((done) => spawn(process.execPath, ['--eval', loop]).on('exit', done));
    });`,
    { quietSeconds: 2, busySeconds: 60 },
  ],
};
/** All at once, because nearly all of them wait. */
const endings = new Map<string, Promise<Ending>>();
for (const [name, [text, patience, givenUp]] of Object.entries(long)) {
  const file = `${name.replaceAll(/\W+/g, '-')}.test.ts`;
  const start = () => {
    writeFileSync(join(folder, file), `${uvu}${text} test.run();`);
    return runLayer([named(file)], patience);
  };
  test.before(() => void endings.set(name, start()));
  test(`a layer that ${name} is ${givenUp === undefined ? 'waited for' : 'given up'}`, async () => {
    const ending = await endings.get(name)!;
    assert.is(ending.givenUp, givenUp?.replace('FILE', named(file)));
    assert.is(ending.code === 0, givenUp === undefined);
    assert.is(ending.results.length, givenUp === undefined ? 1 : 0);
  });
}

test.run();
