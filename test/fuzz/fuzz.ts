/** Runs the fuzzing in a process of its own, and tells which input has ended it, or never ends. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { safeJson } from '../../src/diagnostics/format/safe.ts';
import { runChild } from '../runner/child.ts';
import type { Patience } from '../support/progress.ts';
import type { Orders } from './child.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An input takes milliseconds, one that is given to Compose a second. */
const patience: Patience = { quietSeconds: 60, busySeconds: 60 };
/** So much for one input is as bad as an input without an end. */
const megabytes = 1024;

/**
 * @param tell gets what is printed, piece by piece
 * @returns 0 where everything holds, 1 where something does not, 2 where there is no such target
 */
export async function fuzz(
  orders: Omit<Orders, 'file'>,
  tell: (text: string) => void,
  patient: Patience = patience,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-fuzz-'));
  const file = join(folder, 'input.json');
  try {
    const args = [
      ...[`--max-old-space-size=${megabytes}`, '--import', 'tsx', join(root, 'test/fuzz/child.ts')],
      JSON.stringify({ ...orders, file } satisfies Orders),
    ];
    const env = { ...process.env, TMPDIR: folder };
    const { code, givenUp } = await runChild(process.execPath, args, {
      ...{ cwd: root, env, patience: patient, output: tell, lastSeconds: 1 },
    });
    if (givenUp === undefined && (code === 0 || code === 1 || code === 2)) return code;
    tell(underWay(file, givenUp ?? `the process has ended with ${code}`));
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The input that was being tried, and how to try it again. */
function underWay(file: string, why: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return `${why}, before the first input\n`;
  }
  const { target, seed, input } = JSON.parse(text) as { target: string; seed: number; input: string };
  return [
    `${target}: ${why} with`,
    `  ${safeJson(JSON.parse(input)).replaceAll('\n', '\n  ')}`,
    `again: npm run fuzz -- --target ${JSON.stringify(target)} --seed ${seed}`,
    '',
  ].join('\n');
}
