/**
 * What every `up` asks of host and engine, asked before its own code is loaded and the files are read: while these are,
 * `ip` and the engine work.
 */
import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { defaultNames } from '../../../compose/files/locate.ts';
import type { Lock } from '../../../host/lock.ts';
import { askEngine, askNetwork, type EngineAsked, type NetworkAsked } from '../../../host/observe/under-way.ts';
import type { Session } from '../../session.ts';

export interface Ahead {
  readonly network: NetworkAsked;
  /** Absent where the engine is asked in a way that takes long to begin with. */
  readonly engine?: EngineAsked;
}

/**
 * Asks, where the files will probably need it; what is not needed after all is dropped.
 *
 * @param lock is taken first, so that what is seen still holds when the host is prepared
 */
export async function askAhead(session: Session, lock: Lock): Promise<Ahead | undefined> {
  const { host } = session;
  if (host.platform !== 'linux' || !isProbablyAnnotated(session)) return undefined;
  await lock.takeIfFree();
  const [network, engine] = [askNetwork(host), askEngine(host)];
  // Requests leave with the next turn of the event loop.
  await setImmediate();
  return { network, ...(engine && { engine }) };
}

/** By the file that the project will most likely be read from; a pipe could be read only once, and is not looked at. */
function isProbablyAnnotated({ host, globals }: Session): boolean {
  const names = globals.files.length > 0 ? globals.files : defaultNames;
  const path = names.map((name) => posix.resolve(host.cwd, name)).find((file) => host.exists(file));
  return path !== undefined && !/^\/(?:dev|proc)\//.test(path) && host.readText(path)?.includes('x-netmode') === true;
}
