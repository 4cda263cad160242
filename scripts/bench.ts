/**
 * Prints what netcompose costs, as ratios of CPU time: against an empty Node process, and against Compose on the same
 * file. Both sides of a ratio run in turn, on one machine, in one run. Prints only; a budget that is exceeded is
 * marked and fails nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEngine, onPath } from '../test/engine/rig/installed.ts';
import { findCompose } from '../test/runner/needs.ts';
import { composeFile } from './bench-file.ts';

interface Row {
  readonly name: string;
  readonly measured: Command;
  readonly yardstick: Command;
  /** Only what `measured` costs beyond this is compared. */
  readonly beyond?: Command;
  readonly budget: number;
  readonly times: number;
}

interface Command {
  readonly name: string;
  readonly argv: readonly string[];
}

const sizes = [3, 100, 1_000, 10_000] as const;
const program = fileURLToPath(new URL('../bin/netcompose.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'netcompose-bench-'));
const fileOf = (size: number) => join(folder, `${size}`, 'compose.yaml');
const env = environment();

const node: Command = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };
const netcompose = (name: string, ...args: readonly string[]): Command => ({
  name: `netcompose ${name}`,
  argv: [process.execPath, program, ...args],
});
const onFile = (size: number, ...args: readonly string[]) =>
  netcompose(`${args.join(' ')}, ${size.toLocaleString('en')} services`, '-f', fileOf(size), ...args);
const commands = [['check', '--offline'], ['render']] as const;

try {
  for (const size of sizes) write(fileOf(size), composeFile(size));
  write(join(folder, 'plain', 'compose.yaml'), 'services:\n  web:\n    image: nginx\n    ports: ["8080:80"]\n');
  const compose = composeCommand();
  if (!compose) process.stdout.write('skipped: all rows that compare with Compose (no Docker Compose)\n');
  const rows = [...rowsWithoutCompose(), ...(compose ? rowsWithCompose(compose) : [])];
  const width = Math.max(...rows.map((row) => nameOf(row).length));
  process.stdout.write(`${'CPU time'.padEnd(width)}  ratio  (least to most)   budget\n`);
  for (const row of rows) process.stdout.write(`${nameOf(row).padEnd(width)}  ${measure(row)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rowsWithoutCompose(): readonly Row[] {
  return [
    { name: '', measured: netcompose('--version', '--version'), yardstick: node, budget: 1.3, times: 21 },
    ...commands.map((args) => ({ name: '', measured: onFile(3, ...args), yardstick: node, budget: 2, times: 15 })),
    ...commands.map((args) => ({
      name: '',
      measured: onFile(10_000, ...args),
      yardstick: onFile(1_000, ...args),
      budget: 12,
      times: 3,
    })),
  ];
}

function rowsWithCompose(compose: readonly string[]): readonly Row[] {
  const config = (size: number): Command => ({
    name: 'compose config -q',
    argv: [...compose, '-f', fileOf(size), 'config', '-q'],
  });
  const plain = ['-f', join(folder, 'plain', 'compose.yaml'), 'ps'];
  return [
    // With all facts of the host, too.
    ...[...commands, ['check']].map((args) => ({
      name: '',
      measured: onFile(100, ...args),
      yardstick: config(100),
      budget: 1.5,
      times: 9,
    })),
    ...commands.map((args) => ({
      name: '',
      measured: onFile(1_000, ...args),
      yardstick: config(1_000),
      budget: 0.25,
      times: 5,
    })),
    {
      name: 'netcompose ps beyond compose ps / node -e 0',
      measured: netcompose('ps', ...plain),
      beyond: { name: 'compose ps', argv: [...compose, ...plain] },
      yardstick: node,
      budget: 1.5,
      times: 15,
    },
  ];
}

function nameOf({ name, measured, yardstick }: Row): string {
  return name || `${measured.name} / ${yardstick.name}`;
}

/** The median of the ratios, their spread, and whether it is within the budget. */
function measure({ measured, yardstick, beyond, budget, times }: Row): string {
  const ratios: number[] = [];
  const failed = new Set<string>();
  const cost = ({ name, argv }: Command): number => {
    const { seconds, code } = cpuOf(argv);
    // 1: diagnostics; and Compose without an engine.
    if (code > 1) failed.add(`${name} ended with ${code}`);
    return seconds;
  };
  // One more than counted: the first fills caches.
  for (let time = 0; time <= times; time += 1) {
    const base = beyond ? cost(beyond) : 0;
    const ratio = (cost(measured) - base) / cost(yardstick);
    if (time > 0) ratios.push(ratio);
  }
  ratios.sort((a, b) => a - b);
  const median = ratios[ratios.length >> 1]!;
  const spread = `(${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)})`;
  const verdict = failed.size > 0 ? [...failed].join(', ') : median <= budget ? 'ok' : 'over';
  return `${median.toFixed(2).padStart(5)}  ${spread.padEnd(16)}  ${budget.toFixed(2).padStart(6)}  ${verdict}`;
}

/**
 * User and system time of a program and all it waited for. Node tells this of itself alone; bash's `time` asks the
 * kernel when the program ends, to the millisecond.
 */
function cpuOf(argv: readonly string[]): { readonly seconds: number; readonly code: number } {
  const script = 'exec 3>&2; TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/dev/null 3>&-; } 2>&3; exit $?';
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    encoding: 'utf8',
    env,
    cwd: folder,
    timeout: 600_000,
  });
  const [user, system] = stderr.trim().split('\n').at(-1)!.replaceAll(',', '.').split(' ').map(Number);
  return { seconds: (user ?? NaN) + (system ?? NaN), code: status ?? 128 };
}

/** Compose as users call it where there is a `docker` command, else by itself. */
function composeCommand(): readonly string[] | undefined {
  const compose = findCompose();
  if (!compose) return undefined;
  if (!composeIsPlugin()) return [compose.binary];
  mkdirSync(join(folder, 'config', 'cli-plugins'), { recursive: true });
  symlinkSync(compose.binary, join(folder, 'config', 'cli-plugins', 'docker-compose'));
  return ['docker', 'compose'];
}

function composeIsPlugin(): boolean {
  return findCompose()!.binary.includes('/') && (findEngine() !== undefined || onPath('docker') !== undefined);
}

/** No engine answers, so that `ps` costs the same everywhere. */
function environment(): NodeJS.ProcessEnv {
  const bin = findEngine()?.bin;
  return {
    ...process.env,
    PATH: [...(bin ? [bin] : []), process.env['PATH']].join(delimiter),
    LC_ALL: 'C',
    DOCKER_CONFIG: join(folder, 'config'),
    DOCKER_HOST: `unix://${join(folder, 'none.sock')}`,
    XDG_STATE_HOME: join(folder, 'state'),
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
