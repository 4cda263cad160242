/**
 * To Compose an annotated file is the file that it was, but for `x-netmode`; and what netcompose makes of it is the
 * plan. LAW_CASES says of how many generated files, LAW_SEED makes up others.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plainProject } from '../laws/annotated-projects.ts';
import { handwrittenProject } from '../laws/handwritten-projects.ts';
import { findCompose } from '../runner/needs.ts';
import { lanFacts } from '../support/in-memory.ts';
import { seed } from '../support/property.ts';
import { type AnnotationResult, annotationPasses, annotations } from './annotated.ts';
import { type Case, findCases } from './compare.ts';

const compose = findCompose()!;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const count = Number(process.env['LAW_CASES'] ?? 40);

/** What became of each, one netmode after the other; none may have a fault. */
async function passes(cases: readonly Case[]): Promise<Readonly<Record<AnnotationResult['kind'], number>>> {
  const counts = { nothing: 0, refused: 0, annotated: 0 };
  const left = cases.entries();
  // Two at a time: each asks Compose, which takes a core.
  const worker = async (): Promise<void> => {
    for (const [index, given] of left) {
      const set = annotations[index % annotations.length]!;
      for (const result of await annotationPasses(given, [set], lanFacts, [compose.binary])) {
        counts[result.kind] += 1;
        if (result.kind === 'annotated') assert.equal(result.faults, [], `${given.name}: ${JSON.stringify(set)}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  // Where somebody asked for so many, how many it really were.
  if (process.env['LAW_CASES'] !== undefined) process.stdout.write(`\n  ${JSON.stringify(counts)}\n  `);
  return counts;
}

test('every fixture and example', async () => {
  const cases = [...findCases(folder('../fixtures')), ...findCases(folder('../../examples'))];
  const { annotated } = await passes(cases);
  assert.ok(annotated > 40, `only ${annotated} were annotated`);
});

test('generated files in many styles', async () => {
  const root = mkdtempSync(join(tmpdir(), 'netcompose-annotation-'));
  const texts = [
    ...fc.sample(plainProject, { numRuns: Math.ceil(count * 0.6), seed }),
    ...fc.sample(handwrittenProject, { numRuns: Math.floor(count * 0.4), seed }),
  ];
  try {
    for (const [index, text] of texts.entries()) {
      mkdirSync(join(root, `${index}`));
      writeFileSync(join(root, `${index}`, 'compose.yaml'), text);
    }
    const { annotated } = await passes(findCases(root));
    assert.ok(annotated > count / 2, `only ${annotated} were annotated`);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.run();
