/** Our loader and Compose agree on the fixtures, one folder for each feature of the loader, and on the examples. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findCompose } from '../runner/needs.ts';
import { type Case, conformance, findCases, type Verdict } from './compare.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const compose = findCompose();
assert.ok(compose, 'needs Docker Compose');

async function verdicts(cases: readonly Case[]): Promise<ReadonlyMap<string, string>> {
  const results = new Map<string, string>();
  for await (const { name, verdict, lines } of conformance(cases, [compose!.binary])) {
    results.set(name, [verdict, ...(verdict === 'both-refuse' ? [] : lines)].join(': '));
  }
  return results;
}

/** What every one of `names` must come to. */
function expect(results: ReadonlyMap<string, string>, names: (name: string) => boolean, verdict: Verdict): void {
  const chosen = [...results].filter(([name]) => names(name));
  assert.ok(chosen.length > 0);
  assert.equal(Object.fromEntries(chosen), Object.fromEntries(chosen.map(([name]) => [name, verdict])));
}

test('fixtures', async () => {
  const results = await verdicts(findCases(folder('../fixtures/compose')));
  const refused = (name: string) => /^refused\/[^/]+$/.test(name);
  // Files that only make sense where others extend or include them.
  const parts = (name: string) => !refused(name) && /^(?:extends|include|refused\/[^/]+)\/./.test(name);
  expect(results, (name) => !refused(name) && !parts(name), 'agree');
  for (const [name, result] of results) if (parts(name)) assert.match(result, /^(?:agree|both-refuse)$/, name);
  expect(results, refused, 'both-refuse');
});

test('examples', async () => {
  const examples = folder('../../examples');
  const results = await verdicts(existsSync(examples) ? findCases(examples) : []);
  expect(results, () => true, 'agree');
});

test.run();
