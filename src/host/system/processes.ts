/** Processes: run for what they write, or given the terminal, or ended. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { HostError } from './errors.ts';
import type { AttachOptions, Following, RunResult } from './host.ts';
import { limited } from './limit.ts';

interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly seconds?: number;
}

type AttachedOptions = Omit<ProcessOptions, 'seconds'> & Pick<AttachOptions, 'endsAtSecondInterrupt'>;

interface StartFailure {
  readonly code: number;
  readonly message: string;
}

/** What a shell gives for a command that cannot be started. */
const startFailures: Readonly<Record<string, StartFailure>> = {
  ENOENT: { code: 127, message: 'is not installed, or not on PATH' },
  EACCES: { code: 126, message: 'may not be run' },
};

/** Runs a command to its end; see `Host.run`. */
export function runProcess(argv: readonly string[], options: ProcessOptions): Promise<RunResult> {
  const { seconds } = options;
  return seconds === undefined ? runToItsEnd(argv, options) : runAtMost(seconds, argv, options);
}

async function runToItsEnd(argv: readonly string[], { cwd, env, input }: ProcessOptions): Promise<RunResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd,
    env: definedOnly(env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  const { exitCode, signal, stdout, stderr, code } = await child;
  return resultOf(file, { exitCode, signal, stdout, stderr, failure: code });
}

/** Those under a limit. An interrupt ends this process without waiting for them, and then they have nobody to tell. */
const underLimit = new Set<ChildProcess>();

function endWithUs(child: ChildProcess): void {
  if (underLimit.size === 0) process.once('exit', endAll);
  underLimit.add(child);
}

function endAll(): void {
  for (const child of underLimit) child.kill('SIGKILL');
}

function isOver(child: ChildProcess): void {
  underLimit.delete(child);
  if (underLimit.size === 0) process.off('exit', endAll);
}

/**
 * Such commands are on the way of every other, so by `node:child_process`, as in `attachProcess`. At the end of its
 * time the command is killed, and its output closed: what it has started may keep that open.
 */
function runAtMost(
  seconds: number,
  argv: readonly string[],
  { cwd, env, input = '' }: ProcessOptions,
): Promise<RunResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd, env: definedOnly(env), maxBuffer: Infinity }, (error, stdout, stderr) => {
      limit.ended();
      isOver(child);
      if (!error) return resolve({ code: 0, stdout, stderr });
      const { code, signal } = error as { readonly code?: unknown; readonly signal?: NodeJS.Signals | null };
      const exitCode = typeof code === 'number' ? code : undefined;
      const failure = typeof code === 'string' ? code : undefined;
      resolve(resultOf(file, { exitCode, signal: signal ?? undefined, stdout, stderr, failure }));
    });
    const limit = limited(child.pid, seconds, () => {
      child.kill('SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      // Nor is sudo waited for, which its user may not end.
      child.unref();
      resolve({ code: 124, stdout: '', stderr: `"${file}" did not end within ${limit.ended()} seconds` });
    });
    endWithUs(child);
    // A command may end before it has read everything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not even be started, as Node names it. */
  readonly failure: string | undefined;
}

function resultOf(file: string, { exitCode, signal, stdout, stderr, failure }: Ended): RunResult {
  if (exitCode !== undefined) return { code: exitCode, stdout, stderr };
  if (signal !== undefined) {
    const said = `${stderr}\n${file} was ended by ${signal}`.trimStart();
    return { code: 128 + constants.signals[signal], stdout, stderr: said };
  }
  const { code, message } = startFailure(failure);
  return { code, stdout: '', stderr: `"${file}" ${message}` };
}

/** Why a command could not be started, for people, and the exit code a shell would give. */
function startFailure(code: string | undefined): StartFailure {
  const detail = code === undefined ? '' : ` (${code})`;
  return startFailures[code ?? ''] ?? { code: 126, message: `cannot be started${detail}` };
}

function definedOnly(env: ProcessOptions['env']): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}

const forwarded = ['SIGTERM', 'SIGHUP'] as const;
/**
 * What becomes known in this process when Docker has told its plugin of a signal that it alone got. Not a signal
 * itself: a Compose that runs meanwhile is told by Docker too, and a second time would mean "at once".
 */
export const dockerCancelled = 'netcompose:docker-cancelled' as NodeJS.Signals;
/** The terminal sends these to the child by itself. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

/**
 * Runs a command on our own streams to its end; see `Host.attach`. On the pass-through path, where start-up matters, so
 * by `node:child_process`: execa, bundled and minified, costs 20 ms of CPU to load beside 60 ms for Node itself
 * (medians of 15 runs), a third of a Node start; `node:child_process` costs nothing that can be measured.
 */
export function attachProcess(argv: readonly string[], options: AttachedOptions): Promise<number> {
  const { cwd, env, input, endsAtSecondInterrupt } = options;
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...env },
      stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    });
    let isAsked = false;
    const ends = () => {
      const isSecond = isAsked && endsAtSecondInterrupt === true;
      isAsked = true;
      return isSecond;
    };
    const forward = (signal: NodeJS.Signals) => void child.kill(ends() ? 'SIGKILL' : signal);
    // Without a terminal nobody but us passes an interrupt on; with one, a second would make Compose kill at once.
    const forwardUnlessTerminal = (signal: NodeJS.Signals) => {
      if (ends()) child.kill('SIGKILL');
      else if (!hasTerminal()) child.kill(signal);
    };
    // Docker has told it already: that it listens is all.
    const told = () => undefined;
    process.on(dockerCancelled, told);
    const settle = () => {
      process.off(dockerCancelled, told);
      for (const signal of forwarded) process.off(signal, forward);
      for (const signal of fromTerminal) process.off(signal, forwardUnlessTerminal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    for (const signal of fromTerminal) process.on(signal, forwardUnlessTerminal);

    if (child.stdin) {
      // A child may end before it has read everything.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    }
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      const { code, message } = startFailure(cause.code);
      reject(new HostError({ message: `"${file}" ${message}`, command: argv, code, cause }));
    });
    child.on('exit', (code, signal) => {
      settle();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/** Starts a command that goes on; see `Host.follow`. */
export function followProcess(
  argv: readonly string[],
  { cwd, env }: ProcessOptions,
  onLine: (line: string) => void,
): Following {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  const child = spawn(file, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (cause: NodeJS.ErrnoException) => resolve(`"${file}" ${startFailure(cause.code).message}`));
    child.on('close', (code, signal) => resolve(`"${file}" ended with ${signal ?? `exit code ${code}`}`));
  });
  return { stop: () => void child.kill('SIGTERM'), ended };
}

/** Whether this process has a controlling terminal, whatever its streams are. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Ends a process at once; see `Host.endProcess`. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
