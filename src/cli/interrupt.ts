/** Ctrl-C while the host is being prepared: the step under way ends, what was done is undone, and netcompose exits. */

/** Thrown by `check` after an interrupt; becomes exit code 130 in `run.ts`. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs `work` to a safe point even when an interrupt comes.
 *
 * @param work calls `check` between its steps, which throws `Interrupted` once one has come
 */
export async function interruptible<T>(work: (check: () => void) => Promise<T>): Promise<T> {
  let interrupted = false;
  const note = () => void (interrupted = true);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, note);
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
    for (const signal of signals) process.off(signal, note);
  }
}
