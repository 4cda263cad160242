/** What is still to be done, as commands for a person who may do it. */
import type { HostAction, Step } from '../../plan/actions/action.ts';
import type { HostFailure } from '../system/errors.ts';
import { stateOf } from './checks.ts';
import type { Observer } from './observer.ts';

/**
 * The commands that, run in this order, leave nothing for these steps to do. What is done already is not among them,
 * and neither is what somebody else is in the way of.
 */
export async function commandsLeft(
  steps: readonly Step[],
  observer: Observer,
): Promise<readonly (readonly string[])[]> {
  observer.forget();
  const commands: (readonly string[])[] = [];
  const remade = new Set<string>();
  for (const { action, command } of steps) {
    if ('shim' in action && remade.has(action.shim)) {
      if (existsForNewShim(action, observer)) commands.push(command);
      continue;
    }
    const state = await stateOf(action, { observer, madeNetworks: new Set(), ran: false });
    if (state.kind === 'done' || state.kind === 'conflict') continue;
    if (action.kind === 'create-shim') remade.add(action.shim);
    const differs = state.kind === 'differs' ? state : undefined;
    commands.push(...(differs?.first ?? []), differs?.instead ?? command);
  }
  return commands;
}

/** A step that is not done, with what is in its way where that is somebody else's. */
export interface Undone {
  readonly action: HostAction;
  readonly conflict?: HostFailure;
}

/** The steps that are not done. Of a shim that is to be made anew only that one counts: the others go with it. */
export async function undoneOf(steps: readonly Step[], observer: Observer): Promise<readonly Undone[]> {
  const left: Undone[] = [];
  const remade = new Set<string>();
  for (const { action } of steps) {
    if ('shim' in action && remade.has(action.shim)) continue;
    const state = await stateOf(action, { observer, madeNetworks: new Set(), ran: false });
    if (state.kind === 'done') continue;
    if (action.kind === 'create-shim') remade.add(action.shim);
    left.push({ action, ...(state.kind === 'conflict' && { conflict: state.failure }) });
  }
  return left;
}

/** A kernel without IPv6 gives a new interface none of its settings. */
const existsForNewShim = (action: HostAction, observer: Observer) =>
  action.kind !== 'set-sysctl' ||
  action.key[0] !== 'ipv6' ||
  observer.sysctl(['ipv6', 'conf', 'all', action.key.at(-1)!]) !== undefined;
