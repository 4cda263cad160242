#!/usr/bin/env node
/**
 * Builds `dist/`: the program (CommonJS) and the library (an ES module) with every package bundled in, so that nothing
 * is installed beside netcompose; types; the licences of what is bundled.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { latePackages } from './late-packages.mjs';
import { licensesOf } from './licenses.mjs';
import { vendorTypes } from './vendor-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const fresh = join(root, '.cache', `dist.${process.pid}`);
const old = `${fresh}.old`;

/**
 * Too much to read at each start: files of their own, loaded by the commands that use them. `traffic` and `ask` are
 * programs.
 */
const apart = {
  execa: 'execa',
  dockerode: 'dockerode',
  prompts: './src/cli/prompts.ts',
  'read-facts': './src/plan/facts/read-facts.ts',
  svg: './src/emit/graph/drawn/svg.ts',
  html: './src/emit/graph/page/html.ts',
  traffic: './src/host/bench/traffic.ts',
  ask: './src/host/reach/ask.ts',
};

/**
 * dockerode takes these only to build images, which netcompose leaves to Compose, and `ssh2` for an ssh of its own,
 * where netcompose calls the user's: nearly all of its size, and all of it that has install scripts.
 */
const unused = ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs', '@balena/dockerignore', 'ssh2'];

/** What dockerode loads at each start, and hardly uses. */
const quicker = { debug: './scripts/no-debug.cjs', https: './scripts/late-https.cjs', 'readable-stream': 'stream' };

/** As `bin/netcompose.cjs` compiles it: so large a text is not put together anew at each start. */
const asFunction = (text) => `(function (exports, module, require, __filename, __dirname) {${text}\n})\n`;

/** Of the files apart, those that Node runs by themselves. */
const programs = new Set(['traffic.cjs', 'ask.cjs']);

const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Every byte is read at each start.
  minify: true,
  legalComments: 'none',
  alias: { ...Object.fromEntries(unused.map((name) => [name, './scripts/unused.cjs'])), ...quicker },
  // As quick to read as can be: every byte is a character (`bin/netcompose.cjs`).
  charset: 'ascii',
  // A bug's stack trace shows the line it happened in.
  lineLimit: 160,
  define: { NETCOMPOSE_VERSION: JSON.stringify(version) },
  metafile: true,
  write: false,
  logLevel: 'warning',
};

/** By which the shell starts Node, as in `bin/netcompose.cjs`. */
const launcher = readFileSync(join(root, 'bin/netcompose.cjs'), 'utf8').split('\n');
const launcherLines = launcher.slice(0, 3);

try {
  // Both are waited for even if one fails: nothing may still be written when the folder is removed.
  const [bundled, declared] = await Promise.allSettled([bundle(), declareTypes()]);
  for (const { reason } of [bundled, declared]) if (reason) throw reason;
  const inputs = bundled.value;
  await oneFile();
  manualPages();
  write('THIRD-PARTY-LICENSES.txt', licensesOf(root, inputs));
  swap();
} catch (error) {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  for (const path of [fresh, old]) rmSync(path, { recursive: true, force: true });
}

/** @returns the paths of all files of which something is in the bundles */
async function bundle() {
  const results = await Promise.all([
    // CommonJS, because only of that can the compiled code be kept (`bin/netcompose.cjs`).
    build({
      ...settings,
      entryPoints: ['src/cli/main.ts'],
      outfile: join(fresh, 'cli/main.cjs'),
      format: 'cjs',
      // A script that is compiled from kept code cannot `import()`; it can `require()` as late.
      supported: { 'dynamic-import': false },
      define: { ...settings.define, 'import.meta.url': 'netcomposeUrl' },
      banner: { js: 'const netcomposeUrl=require("node:url").pathToFileURL(__filename).href;' },
      plugins: [
        latePackages,
        {
          name: 'apart',
          setup: (builder) =>
            builder.onResolve({ filter: /^(execa|dockerode|.*\/(prompts|read-facts|svg|html)\.ts)$/ }, ({ path }) => ({
              path: `./${basename(path, '.ts')}.cjs`,
              external: true,
            })),
        },
      ],
    }),
    build({
      ...settings,
      entryPoints: apart,
      outdir: join(fresh, 'cli'),
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
    }),
    // The yaml package is CommonJS, and asks for Node's modules by `require`.
    build({
      ...settings,
      entryPoints: ['src/index.ts'],
      outfile: join(fresh, 'index.js'),
      format: 'esm',
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    }),
  ]);
  for (const { path, text } of results.flatMap(({ outputFiles }) => outputFiles)) {
    // Of a regular expression esbuild leaves every character as it is.
    if (path.endsWith('.cjs') && /[\u0080-\uffff]/.test(text)) throw new Error(`"${basename(path)}" is not ASCII`);
    const isLoaded = path.endsWith('.cjs') && !programs.has(basename(path));
    writeFile(path, isLoaded ? asFunction(text) : text);
  }
  // By which compiled code that was kept is known to be this build's.
  const hash = createHash('sha256');
  for (const { contents } of results.flatMap(({ outputFiles }) => outputFiles)) hash.update(contents);
  write('cli/main.id', `${hash.digest('hex').slice(0, 16)}\n`);
  return results.flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
    ),
  );
}

/**
 * `dist/netcompose.cjs`: the program as one file that needs nothing but Node, to be copied to wherever PATH leads; by
 * its ending Node knows what it is below any package.json. The
 * pages, completion and the programs that run by themselves are in it.
 */
async function oneFile() {
  const pages = readdirSync(join(root, 'docs/rules'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/rules/${name}`);
  const scripts = readdirSync(join(root, 'completions')).map((name) => `completions/${name}`);
  const assets = Object.fromEntries([
    ...[...pages, ...scripts].map((path) => [path, readFileSync(join(root, path), 'utf8')]),
    ...[...programs].map((name) => [name, readFileSync(join(fresh, 'cli', name), 'utf8')]),
  ]);
  const { outputFiles } = await build({
    ...settings,
    stdin: {
      contents: [
        `globalThis.NETCOMPOSE_ASSETS=${JSON.stringify(assets)};`,
        'const { env } = process;',
        'if (env.NETCOMPOSE_CA_CERTS) env.NODE_EXTRA_CA_CERTS = env.NETCOMPOSE_CA_CERTS;',
        'delete env.NETCOMPOSE_CA_CERTS;',
        "void import('./src/cli/main.ts').then(({ main }) => main());",
      ].join('\n'),
      resolveDir: root,
      loader: 'js',
    },
    format: 'cjs',
    plugins: [latePackages],
    define: { ...settings.define, 'import.meta.url': 'netcomposeUrl' },
    banner: {
      js: [
        ...launcherLines,
        '/* The licences of what is bundled: THIRD-PARTY-LICENSES.txt, beside where this file was published. */',
        'const netcomposeUrl=require("node:url").pathToFileURL(__filename).href;',
      ].join('\n'),
    },
  });
  write('netcompose.cjs', outputFiles[0].text);
  chmodSync(join(fresh, 'netcompose.cjs'), 0o755);
}

/** By the program itself, which has all commands and options in its tables. */
function manualPages() {
  const text = execFileSync(process.execPath, [join(fresh, 'netcompose.cjs'), '__man'], { encoding: 'utf8' });
  for (const [name, page] of Object.entries(JSON.parse(text))) write(`man/${name}`, page);
}

async function declareTypes() {
  const types = join(fresh, 'types');
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json', '--outDir', types]);
  vendorTypes(root, types);
}

/** The whole at once: a netcompose that starts meanwhile finds the old build or the new one. */
function swap() {
  const dist = join(root, 'dist');
  try {
    renameSync(dist, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(fresh, dist);
}

function write(name, text) {
  writeFile(join(fresh, name), text);
}

function writeFile(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`"${args.join(' ')}" failed (exit code ${code})`)),
    );
  });
}
