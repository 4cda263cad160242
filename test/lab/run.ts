/**
 * Runs the lab: netcompose as built, in a virtual machine whose kernel has ipvlan (`lab.sh`).
 *
 *     npm run lab                     the suite, on engine 28 and then on 26; the last line is `N passed, N failed`
 *     npm run lab -- --engine 26      on one engine
 *     npm run lab -- --only ipvlan-l3 the parts whose names begin so
 *     npm run lab -- CMD [ARG...]     this command instead, with netcompose on its PATH; its exit code is ours
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { quickNode } from './suite/node.ts';

const engines = ['28', '26'] as const;
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A suite takes a quarter of an hour on a machine that has nothing else to do. */
const secondsPerRun = 7200;
const root = fileURLToPath(new URL('../..', import.meta.url));
const recipe = fileURLToPath(new URL('lab.sh', import.meta.url));
/** What the program needs; all packages are in it. */
const carried = ['bin', 'dist', 'schema', 'package.json'] as const;

interface Outcome {
  readonly code: number;
  /** The last line of what the command wrote. */
  readonly last: string;
}

const { engine, only = '', command } = readArguments(process.argv.slice(2));
process.exitCode = await main();

async function main(): Promise<number> {
  const built = await run([recipe, 'build']);
  if (built.code !== 0) return built.code;
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-lab-'));
  try {
    await pack(folder);
    const chosen = engine === undefined ? engines : [engine];
    if (command.length > 0)
      return (await inMachine(chosen[0]!, folder, ['bash', '-c', 'PATH=/src/path:$PATH exec "$@"', 'lab', ...command])).code;
    return await runSuite(chosen, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runSuite(chosen: readonly string[], folder: string): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const each of chosen) {
    const { code, last } = await inMachine(each, folder, ['env', `LAB_ONLY=${only}`, ...quickNode, '/src/suite.mjs']);
    const [, fine, wrong] = /^(\d+) passed, (\d+) failed$/.exec(last) ?? [];
    passed += Number(fine ?? 0);
    // A suite that has not come to its end has failed, whatever it had seen until then.
    failed += wrong === undefined || (code !== 0 && wrong === '0') ? 1 : Number(wrong);
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function inMachine(version: string, folder: string, argv: readonly string[]): Promise<Outcome> {
  return run([recipe, 'run', '-d', version, '-t', String(secondsPerRun), folder, ...argv]);
}

/** What goes into the machine: the program, the suite in one file, and a folder for `PATH`. */
async function pack(folder: string): Promise<void> {
  for (const name of carried) cpSync(join(root, name), join(folder, 'netcompose', name), { recursive: true });
  mkdirSync(join(folder, 'path'));
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly bin: { readonly netcompose: string } };
  symlinkSync(join('../netcompose', bin.netcompose), join(folder, 'path/netcompose'));
  await build({
    entryPoints: { suite: fileURLToPath(new URL('suite/main.ts', import.meta.url)), ask: fileURLToPath(new URL('suite/ask.ts', import.meta.url)) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** Runs a program to its end, and shows what it writes. */
function run(argv: readonly string[]): Promise<Outcome> {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    // The machine is told, and once it has ended what was made for it is removed; a terminal tells it by itself.
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of ending) process.once(signal, forward);
    let last = '';
    let open = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      process.stdout.write(text);
      const lines = (open + text).split('\n');
      open = lines.pop()!;
      last = lines.findLast((line) => line.trim() !== '')?.trim() ?? last;
    });
    child.on('error', (error) => {
      process.stderr.write(`lab: ${error.message}\n`);
      resolve({ code: 125, last });
    });
    child.on('close', (code) => {
      for (const signal of ending) process.off(signal, forward);
      resolve({ code: code ?? 125, last });
    });
  });
}

/** Our own options come first; what follows them is the command. */
function readArguments(args: readonly string[]): { readonly engine?: string; readonly only?: string; readonly command: readonly string[] } {
  const options: { engine?: string; only?: string } = {};
  for (let at = 0; ; at += 2) {
    const name = args[at]?.slice(2);
    if (!args[at]?.startsWith('--') || (name !== 'engine' && name !== 'only')) return { ...options, command: args.slice(at) };
    options[name] = args[at + 1] ?? '';
  }
}
