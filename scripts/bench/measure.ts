/** What a program costs in time, processor time or memory, and how that compares with another's. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The time that passes; user and system time of all processes; the most memory that the process has had. */
type Quantity = 'wall clock' | 'CPU' | 'memory';

export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  /** Absent: where the bench runs. */
  readonly cwd?: string;
}

export interface Row {
  readonly measured: Command;
  readonly yardstick: Command;
  readonly quantity: Quantity;
  /** The design's bar for the ratio. */
  readonly atMost: number;
  readonly times: number;
}

/** As `--json` has it. */
export interface Result {
  readonly what: string;
  readonly against: string;
  readonly quantity: Quantity;
  /** The median of the ratios, the least and the most. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  readonly atMost: number;
  readonly times: number;
  /** What of it did not run as it should; then the ratio means nothing. */
  readonly failures: readonly string[];
}

export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How much a call cost, in seconds or bytes. */
interface Cost {
  readonly amount: number;
  readonly code: number;
}

const longestCall = 600_000;
/** The most memory is read as often, in milliseconds: what it has in its last moments is missed. */
const memoryEvery = 4;

/** Runs both in turn, and compares each pair. The first pair, which fills caches, does not count. */
export async function measure(row: Row, surroundings: Surroundings): Promise<Result> {
  const { measured, yardstick, quantity, atMost, times } = row;
  const pairs: (readonly [Cost, Cost])[] = [];
  for (let time = 0; time <= times; time += 1) {
    pairs.push([await costOf(measured, quantity, surroundings), await costOf(yardstick, quantity, surroundings)]);
  }
  const failures = [
    ...failuresOf(measured.name, pairs),
    ...failuresOf(
      yardstick.name,
      pairs.map(([, cost]) => [cost]),
    ),
  ];
  const ratios = pairs.slice(1).map(([a, b]) => a.amount / b.amount);
  return compared({ what: measured.name, against: yardstick.name, quantity, atMost }, ratios, failures);
}

/** 1 is how `check` ends where it has something to say, and Compose without an engine. */
const failuresOf = (name: string, costs: readonly (readonly Cost[])[]): readonly string[] => [
  ...new Set(costs.flatMap(([cost]) => (cost!.code > 1 ? [`${name} ended with ${cost!.code}`] : []))),
];

/** The result of ratios, of which there is at least one. */
export function compared(
  row: Pick<Result, 'what' | 'against' | 'quantity' | 'atMost'>,
  ratios: readonly number[],
  failures: readonly string[],
): Result {
  const sorted = [...ratios].sort((a, b) => a - b);
  const [ratio, least, most] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!];
  return { ...row, ratio, least, most, times: sorted.length, failures };
}

export function costOf(command: Command, quantity: Quantity, surroundings: Surroundings): Promise<Cost> {
  return quantity === 'CPU'
    ? Promise.resolve(cpuOf(command, surroundings))
    : whileItRuns(command, quantity, surroundings);
}

/** Node tells this of itself alone; bash's `time` asks the kernel when the program ends, to the millisecond. */
function cpuOf({ argv, cwd }: Command, surroundings: Surroundings): Cost {
  const script = 'exec 3>&2; TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/dev/null 3>&-; } 2>&3; exit $?';
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    encoding: 'utf8',
    env: surroundings.env,
    cwd: cwd ?? surroundings.cwd,
    timeout: longestCall,
  });
  const [user, system] = stderr.trim().split('\n').at(-1)!.replaceAll(',', '.').split(' ').map(Number);
  return { amount: (user ?? NaN) + (system ?? NaN), code: status ?? 128 };
}

function whileItRuns(
  { argv: [program, ...args], cwd }: Command,
  quantity: Exclude<Quantity, 'CPU'>,
  surroundings: Surroundings,
): Promise<Cost> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const child = spawn(program!, args, {
      env: surroundings.env,
      cwd: cwd ?? surroundings.cwd,
      stdio: 'ignore',
      timeout: longestCall,
    });
    let bytes = 0;
    const watch = () => {
      bytes = Math.max(bytes, peakMemory(child.pid));
    };
    const timer = quantity === 'memory' ? setInterval(watch, memoryEvery) : undefined;
    const end = (code: number | null) => {
      clearInterval(timer);
      resolve({ amount: quantity === 'memory' ? bytes : (performance.now() - begun) / 1000, code: code ?? 128 });
    };
    child.once('error', () => end(127));
    child.once('close', end);
  });
}

/** `VmHWM` of proc_pid_status(5), in bytes; 0 where the process has ended. */
function peakMemory(pid: number | undefined): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return 0;
  }
}
