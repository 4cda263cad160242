/**
 * Prints what netcompose costs, as ratios: against an empty Node process, and against Compose with the same project.
 * Both sides of a ratio run in turn, on one machine, in one run. What is over its bar is marked, and fails nothing.
 *
 *     npm run bench               a table
 *     npm run bench -- --json     the same as JSON
 *     npm run bench -- --watch [SECONDS]    what `shim watch` costs instead, as numbers
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing } from '../../test/runner/needs.ts';
import { composeFile, growing } from './files.ts';
import { measure, type Result } from './measure.ts';
import { composeIn, environmentIn } from './programs.ts';
import { fileOf, growingFileOf, rowsWithCompose, rowsWithoutCompose, sizes, steps } from './rows.ts';
import { isWithin, table } from './table.ts';

const [, , first, seconds] = process.argv;
if (first === '--watch') {
  const argv = [process.execPath, '--import', 'tsx', pathOf('watch.ts'), ...(seconds === undefined ? [] : [seconds])];
  execFileSync(pathOf('../../test/engine/rig/sandbox.sh'), argv, { stdio: 'inherit' });
  process.exit();
}
const asJson = first === '--json';
const folder = mkdtempSync(join(tmpdir(), 'netcompose-bench-'));
const skipped: string[] = [];
try {
  for (const size of sizes) write(fileOf(folder, size), composeFile(size));
  for (const [what, counts] of Object.entries(steps)) {
    for (const count of counts) {
      const lines = growing[what as keyof typeof growing](count);
      write(growingFileOf(folder, what, count), `${lines.join('\n')}\n`);
    }
  }
  const env = environmentIn(folder);
  const compose = composeIn(folder);
  if (!compose) skipped.push('rows that compare with Compose (no Docker Compose)');
  const results = [...(await onEngine())];
  for (const row of [...(compose ? rowsWithCompose(folder, compose) : []), ...rowsWithoutCompose(folder)])
    results.push(await measure(row, { cwd: folder, env }));
  const all = results.map((result) => ({ ...result, within: isWithin(result) }));
  process.stdout.write(asJson ? `${JSON.stringify({ rows: all, skipped }, undefined, 2)}\n` : table(results, skipped));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Of a file beside this one. */
function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** In namespaces of their own, which need root. */
async function onEngine(): Promise<readonly Result[]> {
  const reason = await missing(['linux', 'root', 'tools', 'macvlan', 'engine-28']);
  if (reason !== undefined) {
    skipped.push(`rows with an engine (${reason})`);
    return [];
  }
  const argv = [process.execPath, '--import', 'tsx', pathOf('engine.ts')];
  const written = execFileSync(pathOf('../../test/engine/rig/sandbox.sh'), argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(written.trim().split('\n').at(-1)!) as readonly Result[];
}
