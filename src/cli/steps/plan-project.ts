/** Files → plan, for the commands that change nothing: check, plan, render. */
import { check } from '../../plan/checks/check.ts';
import { checkPrivilege } from '../../plan/checks/privilege.ts';
import { decide } from '../../plan/decide.ts';
import type { Facts } from '../../plan/facts/facts.ts';
import type { Plan } from '../../plan/types.ts';
import type { OwnOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';
import { factsFor } from './observe/observe.ts';
import { probed } from './probe-lan.ts';
import { type Read, readProject } from './read-project.ts';

export interface Planned extends Read {
  /** Absent where the files make no project. */
  readonly plan?: Plan;
  /** What was observed for it. */
  readonly facts?: Facts;
}

interface PlannedOptions {
  /** Whether the engine's networks and versions matter here; asking for them costs more than all the rest. */
  readonly engine?: boolean;
  /** Whether to ask the LAN for the addresses. */
  readonly probe?: boolean;
  /** Whether it cannot be done without the engine. */
  readonly engineNeeded?: boolean;
}

export async function planned(
  session: Session,
  { values }: OwnOptions,
  { engine = true, probe = false, engineNeeded = false }: PlannedOptions = {},
): Promise<Planned> {
  const read = readProject(session);
  const { intents, diagnostics } = read;
  if (!intents) return read;
  const file = values['facts'] as string | undefined;
  const options = {
    offline: values['offline'] === true,
    engine,
    engineNeeded,
    live: engine,
    ...(file !== undefined && { file }),
  };
  const seen = await session.progress.during('Host and engine', 'Looking', () =>
    factsFor(session, intents, options, diagnostics.report),
  );
  const plan = decide(intents, seen, diagnostics.report);
  check(plan, probe ? await probed(session, plan, seen) : seen, diagnostics.report);
  // A rendered file is for any host, and any user.
  if (engine) checkPrivilege(plan, seen, diagnostics.report);
  return { ...read, plan, facts: seen };
}
