/**
 * To Compose an annotated file is the file that it was, but for `x-netmode`; and what netcompose makes of it is the
 * plan. LAW_CASES says of how many generated files, LAW_SEED makes up others.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { suite, test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../../src/compose/load.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { annotate, hasPlace } from '../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../src/emit/annotate/wish.ts';
import type { PlainMap } from '../../src/emit/override/plain-data.ts';
import { plainProject } from '../laws/annotated-projects.ts';
import { handwrittenProject } from '../laws/handwritten-projects.ts';
import { findCompose } from '../runner/needs.ts';
import { lanFacts } from '../support/in-memory.ts';
import { seed } from '../support/property.ts';
import { cleanEnvironment, findCases, realFiles } from './compare.ts';
import { secondPass } from './second-pass.ts';

const compose = findCompose()!;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const count = Number(process.env['LAW_CASES'] ?? 40);

/** What is written into every service of a file. */
const annotations: readonly PlainMap[] = [
  { mode: 'macvlan', parent: 'eth0', listen: [80, '53/udp'] },
  { mode: 'ipvlan-l2' },
  { mode: 'host' },
  { mode: 'bridge' },
  { mode: 'macvlan', ip_range: '192.168.1.192/27' },
];

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
function annotated(text: string, directory: string, set: PlainMap = annotations[0]!): string | undefined {
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

interface Made {
  readonly text: string;
  readonly after: string;
  readonly directory: string;
}

const generated = suite<{ root: string; made: readonly Made[] }>('generated files in many styles', {
  root: '',
  made: [],
});

generated.before((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'netcompose-annotation-'));
  const texts = [
    ...fc.sample(plainProject, { numRuns: Math.ceil(count * 0.6), seed }),
    ...fc.sample(handwrittenProject, { numRuns: Math.floor(count * 0.4), seed }),
  ];
  context.made = texts.flatMap((text, index) => {
    const directory = join(context.root, `project-${index}`);
    const after = annotated(text, directory, annotations[index % annotations.length]!);
    return after === undefined ? [] : [{ text, after, directory }];
  });
});

generated.after(({ root }) => rmSync(root, { recursive: true }));

generated('to Compose, the file is the same but for the annotation', async ({ made }) => {
  let compared = 0;
  await byTwos(made, async ({ text, after }) => {
    const [before, now] = [await resolved(text, tmpdir()), await resolved(after, tmpdir())];
    assert.is(now, before, after);
    if (before !== undefined) compared += 1;
  });
  tell(`${compared} of ${count} files compared`);
  assert.ok(compared > count / 2, `only ${compared} were compared`);
});

generated('what netcompose makes of the annotated file is the plan', async ({ made }) => {
  let compared = 0;
  await byTwos(made, async ({ after, directory }) => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'compose.yaml'), after);
    const lines = await secondPass({ name: 'p', directory, files: [], args: [], env: {} }, lanFacts, [compose.binary]);
    rmSync(directory, { recursive: true });
    if (lines === undefined) return;
    assert.equal(lines, [], after);
    compared += 1;
  });
  tell(`${compared} of ${count} files planned`);
  assert.ok(compared > count / 2, `only ${compared} were planned`);
});

/** How many it really were, where somebody asked for so many. */
function tell(line: string): void {
  if (process.env['LAW_CASES'] !== undefined) process.stdout.write(`\n  ${line}\n  `);
}

/** Two at a time: each asks Compose, which takes a core. */
async function byTwos<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

generated.run();
test.run();
