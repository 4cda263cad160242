/** To Compose an annotated file is the file that it was, but for `x-netmode`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../../src/compose/load.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { annotate, hasPlace } from '../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../src/emit/annotate/wish.ts';
import { plainProject } from '../laws/annotated-projects.ts';
import { handwrittenProject } from '../laws/handwritten-projects.ts';
import { findCompose } from '../runner/needs.ts';
import { cleanEnvironment, findCases, realFiles } from './compare.ts';

const compose = findCompose()!;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const set = { mode: 'macvlan', parent: 'eth0', listen: [80, '53/udp'] };

type Data = { readonly [key: string]: unknown };

/** @returns what `docker compose config` says, without the annotations; nothing where it refuses the file */
async function resolved(text: string, directory: string): Promise<string | undefined> {
  const { execa } = await import('execa');
  const own = mkdtempSync(join(tmpdir(), 'netcompose-annotation-'));
  try {
    const file = join(own, 'compose.yaml');
    writeFileSync(file, text);
    const argv = ['-p', 'p', '--project-directory', directory, '-f', file, 'config', '--format', 'json'];
    const { stdout, exitCode } = await execa(compose.binary, argv, {
      cwd: directory,
      env: { ...cleanEnvironment(), PWD: directory },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    if (exitCode !== 0) return undefined;
    const model = JSON.parse(stdout) as Data;
    const services = Object.entries((model['services'] ?? {}) as Data).map(([name, service]) => {
      const { 'x-netmode': _, ...rest } = service as Data;
      return [name, rest];
    });
    return JSON.stringify({ ...model, services: Object.fromEntries(services) }, undefined, 1);
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** @returns nothing where there is no service that can be annotated */
function annotated(text: string, directory: string): string | undefined {
  const path = join(directory, 'compose.yaml');
  const read: typeof realFiles.read = (name) => (name === path ? { text } : realFiles.read(name));
  const diagnostics = new Diagnostics();
  const env = { ...cleanEnvironment(), PWD: directory };
  const options = { files: [path], profiles: ['*'], envFiles: [], cwd: directory, env };
  const project = load(options, { ...realFiles, read }, diagnostics.report);
  const names = [...(project?.services.keys() ?? [])].filter((name) => hasPlace(text, { kind: 'service', name }));
  const wishes = names.map(
    (name): Wish => ({
      place: { kind: 'service', name },
      change: { kind: 'merge', set, unset: [] },
    }),
  );
  const result = annotate(new SourceFile(path, text), wishes, diagnostics.report)?.text;
  if (result === undefined || result === text) return undefined;
  const back = annotate(
    new SourceFile(path, result),
    wishes.map(({ place }): Wish => ({ place, change: { kind: 'remove' } })),
    diagnostics.report,
  );
  if (!text.includes('x-netmode')) assert.is(back?.text, text);
  return result;
}

test('every fixture and example', async () => {
  let compared = 0;
  for (const { directory, files, args } of [
    ...findCases(folder('../fixtures')),
    ...findCases(folder('../../examples')),
  ]) {
    if (args.length > 0) continue;
    const name = ['compose.yaml', 'docker-compose.yml', 'docker-compose.yaml', 'compose.yml'];
    for (const path of (files.length > 0 ? files : name).map((file) => join(directory, file))) {
      if (!realFiles.exists(path)) continue;
      const text = readFileSync(path, 'utf8');
      const after = annotated(text, dirname(path));
      const before = after === undefined ? undefined : await resolved(text, dirname(path));
      if (before === undefined) continue;
      assert.is(await resolved(after!, dirname(path)), before, path);
      compared += 1;
    }
  }
  assert.ok(compared > 40, `only ${compared} were compared`);
});

test('generated files in many styles', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'netcompose-annotation-'));
  try {
    let compared = 0;
    for (const text of [
      ...fc.sample(plainProject, { numRuns: 30, seed: 20 }),
      ...fc.sample(handwrittenProject, { numRuns: 20, seed: 20 }),
    ]) {
      const before = await resolved(text, directory);
      if (before === undefined) continue;
      const after = annotated(text, directory);
      assert.ok(after, text);
      assert.is(await resolved(after, directory), before, after);
      compared += 1;
    }
    assert.ok(compared > 25, `only ${compared} were compared`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
