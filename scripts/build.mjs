#!/usr/bin/env node
/**
 * Builds `dist/`: the program and the library as ES modules with every package bundled in, so that nothing is
 * installed beside netcompose; types; the licences of what is bundled. Parts that only some commands need become
 * files of their own, loaded where a command imports them.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licensesOf } from './licenses.mjs';
import { vendorTypes } from './vendor-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const fresh = join(root, '.cache', `dist.${process.pid}`);
const old = `${fresh}.old`;

/** What CommonJS packages expect of Node and ES modules lack; put before those files only that ask for it. */
const commonJs = [
  [/\btypeof require\b/, `import { createRequire } from 'node:module';const require = createRequire(import.meta.url);\n`],
  [/\b__dirname\b/, `const __dirname = new URL('.', import.meta.url).pathname;\n`],
];

/** dockerode takes these only to build images with BuildKit, which netcompose leaves to Compose: two thirds of its size. */
const unused = ['@grpc/grpc-js', '@grpc/proto-loader'];

try {
  // Both are waited for even if one fails: nothing may still be written when the folder is removed.
  const [bundled, declared] = await Promise.allSettled([bundle(), declareTypes()]);
  for (const { reason } of [bundled, declared]) if (reason) throw reason;
  const inputs = bundled.value;
  write('THIRD-PARTY-LICENSES.txt', licensesOf(root, inputs));
  swap();
} catch (error) {
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  for (const path of [fresh, old]) rmSync(path, { recursive: true, force: true });
}

/** @returns the paths of all files of which something is in the bundle */
async function bundle() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'src/index.ts'],
    outbase: 'src',
    outdir: fresh,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Every byte is parsed at each start.
    minify: true,
    legalComments: 'none',
    // Native code that ssh2 uses where it happens to be there.
    external: ['cpu-features', '*.node'],
    alias: Object.fromEntries(unused.map((name) => [name, './scripts/unused.cjs'])),
    // A bug's stack trace shows the line it happened in.
    lineLimit: 160,
    define: { NETCOMPOSE_VERSION: JSON.stringify(version) },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, text } of result.outputFiles) {
    writeFile(
      path,
      commonJs
        .filter(([asked]) => asked.test(text))
        .map(([, code]) => code)
        .join('') + text,
    );
  }
  const outputs = Object.values(result.metafile.outputs);
  return outputs.flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
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
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`"${args.join(' ')}" failed (exit code ${code})`))));
  });
}
