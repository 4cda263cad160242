/** `netcompose up` and every command that starts containers: asks host and engine, and loads the rest meanwhile. */
import { lockOf } from '../../host/lock.ts';
import { endedAtOnce } from '../interrupt.ts';
import { serviceWords } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { askAhead } from '../steps/observe/ask-ahead.ts';
import { composesHelp } from '../steps/pass-through.ts';

export async function run(session: Session): Promise<number> {
  // Help is Compose's own, and needs no preparation.
  if (serviceWords(session).help) return composesHelp(session);
  const lock = lockOf(session.host, 'host');
  try {
    const ahead = await endedAtOnce(() => askAhead(session, lock));
    const { bringUp } = await import('../steps/bring-up.ts');
    return await bringUp(session, lock, ahead);
  } finally {
    await lock.release();
  }
}
