/**
 * Runs the tests, layer by layer, each in a process of its own.
 *
 *     npm test                               every layer that the machine can run
 *     npm test -- unit kernel                these layers
 *     npm test -- test/plan/checks/ports.test.ts    this file, or all below this folder
 *
 * A layer that cannot run is named with the reason; with `CI=true` it has failed. The last line is `N passed, N failed`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineVariable } from '../engine/rig/installed.ts';
import type { FileResult } from './layer.ts';
import { type Layer, layers, layersOf } from './layers.ts';
import { findCompose, missing } from './needs.ts';

const testFolder = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const strict = process.env['CI'] === 'true';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

let running: ChildProcess | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted) running?.kill('SIGKILL');
    interrupted = true;
    // A layer ends when its starter is gone; a signal would stop at the sandbox, which passes none on.
    if (running?.connected) running.disconnect();
  });
}

const chosen = choose(process.argv.slice(2));
if (chosen === undefined) {
  process.exitCode = 2;
} else {
  const counts: Count[] = [];
  if ([...chosen.keys()].some(({ needs }) => needs.includes('build')))
    counts.push(await step('build', ['scripts/setup.mjs']));
  if (chosen.size === layers.length) counts.push(await step('types', ['node_modules/typescript/bin/tsc', '-p', '.']));
  for (const [layer, files] of chosen) if (!interrupted) counts.push(await runLayer(layer, files));
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = interrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
}

/** The files to run, by layer; nothing where an argument names none. */
function choose(args: readonly string[]): ReadonlyMap<Layer, readonly string[]> | undefined {
  const byLayer = new Map<Layer, string[]>(layers.map((layer) => [layer, []]));
  for (const file of testFiles()) for (const layer of layersOf(file)) byLayer.get(layer)!.push(file);
  if (args.length === 0) return byLayer;
  const picked = new Map<Layer, string[]>();
  for (const arg of args) {
    const layer = layers.find(({ name }) => name === arg);
    const below = relative(testFolder, resolve(arg)).split(sep).join('/');
    const matching = layer
      ? [[layer, byLayer.get(layer)!] as const]
      : [...byLayer]
          .map(
            ([each, files]) =>
              [each, files.filter((file) => below === '' || file === below || file.startsWith(`${below}/`))] as const,
          )
          .filter(([, files]) => files.length > 0);
    if (matching.length === 0) {
      process.stderr.write(
        `"${arg}" is neither a layer (${layers.map(({ name }) => name).join(', ')}) nor a test file or folder\n`,
      );
      return undefined;
    }
    for (const [each, files] of matching) picked.set(each, [...new Set([...(picked.get(each) ?? []), ...files])]);
  }
  return picked;
}

/** All test files, relative to `test/`, sorted. */
function testFiles(): readonly string[] {
  return readdirSync(testFolder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter(
      (file) => file.endsWith('.test.ts') && !file.startsWith('fixtures/') && statSync(join(testFolder, file)).isFile(),
    )
    .sort();
}

/**
 * What must be true besides the tests, counted where it is not. An old build is never tested: where building fails,
 * that has failed, whatever the layers say of the build before.
 */
async function step(name: string, args: readonly string[]): Promise<Count> {
  const { code } = await run(process.execPath, args, 10, {});
  if (code !== 0) process.stdout.write(`failed: ${name}\n\n`);
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

async function runLayer(layer: Layer, files: readonly string[]): Promise<Count> {
  const reason = files.length === 0 ? 'it has no tests' : missing(layer.needs);
  if (reason !== undefined) {
    process.stdout.write(`${strict ? 'failed' : 'skipped'}: ${layer.name} (${reason})\n\n`);
    return { passed: 0, failed: strict ? 1 : 0 };
  }
  process.stdout.write(`${layer.name}\n`);
  const compose = layer.needs.includes('compose') ? findCompose() : undefined;
  const node = [process.execPath, '--import', 'tsx', join(testFolder, 'runner/layer.ts'), ...files];
  const [command, ...args] = layer.sandbox ? [join(testFolder, 'engine/rig/sandbox.sh'), ...node] : node;
  const env = {
    ...(compose && { DOCKER_COMPOSE: compose.binary }),
    ...(layer.engine && { [engineVariable]: layer.engine }),
  };
  const { code, messages } = await run(command!, args, layer.minutes, env);

  const passed = messages.reduce((sum, result) => sum + result.passed, 0);
  let failed = messages.reduce((sum, result) => sum + result.failed, 0);
  const unfinished = files.filter((file) => !messages.some((result) => result.file === file));
  if (unfinished.length > 0 || (code !== 0 && failed === 0)) {
    failed += Math.max(1, unfinished.length);
    process.stdout.write(
      `failed: ${layer.name} ended with ${code}${unfinished.length > 0 ? ` before ${unfinished.join(', ')} had run` : ''}\n`,
    );
  }
  process.stdout.write(`${layer.name}: ${passed} passed, ${failed} failed\n\n`);
  return { passed, failed };
}

/** Runs a program to its end, at most so many minutes. `code` is its exit code or what ended it. */
function run(
  command: string,
  args: readonly string[],
  minutes: number,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | string; messages: readonly FileResult[] }> {
  return new Promise((done) => {
    const messages: FileResult[] = [];
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    running = child;
    const timer = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000);
    const end = (code: number | string) => {
      clearTimeout(timer);
      running = undefined;
      done({ code, messages });
    };
    child.on('message', (message) => messages.push(message as FileResult));
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(code ?? signal ?? 'no exit code'));
  });
}
