/**
 * The process in which one layer's files run, started by `run.ts` with their names, relative to `test/`. Uses uvu's
 * own queue, and counts by file what uvu counts as a whole, because uvu is content with a file that runs nothing, with
 * tests that a failing hook kept from running, and with skipped ones: here each of them fails.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** How long its tests took, all together. */
  readonly seconds: number;
}

/** What the process tells whoever has started it. */
export type LayerMessage =
  | { readonly kind: 'result'; readonly result: FileResult }
  /** A file that is being loaded, or one of its tests. */
  | { readonly kind: 'running'; readonly file: string; readonly test?: string }
  | { readonly kind: 'output' };

/**
 * What uvu queues for each `.run()`. It gives the errors' text or `true`, and how many tests have passed, were skipped,
 * and there were.
 */
type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const queue: [name: string, ...suites: Suite[]][] = [];
const globals = globalThis as unknown as { UVU_DEFER: number; UVU_INDEX: number; UVU_QUEUE: typeof queue };
const here = fileURLToPath(new URL('..', import.meta.url));
const graceSeconds = 10;
let failures = 0;
let currentFile = '';

// Whoever started this is gone: so are the tests.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();

// uvu writes the name of the test that runs into its state, an object of its own, and tells it nobody else.
Object.defineProperty(Object.prototype, '__test__', {
  configurable: true,
  set: (test: string) => {
    if (test !== '') send({ kind: 'running', file: currentFile, test });
  },
});
// What is written is a sign of life.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((...args: Parameters<typeof write>) => {
  send({ kind: 'output' });
  return write(...args);
}) as typeof write;

// uvu looks at these when it is loaded.
globals.UVU_DEFER = 1;
globals.UVU_QUEUE = queue;
const { exec } = await import('uvu');

for (const file of process.argv.slice(2)) await load(file);
await exec();
// uvu has counted only what it ran.
if (failures > 0) process.exitCode = 1;
setTimeout(() => {
  process.stdout.write(`something still runs ${graceSeconds} s after the last test\n`);
  process.exit(1);
}, graceSeconds * 1000).unref();

/** Imports a test file and counts what it queued, so that its result is known as soon as its last suite has run. */
async function load(file: string): Promise<void> {
  globals.UVU_INDEX = queue.length;
  const group: [string, ...Suite[]] = [file];
  queue.push(group);
  currentFile = file;
  send({ kind: 'running', file });
  try {
    await import(pathToFileURL(join(here, file)).href);
  } catch (error) {
    group.splice(1);
    report({ file, passed: 0, failed: 1, seconds: 0 }, textOf(error));
    return;
  }
  const suites = group.splice(1) as Suite[];
  let [passed, failed, total, left] = [0, 0, 0, suites.length];
  const complaints: string[] = [];
  let begun: number | undefined;
  for (const suite of suites) {
    group.push(async () => {
      currentFile = file;
      begun ??= performance.now();
      // A hook after the tests that fails would end the whole layer.
      const result = await suite().catch(
        (error: unknown): Awaited<ReturnType<Suite>> => [`  ${textOf(error)}\n`, 0, 0, 1],
      );
      const [errors, ran, skipped, all] = result;
      passed += ran;
      total += all;
      failed += all - ran + skipped;
      if (errors === true && ran < all) complaints.push(`${all - ran} did not run, because a hook failed`);
      if (skipped > 0) complaints.push(`${skipped} skipped or left out by "only"`);
      left -= 1;
      if (left === 0) {
        if (total === 0) complaints.push('it has no tests');
        const seconds = Math.round((performance.now() - begun) / 1000);
        report({ file, passed, failed: failed + (total === 0 ? 1 : 0), seconds }, ...complaints);
      }
      return result;
    });
  }
  if (suites.length === 0) report({ file, passed: 0, failed: 1, seconds: 0 }, 'it never calls run()');
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function report(result: FileResult, ...complaints: readonly string[]): void {
  for (const complaint of complaints) process.stdout.write(`  failed: ${result.file}: ${complaint}\n`);
  failures += result.failed;
  send({ kind: 'result', result });
}

function send(message: LayerMessage): void {
  if (process.connected) process.send?.(message);
}
