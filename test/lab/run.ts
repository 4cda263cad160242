/**
 * Runs the lab: netcompose as built, in a virtual machine whose kernel has ipvlan (`lab.sh`).
 *
 *     npm run lab                     the suite, on engines 28 and 26 side by side
 *     npm run lab -- --engine 26      on one engine
 *     npm run lab -- --only life      the parts whose names begin so (`suite/main.ts`); `all`: every part
 *     npm run lab -- --clock instructions --only watch    on a machine of 10^9 instructions a second by its own clock:
 *                                     for times that do not depend on how slow the emulation is
 *     npm run lab -- --kernel ipv6.disable=1 --only 'without IPv6'    on a kernel that was started with these words
 *     npm run lab -- --reboot NAME    what `shim persist` writes, through reboots with systemd and that manager of the
 *                                     host's cards (`reboot/managers.ts`); `--suite bookworm`: with older ones,
 *                                     `--engine 28`: with a newer engine than the suite's
 *     npm run lab -- --threats NAME   an ipvlan shim and a program that takes or blocks it (`reboot/threats.ts`); `all`
 *     npm run lab -- CMD [ARG...]     this command instead, with netcompose on its PATH; its exit code is ours
 *
 * The last line of a suite is `N passed, N failed`. Where one fails, what its machine has left is kept in `.cache/lab`:
 * the log of its engine or, of a machine with systemd, the journal.
 *
 * What the suite has seen of who reaches whom must be what `docs/reachability.md` says; `UPDATE_GOLDENS=1` writes it
 * anew (`--only reach` is enough).
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { pageOf, type Seen } from './page.ts';
import { quickNode } from './suite/node.ts';

const engines = ['28', '26'] as const;
/** What the recipe then exits with. */
const lockedUp = 75;
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** What machines have left whose last run has failed, each in a folder. */
const keptIn = join(root, '.cache/lab');
const page = join(root, 'docs/reachability.md');
const recipe = fileURLToPath(new URL('lab.sh', import.meta.url));
/** What the program needs; all packages are in it. */
const carried = ['bin', 'dist', 'schema', 'package.json'] as const;

interface Outcome {
  readonly code: number;
  /** The last line of what the command wrote. */
  readonly last: string;
}

/** What stands before a command, each with its value. */
const optionNames = ['engine', 'only', 'clock', 'kernel', 'reboot', 'threats', 'suite'] as const;
type Options = { readonly [name in (typeof optionNames)[number]]?: string };

const { engine, only = '', clock, kernel, reboot, threats, suite, command } = readArguments(process.argv.slice(2));
/** What runs in the machine that has systemd as process 1, and what it is told. */
const started =
  reboot !== undefined
    ? { name: reboot, env: [`LAB_MANAGER=${reboot}`, `LAB_ENGINE=${engine ?? ''}`], script: 'reboot' }
    : threats !== undefined
      ? { name: threats, env: [`LAB_THREATS=${threats}`], script: 'threats' }
      : undefined;

async function main(): Promise<number> {
  if (started) process.env['LAB_SYSTEMD'] = '1';
  if (suite !== undefined) process.env['LAB_SUITE'] = suite;
  if (kernel !== undefined) process.env['LAB_KERNEL'] = kernel;
  const built = await run([recipe, 'build']);
  if (built.code !== 0) return built.code;
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-lab-'));
  try {
    const carried = join(folder, 'in');
    await pack(carried);
    if (started) {
      const argv = ['env', ...started.env, ...quickNode, `/src/${started.script}.mjs`];
      const out = join(folder, 'out');
      const { code } = await run([recipe, 'run', '-o', out, carried, ...argv], `${started.name}: `);
      if (code !== 0) keepLeft(out, [started.script, started.name, suite, engine]);
      return code;
    }
    const chosen = engine === undefined ? engines : [engine];
    if (command.length > 0)
      return (await inMachine(chosen[0]!, carried, ['bash', '-c', 'PATH=/src/path:$PATH exec "$@"', 'lab', ...command]))
        .code;
    return await runSuite(chosen, carried, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runSuite(chosen: readonly string[], carried: string, folder: string): Promise<number> {
  const outcomes = await Promise.all(chosen.map((each) => suiteIn(each, carried, join(folder, each))));
  // The page has both engines in it.
  const hasAsked =
    chosen.length === engines.length && ['', 'all', 'reach'].some((part) => only.split(';').includes(part));
  const counts = [...outcomes.map(countOf), ...(hasAsked ? [comparePage(chosen, folder)] : [])];
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** Once more where the emulated machine's kernel has locked up, which is told: what runs there is not the reason. */
async function suiteIn(version: string, carried: string, out: string): Promise<Outcome> {
  const argv = ['env', `LAB_ONLY=${only}`, `LAB_CLOCK=${clock ?? ''}`, ...quickNode, '/src/suite.mjs'];
  const attempt = () => inMachine(version, carried, argv, { prefix: `${version}: `, out });
  const first = await attempt();
  if (first.code === lockedUp) process.stdout.write(`${version}: once more\n`);
  const outcome = first.code === lockedUp ? await attempt() : first;
  if (outcome.code !== 0) keepLeft(out, ['suite', version]);
  return outcome;
}

/** @param names those that are there tell this machine from others */
function keepLeft(out: string, names: readonly (string | undefined)[]): void {
  // One that was given up has left nothing.
  if (!existsSync(out)) return;
  const place = join(
    keptIn,
    names
      .filter(Boolean)
      .join('-')
      .replaceAll(/[^\w.-]+/g, '_'),
  );
  rmSync(place, { recursive: true, force: true });
  cpSync(out, place, { recursive: true });
  process.stderr.write(`lab: what the machine has left is in ${place}\n`);
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** A suite that has not come to its end has failed, whatever it had seen until then. */
function countOf({ code, last }: Outcome): Count {
  const [, passed, failed] = /(\d+) passed, (\d+) failed$/.exec(last) ?? [];
  return {
    passed: Number(passed ?? 0),
    failed: failed === undefined || (code !== 0 && failed === '0') ? 1 : Number(failed),
  };
}

/** What the documentation says is what all machines have seen. */
function comparePage(chosen: readonly string[], folder: string): Count {
  const files = chosen.map((each) => ({ engine: each, file: join(folder, each, 'reachability.json') }));
  const missing = files
    .filter(({ file }) => !existsSync(file))
    .map(({ engine: each }) => `engine ${each} has left no table`);
  const wrong =
    missing.length > 0
      ? missing
      : pageDifferences(
          files.map(({ engine: each, file }) => ({ engine: each, ...JSON.parse(readFileSync(file, 'utf8')) }) as Seen),
        );
  process.stdout.write(
    `${wrong.length === 0 ? 'PASS' : 'FAIL'} the documentation says what was ` +
      `seen${wrong.map((line) => `\n     ${line}`).join('')}\n`,
  );
  return { passed: wrong.length === 0 ? 1 : 0, failed: wrong.length === 0 ? 0 : 1 };
}

function pageDifferences(seen: readonly Seen[]): readonly string[] {
  const text = pageOf(seen);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(page, text);
  const old = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (old === text) return [];
  const lines = old.split('\n');
  return [
    'docs/reachability.md says something else (UPDATE_GOLDENS=1 writes it anew):',
    ...text.split('\n').filter((line) => !lines.includes(line)),
  ];
}

function inMachine(
  version: string,
  carried: string,
  argv: readonly string[],
  { prefix = '', out }: { readonly prefix?: string; readonly out?: string } = {},
) {
  const how = clock === 'instructions' ? ['-i'] : kernel !== undefined ? ['-c'] : [];
  return run(
    [recipe, 'run', '-d', version, ...how, ...(out === undefined ? [] : ['-o', out]), carried, ...argv],
    prefix,
  );
}

/** What goes into the machine: the program, the suite in one file, and a folder for `PATH`. */
async function pack(folder: string): Promise<void> {
  for (const name of carried) cpSync(join(root, name), join(folder, 'netcompose', name), { recursive: true });
  mkdirSync(join(folder, 'path'), { recursive: true });
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly bin: { readonly netcompose: string };
  };
  symlinkSync(join('../netcompose', bin.netcompose), join(folder, 'path/netcompose'));
  for (const script of ['ask.py', 'advertise.py'])
    cpSync(fileURLToPath(new URL(`suite/${script}`, import.meta.url)), join(folder, script));
  await build({
    entryPoints: {
      suite: fileURLToPath(new URL('suite/main.ts', import.meta.url)),
      reboot: fileURLToPath(new URL('reboot/main.ts', import.meta.url)),
      threats: fileURLToPath(new URL('reboot/threats.ts', import.meta.url)),
    },
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
function run(argv: readonly string[], prefix = ''): Promise<Outcome> {
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
      const lines = (open + text).split('\n');
      open = lines.pop()!;
      for (const line of lines) process.stdout.write(`${prefix}${line}\n`);
      last = lines.findLast((line) => line.trim() !== '')?.trim() ?? last;
    });
    child.on('error', (error) => {
      process.stderr.write(`lab: ${error.message}\n`);
      resolve({ code: 125, last });
    });
    child.on('close', (code) => {
      if (open !== '') process.stdout.write(`${prefix}${open}\n`);
      for (const signal of ending) process.off(signal, forward);
      resolve({ code: code ?? 125, last });
    });
  });
}

/** Our own options come first; what follows them is the command. */
function readArguments(args: readonly string[]): Options & { readonly command: readonly string[] } {
  const options: { -readonly [name in keyof Options]: string } = {};
  for (let at = 0; ; at += 2) {
    const name = optionNames.find((each) => args[at] === `--${each}`);
    if (name === undefined) return { ...options, command: args.slice(at) };
    options[name] = args[at + 1] ?? '';
  }
}

process.exitCode = await main();
