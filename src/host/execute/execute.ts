/**
 * Runs host actions. It decides nothing: what to do is in the steps, whether it is done in `checks.ts`.
 *
 * Docker networks too are made and removed by a command, though they are looked at through the engine's API: `plan`
 * prints exactly what is run, and a person can run it instead. `docker` finds the same engine by the same `DOCKER_HOST`
 * and context.
 */
import type { Step } from '../../plan/actions/action.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { leases } from '../lock.ts';
import { HostError, type HostFailure } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { changedBy, stateOf } from './checks.ts';
import { commandsLeft } from './left.ts';
import { createObserver, type Known, type Observer } from './observer.ts';
import { byHand, runPrivileged } from './sudo.ts';

type StepEvent = 'already-done' | 'applying' | 'applied' | 'failed' | 'undoing' | 'undone' | 'kept';

export interface ApplyOptions {
  /** Called before and after each step. */
  readonly onStep?: (step: Step, event: StepEvent) => void;
  /** What was seen since the lock is held. */
  readonly known?: Known;
}

export interface Applied {
  /** The steps that this run had to do; none where all was done before. */
  readonly changed: readonly Step[];
  /**
   * Undoes what this run did, in reverse; for when Compose then fails to start. What others use by now stays: a network
   * that has containers or another process's lease, and its shim.
   *
   * @returns the commands that failed, for the user to run
   */
  undo(): Promise<readonly (readonly string[])[]>;
}

interface Done {
  readonly step: Step;
  readonly undo: readonly string[];
}

/**
 * Applies steps in order, skips what is done, reads each back: those of a shim that this run makes once all are done,
 * the others one by one. To be called under `withLock`. Where one fails, what
 * this run did is undone in reverse and a `HostError` thrown; a run that was killed is completed by the next.
 */
export async function applyActions(steps: readonly Step[], host: Host, options: ApplyOptions = {}): Promise<Applied> {
  const observer = createObserver(host, options.known);
  const changes: Done[] = [];
  const undo = () => undoChanges(changes, steps, host, observer, options);
  try {
    await applyInOrder(steps, changes, host, observer, options);
  } catch (error) {
    const notUndone = await undo();
    if (!(error instanceof HostError)) throw error;
    // What could not be undone for the same reason is completed by these commands.
    if (error.failure.needsRoot)
      throw new HostError({ ...error.failure, help: byHand(await commandsLeft(steps, observer)) });
    if (notUndone.length === 0) throw error;
    throw new HostError({ ...error.failure, notUndone });
  }
  return { changed: changes.map(({ step }) => step), undo };
}

async function applyInOrder(
  steps: readonly Step[],
  changes: Done[],
  host: Host,
  observer: Observer,
  { onStep }: ApplyOptions,
): Promise<void> {
  const run: Run = { madeNetworks: new Set(), madeShims: new Set(), unread: [], changes, why: whyRoot(steps) };
  for (const step of steps) {
    try {
      await applyStep(step, run, host, observer, onStep);
    } catch (error) {
      onStep?.(step, 'failed');
      throw error;
    }
  }
  await readBack(run, observer, onStep);
}

interface Run {
  /** Networks that this run has made. */
  readonly madeNetworks: Set<string>;
  /** Shims that this run has made, and that nobody else uses yet: what is done to them is read back all at once. */
  readonly madeShims: Set<string>;
  /** What has been done since something was last read back. */
  readonly unread: { readonly step: Step; readonly command: readonly string[] }[];
  readonly changes: Done[];
  /** What root is for, as sudo says it. */
  readonly why: string;
}

async function applyStep(
  step: Step,
  run: Run,
  host: Host,
  observer: Observer,
  onStep: ApplyOptions['onStep'],
): Promise<void> {
  const { action } = step;
  const isLater = 'shim' in action && action.kind !== 'create-shim' && run.madeShims.has(action.shim);
  if (!isLater) await readBack(run, observer, onStep);
  const context = { observer, madeNetworks: run.madeNetworks, ran: false };
  const state = await stateOf(action, context);
  if (state.kind === 'conflict') throw new HostError({ ...state.failure, isConflict: true });
  if (state.kind === 'done') {
    onStep?.(step, 'already-done');
    return;
  }
  onStep?.(step, 'applying');
  const differs = state.kind === 'differs' ? state : undefined;
  const commands = [...(differs?.first ?? []), differs?.instead ?? step.command];
  const change = { step, undo: differs?.undo ?? step.undo };
  try {
    for (const [position, argv] of commands.entries()) {
      await runPrivileged(host, argv, run.why);
      if (!isLater) observer.forget(position === commands.length - 1 ? changedBy(action) : undefined);
    }
  } catch (error) {
    if (hasHung(error)) run.changes.push(change);
    // It may have failed because something before it is not in effect: that is then what is told.
    else await readBack(run, observer, onStep);
    throw error;
  }
  run.changes.push(change);
  run.unread.push({ step, command: commands.at(-1)! });
  if (isLater) return;
  if (action.kind === 'create-shim') run.madeNetworks.delete(action.network);
  await readBack(run, observer, onStep);
  if (action.kind === 'create-shim') run.madeShims.add(action.shim);
  if (action.kind === 'ensure-network') run.madeNetworks.add(action.name);
}

/** Sees that what was done is in effect. */
async function readBack(
  { unread, madeNetworks }: Run,
  observer: Observer,
  onStep: ApplyOptions['onStep'],
): Promise<void> {
  const done = unread.splice(0);
  observer.forget(done.flatMap(({ step }) => changedBy(step.action)));
  for (const { step, command } of done) {
    if ((await stateOf(step.action, { observer, madeNetworks, ran: true })).kind !== 'done') {
      onStep?.(step, 'failed');
      throw new HostError(notInEffect(command));
    }
    onStep?.(step, 'applied');
  }
}

/** A command that was given up may have had its effect all the same. */
const hasHung = (error: unknown): boolean => error instanceof HostError && error.failure.isLate === true;

/** What root is for: which shims, and what they are. */
function whyRoot(steps: readonly Step[]): string {
  const shims = new Set(steps.flatMap(({ action }) => ('shim' in action ? action.shim : [])));
  return `to set up ${[...shims].join(', ')}, by which this host reaches its own containers on the LAN`;
}

function notInEffect(command: readonly string[]): HostFailure {
  return {
    message: `"${displayCommand(command)}" succeeded, but is not in effect`,
    command,
    code: 0,
    help: 'is something else on this host changing its network just now?',
  };
}

async function undoChanges(
  changes: Done[],
  steps: readonly Step[],
  host: Host,
  observer: Observer,
  { onStep }: ApplyOptions,
): Promise<readonly (readonly string[])[]> {
  const failed: (readonly string[])[] = [];
  const serves = networksOf(steps);
  const inUse = new Map<string, boolean>();
  // Compose may have run since.
  observer.forget();
  // Where the kernel or the engine does not answer any more, each further command would be waited for as long.
  let isStuck = false;
  for (const { step, undo } of changes.splice(0).reverse()) {
    if (isStuck) {
      if (undo.length > 0) failed.push(undo);
      continue;
    }
    const network = serves(step);
    try {
      if (network !== undefined && !inUse.has(network)) inUse.set(network, await isInUse(network, host, observer));
      if (network !== undefined && inUse.get(network)) {
        onStep?.(step, 'kept');
        continue;
      }
      onStep?.(step, 'undoing');
      if (undo.length > 0) await runPrivileged(host, undo, 'to undo its changes of this host');
      onStep?.(step, 'undone');
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      isStuck = hasHung(error) || error.failure.noEngine === true;
      if (isStuck ? undo.length > 0 : !(await isGone(step, observer))) failed.push(undo);
    }
    observer.forget();
  }
  return failed;
}

/**
 * Undoing is idempotent: what disappeared by itself (routes with the last address, the shim with its parent) counts.
 */
async function isGone({ action }: Step, observer: Observer): Promise<boolean> {
  observer.forget();
  try {
    if (action.kind !== 'ensure-network' && !(await observer.link(action.shim))) return true;
    return (await stateOf(action, { observer, madeNetworks: new Set(), ran: true })).kind === 'missing';
  } catch {
    return false;
  }
}

async function isInUse(network: string, host: Host, observer: Observer): Promise<boolean> {
  if ((await leases(host, network)).some((pid) => pid !== host.pid)) return true;
  return (await observer.network(network)) !== undefined && observer.hasContainers(network);
}

/** Which Docker network a step serves. */
function networksOf(steps: readonly Step[]): (step: Step) => string | undefined {
  const byShim = new Map<string, string>();
  for (const { action } of steps) if (action.kind === 'create-shim') byShim.set(action.shim, action.network);
  return ({ action }) => (action.kind === 'ensure-network' ? action.name : byShim.get(action.shim));
}
