/**
 * Projects made up in all styles of YAML, read by Compose and by our loader; and some of them as netcompose writes
 * them, given to Compose again. LAW_SEED makes up others, LAW_CASES more of them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { styledProject } from '../laws/projects.ts';
import { findCompose } from '../runner/needs.ts';
import { lanFacts } from '../support/in-memory.ts';
import { seed } from '../support/property.ts';
import { type Case, conformance } from './compare.ts';
import { secondPass } from './second-pass.ts';

const compose = findCompose();
assert.ok(compose, 'needs Docker Compose');
const command = [compose.binary];

const count = Number(process.env['LAW_CASES'] ?? 60);
/** Of so many cases one goes through the second pass too, which asks Compose up to four times. */
const oneIn = 4;

const generated = suite<{ root: string; cases: readonly (Case & { readonly text: string })[] }>('generated projects', {
  root: '',
  cases: [],
});

generated.before((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'generated-'));
  context.cases = fc.sample(styledProject, { seed, numRuns: count }).map((text, index) => {
    const name = `case-${index}`;
    const directory = join(context.root, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'compose.yaml'), text);
    return { name, directory, files: [], args: [], env: {}, text };
  });
});

generated.after(({ root }) => rmSync(root, { recursive: true }));

generated('both loaders read the same', async ({ cases }) => {
  const wrong: string[] = [];
  let agreed = 0;
  let index = 0;
  for await (const { name, verdict, lines } of conformance(cases, command)) {
    const { text } = cases[index++]!;
    if (verdict === 'agree') agreed++;
    else if (verdict !== 'both-refuse') wrong.push([`${name}: ${verdict}`, ...lines, text].join('\n'));
  }
  assert.equal(wrong, []);
  assert.is(index, count);
  // Most are sound: a comparison of refusals alone would prove little.
  assert.ok(agreed > count / 2, `${agreed} of ${count} were read by both`);
});

generated('what netcompose writes of them means to Compose what the plan says', async ({ cases }) => {
  const wrong: string[] = [];
  let compared = 0;
  for (const each of cases.filter((_, index) => index % oneIn === 0)) {
    const lines = await secondPass(each, lanFacts, command);
    if (!lines) continue;
    compared++;
    if (lines.length > 0) wrong.push([each.name, ...lines, each.text].join('\n'));
  }
  assert.equal(wrong, []);
  assert.ok(compared > 0, 'netcompose refused every one');
});

generated.run();
