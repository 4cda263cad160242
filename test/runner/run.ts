/**
 * Runs the tests, layer by layer, each in a process of its own.
 *
 *     npm test                               every layer that the machine can run
 *     npm test -- unit kernel                these layers
 *     npm test -- test/plan/checks/ports.test.ts    this file, or all below this folder
 *     npm test -- lint                       what is checked of the code without running it, which the first does too
 *
 * A layer that cannot run is named with the reason; with `CI=true` it has failed. The last line is `N passed, N
 * failed`.
 */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineVariable, podmanVariable } from '../engine/rig/installed.ts';
import { suitesVariable } from '../managers/rig/suites.ts';
import type { Patience } from '../support/progress.ts';
import { type Ending, runChild } from './child.ts';
import type { FileResult } from './layer.ts';
import { type Layer, layers, layersOf, patience } from './layers.ts';
import { findCompose, missing } from './needs.ts';
import { build, type Step, steps } from './steps.ts';

const testFolder = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const strict = process.env['CI'] === 'true';
/** As many as keep two cores busy: each waits for much of its time. */
const lanesAtMost = 4;
/** A file that takes as long is named at its layer's end. */
const slowSeconds = 20;

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const running = new Set<ChildProcess>();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const child of running) {
      if (interrupted) child.kill('SIGKILL');
      // A layer ends when its starter is gone; a signal would stop at the sandbox, which passes none on.
      else if (child.connected) child.disconnect();
    }
    interrupted = true;
  });
}

const args = process.argv.slice(2);
const onlyLint = args.length === 1 && args[0] === 'lint';
const chosen = onlyLint ? new Map<Layer, readonly string[]>() : choose(args);
if (chosen === undefined) {
  process.exitCode = 2;
} else {
  const counts: Count[] = [];
  const first = [
    ...([...chosen.keys()].some(({ needs }) => needs.includes('build')) ? [build] : []),
    ...(onlyLint || args.length === 0 ? steps : []),
  ];
  for (const step of first) if (!interrupted) counts.push(await runStep(step));
  counts.push(...(await runLayers([...chosen])));
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = interrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
}

/** The files to run, by layer; nothing where an argument names none. */
function choose(args: readonly string[]): ReadonlyMap<Layer, readonly string[]> | undefined {
  const byLayer = new Map<Layer, string[]>(layers.map((layer) => [layer, []]));
  for (const file of testFiles()) for (const layer of layersOf(file)) byLayer.get(layer)!.push(file);
  if (args.length === 0) return new Map([...byLayer].filter(([{ onRequest }]) => !onRequest));
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
        `"${arg}" is neither a layer (${layers.map(({ name }) => name).join(', ')}) nor lint, nor a test ` +
          'file or folder\n',
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

async function runStep({ name, args }: Step): Promise<Count> {
  const { code, givenUp } = await run(process.execPath, args);
  if (code === 0) return { passed: 1, failed: 0 };
  process.stdout.write(`failed: ${name}${givenUp === undefined ? '' : ` (${givenUp})`}\n\n`);
  return { passed: 0, failed: 1 };
}

/**
 * Layers see nothing of each other, so that several run at once; what they write is shown when they end. One that needs
 * the machine for itself runs when those before it have ended.
 */
async function runLayers(chosen: readonly (readonly [Layer, readonly string[]])[]): Promise<readonly Count[]> {
  const counts: Count[] = [];
  const left = [...chosen];
  while (left.length > 0) {
    const together = left.findIndex(([{ alone }]) => alone);
    const group = left.splice(0, together === -1 ? left.length : Math.max(together, 1));
    const lanes = Math.min(lanesAtMost, group.length);
    const lane = async (): Promise<void> => {
      for (let next = group.shift(); next !== undefined && !interrupted; next = group.shift())
        counts.push(await runLayer(...next, lanes > 1));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }
  return counts;
}

/** @param collected whether another runs at the same time, so that its output is shown as a whole when it ends */
async function runLayer(layer: Layer, files: readonly string[], collected: boolean): Promise<Count> {
  const reason = files.length === 0 ? 'it has no tests' : await missing(layer.needs);
  if (reason !== undefined) {
    process.stdout.write(`${strict ? 'failed' : 'skipped'}: ${layer.name} (${reason})\n\n`);
    return { passed: 0, failed: strict ? 1 : 0 };
  }
  const written: string[] = [];
  const output = collected ? (text: string) => void written.push(text) : undefined;
  process.stdout.write(collected ? `${layer.name} has begun\n` : `${layer.name}\n`);
  const compose = layer.needs.includes('compose') ? findCompose() : undefined;
  const node = [process.execPath, '--import', 'tsx', join(testFolder, 'runner/layer.ts'), ...files];
  const [command, ...args] = layer.sandbox ? [join(testFolder, 'engine/rig/sandbox.sh'), ...node] : node;
  const env = {
    ...(compose && { DOCKER_COMPOSE: compose.binary }),
    ...(layer.engine && { [engineVariable]: layer.engine }),
    ...(layer.podman && { [podmanVariable]: layer.podman }),
    ...(layer.suites && { [suitesVariable]: layer.suites.join(' ') }),
  };
  const begun = performance.now();
  const { code, results, givenUp } = await run(command!, args, layer.patience, env, output);
  const seconds = Math.round((performance.now() - begun) / 1000);
  if (collected) process.stdout.write(`\n${layer.name}\n${written.join('')}`);

  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  let failed = results.reduce((sum, result) => sum + result.failed, 0);
  const unfinished = files.filter((file) => !results.some((result) => result.file === file));
  if (unfinished.length > 0 || (code !== 0 && failed === 0)) {
    failed += Math.max(1, unfinished.length);
    const how = givenUp === undefined ? `ended with ${code}` : `was given up, because ${givenUp}; it ended`;
    const before = unfinished.length > 0 ? ` before ${unfinished.join(', ')} had run` : '';
    process.stdout.write(`failed: ${layer.name} ${how}${before}\n`);
  }
  process.stdout.write(`${layer.name}: ${passed} passed, ${failed} failed in ${seconds} s\n${slowest(results)}\n`);
  return { passed, failed };
}

/** Where a layer's time went, for those who want it to be quicker. */
function slowest(results: readonly FileResult[]): string {
  const slow = results.filter(({ seconds }) => seconds >= slowSeconds).sort((a, b) => b.seconds - a.seconds);
  return slow.length === 0 ? '' : `  ${slow.map(({ file, seconds }) => `${file} ${seconds} s`).join(', ')}\n`;
}

async function run(
  command: string,
  args: readonly string[],
  limits: Patience = patience,
  env: Readonly<Record<string, string>> = {},
  output?: (text: string) => void,
): Promise<Ending> {
  let child: ChildProcess | undefined;
  const ending = await runChild(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    patience: limits,
    ...(output && { output }),
    started: (process) => {
      child = process;
      running.add(process);
    },
  });
  if (child) running.delete(child);
  return ending;
}
