/** Commands whose output is wanted. */
import { constants } from 'node:os';
import type { RunResult } from './host.ts';

interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** What a shell gives for a command that cannot be started. */
const startFailures: Readonly<Record<string, { readonly code: number; readonly fact: string }>> = {
  ENOENT: { code: 127, fact: 'is not installed, or not on PATH' },
  EACCES: { code: 126, fact: 'may not be run' },
};

/** Runs a command to its end; see `Host.run`. */
export async function runProcess(argv: readonly string[], { cwd, env, input }: ProcessOptions): Promise<RunResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError('no command');
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    cwd,
    env: definedOnly(env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  if (result.exitCode !== undefined) return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  if (result.signal !== undefined) {
    return {
      code: 128 + constants.signals[result.signal],
      stdout: result.stdout,
      stderr: `${result.stderr}\n${file} was ended by ${result.signal}`.trimStart(),
    };
  }
  const { code, fact } = startFailure(result.code);
  return { code, stdout: '', stderr: `"${file}" ${fact}` };
}

/** Why a command could not be started, for people, and the exit code a shell would give. */
export function startFailure(code: string | undefined): { readonly code: number; readonly fact: string } {
  return startFailures[code ?? ''] ?? { code: 126, fact: `cannot be started${code === undefined ? '' : ` (${code})`}` };
}

function definedOnly(env: ProcessOptions['env']): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}
