/** Programs that the layer runs, and waiting for what they bring about. */
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, at most two minutes: a loaded machine is slow, not broken. */
export async function run(argv: readonly string[], input?: string): Promise<Output> {
  const [command, ...args] = argv;
  const { exitCode, stdout, stderr } = await execa(command!, args, {
    reject: false,
    timeout: 120_000,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  return { code: exitCode ?? -1, stdout, stderr };
}

/** @returns what it printed; throws where it failed */
export async function must(argv: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(argv, input);
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${stderr || stdout}`);
  return stdout;
}

/**
 * Asks every tenth of a second until there is an answer. The limit is for what never comes; questions are counted and
 * not seconds, because on a loaded machine these take longer as well.
 *
 * @param what for the error: "no lease on eth0"
 */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 120): Promise<T> {
  for (let left = 10 * seconds; left > 0; left--) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(100);
  }
  throw new Error(`${what}, asked ${10 * seconds} times`);
}

/** Whether something becomes true within some seconds. */
export async function soon(seconds: number, question: () => Promise<boolean>): Promise<boolean> {
  for (let half = 0; half < 2 * seconds; half++) {
    if (await question()) return true;
    await sleep(500);
  }
  return false;
}

export { sleep };
