/**
 * Changes the code of the checks and of what services get, one place at a time, and tells which changes no test
 * notices.
 *
 *     npm run mutate                                        src/plan/checks and src/plan/services: an hour or more
 *     npm run mutate -- src/plan/checks/ports.ts            these files only; FILE:1-20: these lines
 *
 * Stryker does it. It is fetched when it is wanted, because its packages are twice as many as all others here, and
 * never runs with the other tests. What survives is printed, with the place; all of it is in `.cache/mutation.json`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The last that runs on the oldest Node that netcompose runs on. */
const stryker = '@stryker-mutator/core@9';
const root = fileURLToPath(new URL('..', import.meta.url));
const cache = '.cache/mutation';
const bundle = `${cache}/tests.mjs`;
const defaultFiles = ['src/plan/checks/**/*.ts', 'src/plan/services/**/*.ts'];
/** What is pure, quick, and looks at plans. A mutant costs as long as these take until one notices it. */
const testPlaces = [
  ...['plan/checks', 'plan/services', 'plan/networks', 'plan/decide.test.ts', 'cli/privilege.test.ts'],
  ...['docs/rules.test.ts', 'fixtures.test.ts'],
];
/** This takes as long as many others together, and comes last. */
const slow = ['plan/checks/ports/ports.test.ts'];

const configuration = (files: readonly string[]) => ({
  testRunner: 'command',
  // All mutants are in the one bundle, and an environment variable says which of them is active.
  commandRunner: { command: `node ${bundle}` },
  buildCommand: 'node --import tsx scripts/mutate.ts --bundle',
  mutate: files,
  // Nearly all strings there are parts of messages, and goldens read those as a whole: a changed word says nothing of
  // whether a check is right.
  mutator: { excludedMutations: ['StringLiteral'] },
  coverageAnalysis: 'off',
  ignorePatterns: ['.cache', 'dist'],
  tempDirName: `${cache}/sandbox`,
  // Types are checked elsewhere; Stryker would load the compiler as a library, which this one is not.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  // What runs in circles is noticed; what a loaded machine delays is not.
  timeoutFactor: 10,
  concurrency: 2,
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  jsonReporter: { fileName: '.cache/mutation.json' },
});

/**
 * Bundles the tests into one file that ends at the first failure: it starts in a tenth of the time that they would
 * take.
 */
async function bundleTests(): Promise<void> {
  const tests = testPlaces.flatMap((place) =>
    place.endsWith('.ts')
      ? [join(root, 'test', place)]
      : readdirSync(join(root, 'test', place), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.test.ts'))
          .sort()
          .map((file) => join(root, 'test', place, file)),
  );
  const isSlow = (file: string) => slow.includes(relative(join(root, 'test'), file));
  const ordered = [...tests.filter((file) => !isSlow(file)), ...tests.filter(isSlow)];
  await build({
    stdin: {
      contents: [
        // uvu looks at these when it is loaded, which is after this line and before the next.
        "import 'data:text/javascript,globalThis.UVU_DEFER=1;globalThis.UVU_INDEX=0;globalThis.UVU_QUEUE=[[null]];';",
        ...ordered.map((file) => `import ${JSON.stringify(file)};`),
        "import { exec } from 'uvu';",
        'await exec(true);',
      ].join('\n'),
      resolveDir: root,
    },
    absWorkingDir: root,
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    plugins: [
      {
        name: 'own-place',
        setup(builder) {
          // Tests find their files from where they are themselves.
          builder.onLoad({ filter: /\/(?:test|scripts)\/.*\.ts$/ }, async ({ path }) => {
            const { readFile } = await import('node:fs/promises');
            const text = await readFile(path, 'utf8');
            const url = JSON.stringify(pathToFileURL(path).href);
            return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
          });
        },
      },
    ],
  });
}

function mutate(files: readonly string[]): number {
  mkdirSync(join(root, cache), { recursive: true });
  const file = join(root, cache, 'stryker.json');
  writeFileSync(file, JSON.stringify(configuration(files.length > 0 ? files : defaultFiles), null, 2));
  const { status, error } = spawnSync('npx', ['--yes', '--package', stryker, 'stryker', 'run', relative(root, file)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MUTATED: '1' },
  });
  if (error) throw error;
  return status ?? 1;
}

const args = process.argv.slice(2);
if (args[0] === '--bundle') await bundleTests();
else process.exitCode = mutate(args);
