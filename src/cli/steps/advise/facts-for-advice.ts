/** What advice depends on: the host's interfaces and the kind of engine, if it answers. */
import { observeEngine } from '../../../host/observe/engine-facts.ts';
import { observeHost } from '../../../host/observe/host-facts.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import type { Session } from '../../session.ts';
import { readFacts } from '../observe/observe.ts';

/** @param values the command's options, `--facts` and `--offline` among them */
export async function factsForAdvice(session: Session, values: Readonly<Record<string, unknown>>): Promise<Facts> {
  if (values['offline'] === true) return { version: 1 };
  const file = values['facts'] as string | undefined;
  if (file !== undefined) return readFacts(session, file);
  const [host, engine] = await Promise.all([observeHost(session.host, { lan: true }), observeEngine(session.host)]);
  if (engine.kind === 'unreachable') return { version: 1, host };
  return { version: 1, host, engine: engine.facts };
}
