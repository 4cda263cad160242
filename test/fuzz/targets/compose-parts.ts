/**
 * Parts of projects, hundreds of them in one call of the real Compose: what netcompose reads, Compose reads the same,
 * and what netcompose refuses, Compose refuses.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from '../../../src/compose/load.ts';
import { Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { conformance, type Result } from '../../conformance/compare.ts';
import { directory, inMemory } from '../../support/in-memory.ts';
import { filesOf, type Part, part, variables } from '../parts.ts';
import { Smaller, type Target, target } from '../target.ts';

const files = ['compose.yaml', 'over.yaml'] as const;
/** Of those that netcompose refuses, so many are given to Compose, which stops at the first: each takes a process. */
const refusedAtMost = 3;

/** @param compose how it is started */
export const partsTarget = (compose: readonly string[]): Target =>
  target(
    'parts',
    1,
    fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 300, size: 'max' }) }),
    async ({ parts }) => {
      const refused = parts.filter(isRefused);
      const read = parts.filter((one) => !refused.includes(one));
      if (read.length > 0) await agree(read, compose);
      for (const one of refused.slice(0, refusedAtMost)) check(await ask([one], compose), ['both-refuse'], [one]);
    },
    { weight: 4, count: ({ parts }) => parts.length, reduces: true },
  );

function isRefused(one: Part): boolean {
  const diagnostics = new Diagnostics();
  const options = { files, profiles: [], envFiles: [], cwd: directory, env: variables };
  return load(options, inMemory(filesOf([one])), diagnostics.report) === undefined || diagnostics.hasErrors;
}

/** Compose does not say which of them it refuses: halves are asked until it is one. */
async function agree(parts: readonly Part[], compose: readonly string[]): Promise<void> {
  const result = await ask(parts, compose);
  if (result.verdict === 'agree') return;
  if (parts.length === 1) return check(result, ['compose-refuses-else'], parts);
  const half = Math.ceil(parts.length / 2);
  await agree(parts.slice(0, half), compose);
  await agree(parts.slice(half), compose);
  // What netcompose has no reason to read as Compose does is no matter of networking.
  check(result, ['compose-refuses-else'], parts);
}

function check({ verdict, lines }: Result, wanted: readonly Result['verdict'][], parts: readonly Part[]): void {
  if (wanted.includes(verdict)) return;
  const shown = Object.entries(filesOf(parts)).flatMap(([name, text]) => [`--- ${name}`, text]);
  throw new Smaller([verdict, ...lines, ...shown].join('\n'), { parts });
}

async function ask(parts: readonly Part[], compose: readonly string[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-fuzz-'));
  const project = join(folder, 'project');
  try {
    mkdirSync(project);
    for (const [name, text] of Object.entries(filesOf(parts))) writeFileSync(join(project, name), text);
    const given = { name: 'project', directory: project, files, args: [], env: variables };
    for await (const result of conformance([given], compose)) return result;
    throw new Error('nothing was compared');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
