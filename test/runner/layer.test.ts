/** The runner's own guards: what uvu lets pass in silence must fail. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
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

function runLayer(files: readonly string[]): Promise<{ code: number | null; results: readonly FileResult[] }> {
  return new Promise((resolve, reject) => {
    const results: FileResult[] = [];
    const child = spawn(process.execPath, ['--import', 'tsx', join(here, 'runner/layer.ts'), ...files], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (result) => results.push(result as FileResult));
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code, results }));
  });
}

const cache = join(here, '..', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'layer-test-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const named = (name: string) => relative(here, join(folder, name));

test('counts by file what passed and what did not, and goes on after a failure', async () => {
  for (const [name, [text]] of Object.entries(cases)) writeFileSync(join(folder, name), text);
  const { code, results } = await runLayer(Object.keys(cases).map(named));
  assert.is(code, 1);
  const expected = Object.entries(cases).map(([name, [, passed, failed]]) => ({ file: named(name), passed, failed }));
  const byFile = (a: FileResult, b: FileResult) => (a.file < b.file ? -1 : 1);
  assert.equal([...results].sort(byFile), expected.sort(byFile));
});

test('a file that ends the process is never reported as run', async () => {
  writeFileSync(join(folder, 'exits.test.ts'), `${uvu}test('a', () => process.exit(0)); test.run();`);
  const { results } = await runLayer([named('passes.test.ts'), named('exits.test.ts')]);
  assert.equal(results, [{ file: named('passes.test.ts'), passed: 2, failed: 0 }]);
});

test('a layer in which all passes ends with 0', async () => {
  assert.is((await runLayer([named('passes.test.ts')])).code, 0);
});

test.run();
