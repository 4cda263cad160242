/** What would be waited for in silence. */
import type { Session } from '../../session.ts';
import { notify } from '../../terminal.ts';

/** So long nothing is said, in milliseconds: longer than what hangs seldom takes, shorter than anybody's patience. */
const quiet = 5000;

/**
 * Runs `work`, and says once what is waited for where that takes long: also where nobody sees progress, as in a log.
 *
 * @param what such as `the hook "x"; Ctrl-C ends it`, fit for a terminal
 */
export async function sayingWhatIsAwaited<T>(
  { terminal }: Pick<Session, 'terminal'>,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const stop = terminal.screen?.every(quiet, () => {
    stop?.();
    notify(terminal, `still waiting for ${what}`);
  });
  try {
    return await work();
  } finally {
    stop?.();
  }
}
