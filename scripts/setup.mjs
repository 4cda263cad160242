#!/usr/bin/env node
/**
 * Makes a checkout ready: packages, generated sources, build; each only where it is missing or older than what it is
 * made from. Plain Node, because nothing may be installed yet. Says nothing when there is nothing to do; all output
 * goes to standard error, so that `bin/netcompose.cjs` can run it before a command whose output is wanted.
 *
 *     node scripts/setup.mjs [packages|page|generated|build]     up to and including that step; all without one
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

const buildScripts = [
  'build.mjs',
  'licenses.mjs',
  'page-parts.mjs',
  'unused.cjs',
  'validators.mjs',
  'vendor-types.mjs',
].map((name) => join('scripts', name));

/** In order; each needs those before it. */
const steps = [
  {
    name: 'packages',
    needed: () => !packagesCurrent(),
    // Install scripts are left out: none is needed, and one of them would compile a native module that is not used.
    command: ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
  },
  {
    name: 'page',
    needed: () =>
      newest(['src/emit/graph/drawn', 'src/emit/graph/page', 'scripts/page-parts.mjs']) >
      oldest(['src/emit/graph/styles.generated.js', 'src/emit/graph/styles.generated.d.ts']),
    command: [process.execPath, 'scripts/page-parts.mjs'],
  },
  {
    name: 'generated',
    needed: () =>
      newest(['schema', 'scripts/validators.mjs']) >
      oldest(
        ['src/netmode/schema.generated', 'src/plan/facts/schema.generated'].flatMap((file) => [
          `${file}.js`,
          `${file}.d.ts`,
        ]),
      ),
    command: [process.execPath, 'scripts/validators.mjs'],
  },
  {
    name: 'build',
    needed: () =>
      newest([
        'src',
        'schema',
        'completions',
        'docs/rules',
        ...buildScripts,
        'package.json',
        'tsconfig.browser.json',
        'tsconfig.json',
        'tsconfig.types.json',
      ]) > oldest(['dist/cli/main.cjs', 'dist/index.js', 'dist/types/index.d.ts', 'dist/THIRD-PARTY-LICENSES.txt']),
    command: [process.execPath, 'scripts/build.mjs'],
  },
];

/**
 * Runs what is needed up to the step named.
 *
 * @param {'packages' | 'page' | 'generated' | 'build'} last
 * @throws where there is no such step, or one fails, whose own output says why
 */
export async function setUp(last = 'build') {
  const index = steps.findIndex(({ name }) => name === last);
  if (index < 0) throw new Error(`"${last}" is no step (${steps.map(({ name }) => name).join(', ')})`);
  const wanted = steps.slice(0, index + 1);
  if (!wanted.some((step) => step.needed())) return;
  await withLock(at('.cache', 'setup.lock'), async () => {
    // Asked again, because another run may have done it while this one waited.
    for (const step of wanted) {
      if (!step.needed()) continue;
      process.stderr.write(`setup: ${step.name}\n`);
      await run(step.command);
    }
  });
}

/** What is installed is compared by content, not by time: a checkout changes times, not packages. */
function packagesCurrent() {
  const installed = packagesOf(at('node_modules', '.package-lock.json')) ?? {};
  const wanted = packagesOf(at('package-lock.json'));
  // Optional packages are those of other platforms.
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/** The latest change below any of the paths, directories themselves included: a removed file changes its directory. */
function newest(paths) {
  let latest = 0;
  const visit = (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return;
    latest = Math.max(latest, stats.mtimeMs);
    if (stats.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const path of paths) visit(at(path));
  return latest;
}

/** The time of the oldest of the files; before all time where one is missing. */
function oldest(files) {
  return Math.min(...files.map((file) => statSync(at(file), { throwIfNoEntry: false })?.mtimeMs ?? -1));
}

function run([command, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`"${[command, ...args].join(' ')}" failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp(process.argv[2]);
  } catch (error) {
    process.stderr.write(`setup: ${error.message}\n`);
    process.exitCode = 1;
  }
}
