/** How each kind of action finds out whether it is done: a new kind is a line here. It observes and never assumes. */
import type { HostAction } from '../../plan/actions/action.ts';
import { isOurs } from '../../plan/facts/ownership.ts';
import { networkState } from './network.ts';
import type { Part } from './observer.ts';
import {
  addressState,
  neighbourState,
  returnRouteState,
  returnRuleState,
  routeState,
  ruleState,
  sysctlState,
  tableRouteState,
} from './settings.ts';
import {
  answersState,
  createShimState,
  leftAloneState,
  markShimState,
  mtuState,
  multicastState,
  shimUpState,
} from './shim.ts';
import type { Context, State } from './state.ts';

type Kind = HostAction['kind'];

interface Check<Action> {
  readonly stateOf: (action: Action, context: Context) => Promise<State>;
  /** What the action's own command changes of what is looked at. */
  readonly changes: readonly Part[];
}

const checks: { readonly [K in Kind]: Check<Extract<HostAction, { kind: K }>> } = {
  // An engine makes interfaces for some of its networks.
  'ensure-network': { stateOf: networkState, changes: ['networks', 'interfaces', 'routes'] },
  'create-shim': { stateOf: createShimState, changes: ['interfaces'] },
  'mark-shim': { stateOf: markShimState, changes: ['interfaces'] },
  'set-sysctl': { stateOf: sysctlState, changes: [] },
  'set-multicast': { stateOf: multicastState, changes: ['interfaces'] },
  'add-shim-address': { stateOf: addressState, changes: ['interfaces', 'routes'] },
  'set-mtu': { stateOf: mtuState, changes: ['interfaces'] },
  'leave-alone': { stateOf: leftAloneState, changes: ['interfaces', 'routes'] },
  'retype-answers': { stateOf: answersState, changes: ['answers'] },
  'bring-shim-up': { stateOf: shimUpState, changes: ['interfaces', 'routes'] },
  'add-table-route': { stateOf: tableRouteState, changes: ['routes'] },
  'add-rule': { stateOf: ruleState, changes: ['rules'] },
  'add-shim-route': { stateOf: routeState, changes: ['routes'] },
  'add-return-route': { stateOf: returnRouteState, changes: ['routes'] },
  'add-return-rule': { stateOf: returnRuleState, changes: ['rules'] },
  'add-shim-neighbour': { stateOf: neighbourState, changes: ['neighbours'] },
};

/** What must be looked at again once an action's command has run. */
export const changedBy = ({ kind }: HostAction): readonly Part[] => checks[kind].changes;

/** Whether an action is done, and if not, what stands in its place. */
export async function stateOf(action: HostAction, context: Context): Promise<State> {
  if (action.kind !== 'ensure-network' && action.kind !== 'create-shim') {
    const link = await context.observer.link(action.shim);
    if (!link) return { kind: 'conflict', failure: { message: `"${action.shim}": the shim is gone` } };
    if (!isOurs(link))
      return {
        kind: 'conflict',
        failure: { message: `"${action.shim}" is an interface that netcompose did not make` },
      };
  }
  return (checks[action.kind] as Check<HostAction>).stateOf(action, context);
}
