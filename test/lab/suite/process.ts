/** Commands, run to their end or beside the suite. Argument vectors only. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Each byte is an instruction of an emulated serial line. */
const longestNote = 120;

/**
 * Runs a command and captures what it writes. Never throws; 128 or more stands for a signal or a command that is not
 * there. It may take any time: whoever runs the machine gives it up where nothing moves in it (`lab.sh`).
 */
export function run(argv: readonly string[], { cwd, env, input = '' }: RunOptions = {}): Output {
  const [command, ...args] = argv;
  note(argv);
  const { status, stdout, stderr, error } = spawnSync(command!, args, {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  return {
    code: status ?? 255,
    stdout: stdout ?? '',
    stderr: `${stderr ?? ''}${error && status === null ? error.message : ''}`,
  };
}

/** Runs a command that prepares the ground: where it fails, the suite cannot go on. */
export function must(...argv: readonly string[]): string {
  const { code, stdout, stderr } = run(argv);
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${stderr.trim()}`);
  return stdout.trim();
}

/** The same as `run`, beside others. */
export function runBeside(argv: readonly string[], { cwd, env, input = '' }: RunOptions = {}): Promise<Output> {
  const [command, ...args] = argv;
  note(argv);
  return new Promise((resolve) => {
    const child = spawn(command!, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd !== undefined && { cwd }),
    });
    // One that ends before it has read everything is its own affair.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code) => resolve({ code: code ?? 255, stdout, stderr }));
  });
}

/** On the kernel's console, whose end is shown where the machine is given up. */
function note(argv: readonly string[]): void {
  writeFileSync('/dev/console', `lab: ${argv.join(' ').slice(0, longestNote)}\n`);
}

/** Waits without doing anything else: what is waited for happens outside this process. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Asks again until the answer is wanted, at most `attempts` times; gives the last answer. */
export function until<T>(ask: () => T, wanted: (answer: T) => boolean, attempts = 12, milliseconds = 500): T {
  let answer = ask();
  for (let attempt = 1; attempt < attempts && !wanted(answer); attempt += 1) {
    pause(milliseconds);
    answer = ask();
  }
  return answer;
}
