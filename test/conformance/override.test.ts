/** Every fixture and example, as netcompose writes it, means to Compose what the plan says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { findCompose } from '../runner/needs.ts';
import { lanFacts, type Options } from '../support/in-memory.ts';
import { secondPass } from './second-pass.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const compose = findCompose();
assert.ok(compose, 'needs Docker Compose');

function readJson<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

/** Those that stop with an error, as their diagnostics say, or cannot be known without a host. */
const refused = (project: string) => !existsSync(join(project, 'plan.txt'));

const projects = folder('../fixtures/projects');
for (const name of readdirSync(projects).sort()) {
  const directory = join(projects, name);
  test(`fixture ${name}`, async () => {
    const { env = {}, profiles = [], files = [] } = readJson<Options>(join(directory, 'options.json')) ?? {};
    const args = profiles.flatMap((profile) => ['--profile', profile]);
    const facts = readJson<Facts>(join(directory, 'facts.json')) ?? { version: 1 };
    const lines = await secondPass({ name, directory, files, args, env }, facts, [compose!.binary]);
    assert.equal(lines, refused(directory) ? undefined : []);
  });
}

const examples = folder('../../examples');
for (const name of existsSync(examples) ? readdirSync(examples).sort() : []) {
  test(`example ${name}`, async () => {
    assert.equal(
      await secondPass({ name, directory: join(examples, name), files: [], args: [], env: {} }, lanFacts, [
        compose!.binary,
      ]),
      [],
    );
  });
}

test.run();
