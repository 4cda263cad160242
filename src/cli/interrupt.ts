/**
 * Ctrl-C while the host is being prepared, or a terminal that goes (a lost connection): the step under way ends, what
 * was done is undone, and netcompose exits.
 */

import { dockerCancelled } from '../host/system/processes.ts';

/** Thrown by `check` after an interrupt; becomes exit code 130 in `run.ts`. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP', dockerCancelled] as const;

function listen(how: 'on' | 'off', listener: () => void): void {
  for (const name of interrupts) process[how](name, listener);
}

/**
 * Passes the news on to what listens.
 *
 * @returns whether anything does: a command that runs on this terminal counts, as it is told by Docker itself; commands
 *   that only look do not
 */
export const cancelledByDocker = (): boolean => process.emit(dockerCancelled);

/**
 * Runs `work`, which changes nothing, and throws `Interrupted` at once when an interrupt comes. The terminal interrupts
 * the commands that `work` runs too: their failures, and what they say of it, are then nobody's business.
 */
export async function endedAtOnce<T>(work: () => Promise<T>): Promise<T> {
  let end: () => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    end = () => reject(new Interrupted('interrupted'));
  });
  listen('on', end);
  try {
    return await Promise.race([settled(work), interrupted]);
  } finally {
    listen('off', end);
  }
}

/** The result a moment later: the news of the interrupt that has ended a command may come after that of its end. */
async function settled<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await new Promise((resume) => setImmediate(resume));
  }
}

/** Runs `work` until it ends, which it does at its next safe point once the signal says that an interrupt has come. */
export async function untilInterrupted<T>(work: (interrupt: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const end = () => controller.abort();
  listen('on', end);
  try {
    return await work(controller.signal);
  } finally {
    listen('off', end);
  }
}

/**
 * Runs `work` to a safe point even when an interrupt comes.
 *
 * @param work calls `check` between its steps, which throws `Interrupted` once one has come
 */
export async function interruptible<T>(work: (check: () => void) => Promise<T>): Promise<T> {
  let interrupted = false;
  const note = () => void (interrupted = true);
  listen('on', note);
  const check = () => {
    if (interrupted) throw new Interrupted('interrupted');
  };
  try {
    const result = await work(check);
    return result;
  } catch (error) {
    // The terminal interrupts the running command too, whose failure is then only a consequence.
    check();
    throw error;
  } finally {
    listen('off', note);
  }
}
