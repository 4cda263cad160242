/** How each kind of action finds out whether it is done. It observes and never assumes. */
import type { HostAction } from '../../plan/actions/action.ts';
import { isOurs } from '../../plan/facts/ownership.ts';
import { networkState } from './network.ts';
import { addressState, neighbourState, routeState, sysctlState } from './settings.ts';
import { createShimState, markShimState, shimUpState } from './shim.ts';
import type { Context, State } from './state.ts';

type Kind = HostAction['kind'];

const checks: { readonly [K in Kind]: (action: Extract<HostAction, { kind: K }>, context: Context) => Promise<State> } =
  {
    'ensure-network': networkState,
    'create-shim': createShimState,
    'mark-shim': markShimState,
    'set-sysctl': sysctlState,
    'add-shim-address': addressState,
    'bring-shim-up': shimUpState,
    'add-shim-route': routeState,
    'add-shim-neighbour': neighbourState,
  };

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
  return (checks[action.kind] as (action: HostAction, context: Context) => Promise<State>)(action, context);
}
