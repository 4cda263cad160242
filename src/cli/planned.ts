/** Files → plan, for the commands that only tell: check, plan, render. */
import { planOf } from '../plan/plan.ts';
import type { Plan } from '../plan/types.ts';
import type { OwnOptions } from './own-options.ts';
import { factsFor } from './facts-for.ts';
import { readProject, type Read } from './read-project.ts';
import type { Session } from './session.ts';

export interface Planned extends Read {
  /** Absent where there is no project to speak of. */
  readonly plan?: Plan;
}

/** @param engine whether the engine's networks and versions matter to what is told; asking costs more than all the rest */
export async function planned(session: Session, { values }: OwnOptions, { engine }: { readonly engine: boolean } = { engine: true }): Promise<Planned> {
  const read = readProject(session);
  const { intents, diagnostics } = read;
  if (!intents) return read;
  const file = values['facts'] as string | undefined;
  const facts = await factsFor(session, intents, { offline: values['offline'] === true, engine, ...(file !== undefined && { file }) }, diagnostics.report);
  return { ...read, plan: planOf(intents, facts, diagnostics.report) };
}
