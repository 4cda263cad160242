/** What a command that starts containers does: check, prepare the host, then call Compose. */

import type { Project } from '../../compose/project/project.ts';
import { overrideOf } from '../../emit/override/override.ts';
import { actionsText } from '../../emit/text/plan-text.ts';
import { type Applied, type ApplyOptions, applyActions } from '../../host/execute/execute.ts';
import { holdLease, type Lock, withLock } from '../../host/lock.ts';
import { readOverride, removeOverride, withTemporaryOverride, writeOverride } from '../../host/override-store.ts';
import { HostError } from '../../host/system/errors.ts';
import type { HostAction, Step } from '../../plan/actions/action.ts';
import { stepsOf } from '../../plan/actions/commands.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { isOurs } from '../../plan/facts/ownership.ts';
import { hasUnknownTargets } from '../../plan/host-changes/targets.ts';
import type { Plan } from '../../plan/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { endedAtOnce, interruptible } from '../interrupt.ts';
import { serviceWords } from '../options/service-words.ts';
import { showSteps } from '../progress/host-steps.ts';
import type { Session } from '../session.ts';
import { notify } from '../terminal.ts';
import { composeCall } from './compose-call.ts';
import { type Confirm, confirmation } from './confirm-changes.ts';
import { areTrusted, runHooks, untrusted } from './hooks.ts';
import type { Ahead } from './observe/ask-ahead.ts';
import { passThrough } from './pass-through.ts';
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts';
import { madeSomething } from './program/usual-run.ts';
import { settle } from './settle.ts';

/**
 * Carries out a command that starts containers.
 *
 * @param lock the host's; its caller releases it at the end
 * @param ahead what has been asked of host and engine already
 * @returns the exit code
 */
export async function bringUp(session: Session, lock: Lock, ahead: Ahead | undefined): Promise<number> {
  const said = new Set<string>();
  const first = await bringUpOnce(session, { lock, said, ...(ahead && { ahead }) });
  if (!(first instanceof HostError)) return first;
  // Another one has made something between the look and the lock: what it is decides what is to be done here.
  notify(session.terminal, 'another one has changed this host meanwhile: looking again');
  const second = await bringUpOnce(session, { lock, said });
  if (second instanceof HostError) throw second;
  return second;
}

type Attempt = Required<Pick<PrepareOptions, 'lock' | 'said'>> & Pick<PrepareOptions, 'ahead'>;

/** @returns the exit code, or what stood in the way before anything was started, and may be planned around */
async function bringUpOnce(session: Session, attempt: Attempt): Promise<number | HostError> {
  const { lock } = attempt;
  const confirm = confirmation(session);
  const prepared = await endedAtOnce(() => prepare(session, { starts: true, ...attempt }));
  if (prepared.kind === 'ready' && !isPretending(session)) return start(session, prepared, lock, confirm);
  await lock.release();
  if (prepared.kind === 'refused') return prepared.exitCode;
  return await (prepared.kind === 'plain' ? plain(session, prepared) : pretend(session, prepared));
}

/** Compose alone; but if the files had an `x-netmode` the last time, what it needed is released. */
async function plain(session: Session, { project, stdin }: Extract<Prepared, { kind: 'plain' }>): Promise<number> {
  const { argv, args, host } = session;
  const { forCompose, waitsReach } = serviceWords(session);
  const words = [...argv.slice(0, argv.length - args.length), ...forCompose];
  const exitCode = await passThrough(words, host, stdin);
  const before = project && readOverride(host, project.name);
  if (exitCode === exitCodes.fine && project && before !== undefined && !isPretending(session)) {
    const { leftBetween, release } = await import('./release.ts');
    await release(session, await leftBetween(project, before, undefined));
    removeOverride(host, project.name);
  }
  const isWaited = exitCode === exitCodes.fine && waitsReach !== undefined && !isPretending(session);
  return isWaited && project ? proof(session, project, waitsReach) : exitCode;
}

const isPretending = (session: Session) => serviceWords(session).dryRun ?? session.globals.dryRun;

/** `--wait-reach` */
async function proof(session: Session, project: Project, seconds: number): Promise<number> {
  const { waitReach } = await import('./reach/wait-reach.ts');
  return waitReach(session, project, seconds);
}

type Ready = Extract<Prepared, { kind: 'ready' }>;

/** Shows the host actions that are not done yet, as `plan` does, and lets Compose show its own part. */
async function pretend(session: Session, prepared: Ready): Promise<number> {
  const { plan, facts, project } = prepared;
  const { standingOf } = await import('../../plan/standing/standing.ts');
  const { out, columns } = session.terminal;
  out(actionsText(plan, { standing: standingOf(plan, facts), ...(columns !== undefined && { columns }) }));
  const existing = new Set(facts.engine?.networks.map(({ name }) => name));
  const inline = new Set(
    plan.actions.flatMap((action) =>
      action.kind === 'ensure-network' && !existing.has(action.name) ? action.name : [],
    ),
  );
  return withTemporaryOverride(session.host, project.name, overrideOf(plan, { inline }), (path) =>
    callCompose(session, prepared, path),
  );
}

async function start(
  session: Session,
  prepared: Ready,
  lock: Lock,
  confirm: Confirm | undefined,
): Promise<number | HostError> {
  const { host, terminal } = session;
  if (!areTrusted(session, prepared.project, prepared.plan.hooks))
    throw untrusted(prepared.project, prepared.plan.hooks);
  const steps = stepsOf(prepared.plan.actions);
  // From before the networks are ensured until Compose has ended, no other project's `down` may take them away.
  const networks = new Set(prepared.plan.actions.flatMap(networkOf));
  const leases = await Promise.all([...networks].map((network) => holdLease(host, network)));
  try {
    const { project, override, plan } = prepared;
    const applied = await interruptible((check) =>
      makeReady(session, prepared, lock, steps, check, confirm).catch(conflictOf),
    );
    if (applied instanceof HostError) return applied;
    const before = readOverride(host, project.name);
    const isAsSeen = applied === undefined || applied.changed.length === 0;
    if (!isAsSeen) madeSomething();
    const exitCode = await orUndone(session, applied, () =>
      callCompose(session, prepared, recordOverride(session, project.name, override)),
    );
    if (exitCode === exitCodes.fine) prepared.remember();
    else if (applied) await undo(session, applied);
    const { detached, waitsReach } = serviceWords(session);
    const runOn = session.command !== 'up' || detached;
    const engine = hasShims(prepared)
      ? await settle(session, prepared, { exitCode, isAsSeen, isOpen: runOn && routesAreOpen(plan) })
      : undefined;
    if (exitCode === exitCodes.fine) await releaseLeft(session, project, before, override);
    if (exitCode === exitCodes.fine && detached) {
      const { reachTable } = await import('./reach/reach-table.ts');
      terminal.err(await reachTable(session, prepared, engine));
    }
    if (exitCode === exitCodes.fine && waitsReach !== undefined)
      return await proof(session, prepared.project, waitsReach);
    return exitCode;
  } finally {
    await Promise.all(leases.map((lease) => lease.release()));
  }
}

/** A conflict, after which nothing of this run is left; everything else is thrown on. */
function conflictOf(error: unknown): HostError {
  if (error instanceof HostError && error.failure.isConflict && !error.failure.notUndone) return error;
  throw error;
}

/** The files have changed, and what they had is in nobody's files any more. */
async function releaseLeft(session: Session, project: Project, before?: string, after?: string): Promise<void> {
  if (before === undefined || before === after) return;
  const { leftBetween, release } = await import('./release.ts');
  const left = await leftBetween(project, before, after);
  if (left) await release(session, left);
}

/** Everything before Compose is called; an interrupt, the last moment before that included, undoes what was done. */
async function makeReady(
  session: Session,
  prepared: Ready,
  lock: Lock,
  steps: readonly Step[],
  check: () => void,
  confirm: Confirm | undefined,
): Promise<Applied | undefined> {
  const { project, plan } = prepared;
  const applied = steps.length === 0 ? undefined : await apply(session, prepared, lock, steps, check);
  // The leases say from here on what others must leave alone.
  await lock.release();
  try {
    check();
    if (applied && applied.changed.length > 0 && confirm) {
      session.progress.end();
      await confirm();
    }
    check();
    await runHooks(session, project, plan.hooks, 'pre_up');
    check();
    return applied;
  } catch (error) {
    if (applied) await undo(session, applied);
    throw error;
  }
}

/** Applies the steps under the lock, so that two runs take turns; where it is still held, what was seen still holds. */
function apply(
  { host, terminal, progress }: Session,
  { facts, shims }: Ready,
  lock: Lock,
  steps: readonly Step[],
  check: () => void,
): Promise<Applied> {
  const onWait = (pid: number) =>
    notify(terminal, `waiting for another one (process ${pid}) to end its changes to this host`);
  const show = showSteps(steps, progress);
  const onStep: ApplyOptions['onStep'] = (step, event) => {
    show(step, event);
    if (event === 'already-done' || event === 'applying' || event === 'applied') check();
  };
  if (lock.isHeld && facts.host) {
    const { interfaces, routes } = facts.host;
    const networks = facts.engine?.networks;
    const known = { interfaces, routes, ...(shims && { shims }), ...(networks && { networks }) };
    return applyActions(steps, host, { onStep, known });
  }
  return withLock(host, 'host', () => applyActions(steps, host, { onStep }), { onWait, whileWaiting: check });
}

/** The Docker network that an action is for, where it makes that network or its shim. */
function networkOf(action: HostAction): string | readonly string[] {
  if (action.kind === 'ensure-network') return action.name;
  return action.kind === 'create-shim' ? action.network : [];
}

const routesAreOpen = ({ shims, networks }: Plan) => shims.length > 0 && [...networks.values()].some(hasUnknownTargets);

/** Whether this host has shims: those of the plan, or what another plan has left. */
const hasShims = ({ plan, facts }: Ready) =>
  plan.shims.length > 0 || facts.host?.interfaces.some((one) => isOurs(one)) === true;

/** Writes the override that `down` will use, or removes that of an earlier version of the files. */
function recordOverride({ host }: Session, project: string, text: string | undefined): string | undefined {
  if (text !== undefined) return writeOverride(host, project, text);
  removeOverride(host, project);
  return undefined;
}

function callCompose(session: Session, prepared: Ready, override: string | undefined): Promise<number> {
  const { project, stdin, quickly } = prepared;
  const { forCompose, detached } = serviceWords(session);
  const [argv, options] = composeCall(session, project, override, [session.command, ...forCompose], stdin);
  return session.host.attach(argv, detached ? { ...options, env: { ...options.env, ...quickly } } : options);
}

/** Where Compose cannot even be called (its program has gone, the override cannot be written), nothing stays either. */
async function orUndone<T>(session: Session, applied: Applied | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (applied) await undo(session, applied);
    throw error;
  }
}

/** Compose failed: removes what this run made, except what containers use by now. */
async function undo({ host, terminal }: Session, applied: Applied): Promise<void> {
  const failed = await withLock(host, 'host', () => applied.undo());
  const commands = failed.map((command) => `  ${displayCommand(command)}`);
  if (commands.length > 0) notify(terminal, ['could not undo, please run:', ...commands].join('\n'));
}
