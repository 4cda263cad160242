/** What inputs are made from: the files of all fixtures and examples. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { styledProject } from '../laws/projects.ts';
import { lanFacts } from '../support/in-memory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function filesBelow(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, folder, name))
    .filter((path) => pattern.test(path) && statSync(path).isFile())
    .sort();
}

const yaml = ['test/fixtures/projects', 'test/fixtures/compose', 'examples'].flatMap((folder) =>
  filesBelow(folder, /(?<!rendered)\.ya?ml$/),
);

/** Those that a person would write: what is larger only takes longer. */
export const composeTexts: readonly string[] = yaml
  .map((path) => readFileSync(path, 'utf8'))
  .filter((text) => text.length < 6000);

const factsTexts: readonly string[] = filesBelow('test/fixtures/projects', /facts\.json$/).map((path) =>
  readFileSync(path, 'utf8'),
);

export const envTexts: readonly string[] = filesBelow('test/fixtures', /\.env$/).map((path) =>
  readFileSync(path, 'utf8'),
);

/** A sound Compose file, of a fixture or made up. */
export const soundText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...composeTexts) },
  { weight: 2, arbitrary: styledProject },
);

const facts: Readonly<Record<string, Facts>> = {
  'an ordinary LAN': lanFacts,
  nothing: { version: 1 },
  ...Object.fromEntries(factsTexts.map((text, at) => [`fixture ${at}`, JSON.parse(text) as Facts])),
};

/** Facts by a name: an input that is printed is to be read by somebody. */
export const factsName: fc.Arbitrary<string> = fc.constantFrom(...Object.keys(facts));

export const factsNamed = (name: string): Facts => facts[name]!;
