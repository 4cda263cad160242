/** Commands that only look: they take milliseconds, and one that hangs must not make netcompose hang. */
import type { Host, RunOptions, RunResult } from './host.ts';

/** Long enough for a machine under load, short enough to be told before somebody gives up. */
const seconds = 8;

/** As `Host.run`; a command that takes longer is ended, and its result says so. */
export const look = (host: Host, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  host.run(argv, { ...options, seconds });

/** Whether it was ended because it took too long. */
export const isLate = ({ code }: RunResult): boolean => code === 124;
