/** The plan of what runs: files, host and engine, without the checks, which are about a start. */
import { Diagnostics } from '../../../diagnostics/diagnostic.ts';
import type { Intents } from '../../../netmode/intents.ts';
import { decide } from '../../../plan/decide.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import type { Plan } from '../../../plan/types.ts';
import type { Session } from '../../session.ts';
import { factsFor } from '../observe/observe.ts';
import { readProject } from '../read-project.ts';

export interface ReadForReach {
  /** Absent where the files make no project, or the engine cannot be reached. */
  readonly plan?: Plan;
  readonly facts: Facts;
  readonly diagnostics: Diagnostics;
}

export async function readForReach(session: Session): Promise<ReadForReach> {
  const { intents, diagnostics } = readProject(session);
  if (!intents || diagnostics.hasErrors) return { facts: { version: 1 }, diagnostics };
  return planForReach(session, intents, diagnostics);
}

/** The same of files that have been read. */
export async function planForReach(
  session: Session,
  intents: Intents,
  diagnostics: Diagnostics,
): Promise<ReadForReach> {
  const facts = await session.progress.during('Host and engine', 'Looking', () =>
    factsFor(session, intents, { engineNeeded: true }, diagnostics.report),
  );
  if (!facts.engine) return { facts, diagnostics };
  // What the plan would report is said by `check`; here it is only asked.
  return { plan: decide(intents, facts, new Diagnostics().report), facts, diagnostics };
}
