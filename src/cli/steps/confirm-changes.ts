/** `up --confirm`: who changes the network that leads to this host must be able to lose the connection. */
import { HostError } from '../../host/system/errors.ts';
import { untilInterrupted } from '../interrupt.ts';
import { confirmOption, serviceWords } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

/** Longer than anybody waits, and what a timer of Node's can take. */
const longestSeconds = 86_400;

/**
 * Asks whether what was changed is to stay.
 *
 * Throws a `HostError` where the answer is no, or none has come in time; the caller undoes then.
 */
export type Confirm = () => Promise<void>;

/**
 * How `--confirm` is answered, or nothing where it was not given. Throws a `UsageError` for what is no number of
 * seconds, and where there is no terminal to ask on.
 */
export function confirmation(session: Session): Confirm | undefined {
  const { confirm: written } = serviceWords(session);
  if (written === undefined) return undefined;
  const seconds = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (seconds < 1 || seconds > longestSeconds)
    throw new UsageError(
      `"${[confirmOption, written].filter(Boolean).join(' ')}" gives no time`,
      `write a number of seconds, such as "${confirmOption} 60"`,
    );
  const { questions } = session.terminal;
  if (!questions)
    throw new UsageError(
      `"${confirmOption}" asks on a terminal, and there is none`,
      'leave it out, or start netcompose from a terminal',
    );
  return async () => {
    const stays = await untilInterrupted(async (interrupt) => {
      const end = new AbortController();
      const stop = () => end.abort();
      const timer = setTimeout(stop, seconds * 1000);
      interrupt.addEventListener('abort', stop, { once: true });
      try {
        return await questions.confirm(
          `This host's network has been changed. Keep it so? (in ${seconds} s it is put back)`,
          end.signal,
        );
      } finally {
        clearTimeout(timer);
      }
    });
    if (!stays)
      throw new HostError({
        message: "the changes of this host's network were not confirmed: they are undone, and nothing was started",
      });
  };
}
