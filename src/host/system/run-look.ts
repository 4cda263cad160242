/** Commands with a limit: they take milliseconds, and one that hangs must not make netcompose hang. */
import type { Host, RunOptions, RunResult } from './host.ts';

/** Long enough for a machine under load, short enough to be told before somebody gives up. */
export const usualSeconds = 8;

/** As `Host.run`, for a command that only looks; one that takes longer is ended, and its result says so. */
export const look = (host: Host, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  host.run(argv, { ...options, seconds: usualSeconds });

/** Whether it was ended because it took too long. */
export const isLate = ({ code }: Pick<RunResult, 'code'>): boolean => code === 124;
