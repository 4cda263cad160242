/** What `up` does once Compose has ended, on a host with shims: containers may have come, moved and gone. */
import isEqual from 'lodash/isEqual.js';
import { applyActions } from '../../host/execute/execute.ts';
import { undoneOf } from '../../host/execute/left.ts';
import { createObserver } from '../../host/execute/observer.ts';
import { withLock } from '../../host/lock.ts';
import { observeAgain } from '../../host/observe/engine-facts.ts';
import { HostError } from '../../host/system/errors.ts';
import { stepsOf } from '../../plan/actions/commands.ts';
import type { EngineFacts } from '../../plan/facts/facts.ts';
import { actionsToContainers, shimsNow } from '../../plan/host-changes/host-actions.ts';
import { type StaleFacts, staleOn } from '../../plan/host-changes/stale.ts';
import { exitCodes } from '../exit-codes.ts';
import { showSteps } from '../progress/host-steps.ts';
import type { Session } from '../session.ts';
import type { Prepared } from './prepare.ts';

type Ready = Extract<Prepared, { kind: 'ready' }>;

interface Ended {
  /** Compose's. */
  readonly exitCode: number;
  /** Whether this run has left the host as it was seen. */
  readonly isAsSeen: boolean;
  /** Whether containers run on whose addresses only the engine knows, and whose routes are put now. */
  readonly isOpen: boolean;
}

/**
 * Where no range is given, only the engine knows which addresses need a route, and new containers get theirs; then what
 * shims lead to although it is gone is removed. Where Compose failed, its own words count.
 *
 * @returns the engine as it is now, where it was looked at
 */
export async function settle(session: Session, ready: Ready, ended: Ended): Promise<EngineFacts | undefined> {
  const { exitCode } = ended;
  try {
    const engine = await observed(session, ready);
    const needsNothing = exitCode === exitCodes.fine && (await isSettled(session, ready, ended, engine));
    return needsNothing ? engine : await settleUnderLock(session, ready, ended);
  } catch (error) {
    if (exitCode === exitCodes.fine || !(error instanceof HostError)) throw error;
    return undefined;
  }
}

async function observed({ host, progress }: Session, { facts }: Ready): Promise<EngineFacts> {
  // Without an engine nothing is started.
  const seen = await progress.during('Engine', 'Looking', () => observeAgain(host, facts.engine!));
  if (seen.kind !== 'reached') throw seen.error;
  return seen.facts;
}

/**
 * Whether all is as it was seen before, and that was as it should be. What is decided from it is then the same, and
 * needs neither the lock nor another look at the host.
 */
async function isSettled(
  { host }: Session,
  { plan, facts, shims }: Ready,
  { isAsSeen, isOpen }: Ended,
  engine: EngineFacts,
): Promise<boolean> {
  if (!isAsSeen || !facts.host || !shims || !isEqual(engine, facts.engine)) return false;
  if (staleOn({ host: facts.host, engine, state: shims }, new Set(), shimsNow(plan, engine)).length > 0) return false;
  if (!isOpen) return true;
  const { interfaces, routes } = facts.host;
  const undone = await undoneOf(
    stepsOf(actionsToContainers(plan, engine)),
    createObserver(host, { interfaces, routes, shims }),
  );
  return undone.length === 0;
}

async function settleUnderLock(session: Session, { plan, facts }: Ready, ended: Ended): Promise<EngineFacts> {
  const { host, progress } = session;
  const { tidy } = await import('./release.ts');
  const isFine = ended.exitCode === exitCodes.fine;
  const lead = async ({ engine, host: { interfaces, routes }, state: shims }: StaleFacts) => {
    const steps = stepsOf(actionsToContainers(plan, engine));
    await applyActions(steps, host, { onStep: showSteps(steps, progress), known: { interfaces, routes, shims } });
  };
  const now = await withLock(host, 'host', () =>
    tidy(session, {
      ...(isFine && { plan }),
      ...(facts.engine && { known: facts.engine }),
      ...(isFine && ended.isOpen && { first: lead }),
    }),
  );
  return now.engine;
}
