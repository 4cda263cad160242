/** The shim interface itself: whether it exists, is marked, and is up. */
import type { BringShimUp, CreateShim, MarkShim } from '../../plan/actions/action.ts';
import { isAsWanted } from '../../plan/actions/wanted-shim.ts';
import { isOurs, servedNetwork, shimAliasPrefix } from '../../plan/facts/ownership.ts';
import { type Context, done, missing, type State } from './state.ts';

/** A shim of ours that is not as wanted is made anew; an interface that is not ours is never touched. */
export async function createShimState(action: CreateShim, { observer, madeNetworks }: Context): Promise<State> {
  const link = await observer.link(action.shim);
  if (!link) return missing;
  const remake: State = { kind: 'differs', first: [['ip', 'link', 'del', 'dev', action.shim]] };
  if (!isOurs(link)) {
    return {
      kind: 'conflict',
      failure: {
        message: `"${action.shim}" is an interface that netcompose did not make`,
        help: 'give the shim another name: x-netmode: { shim: { name: … } }',
      },
    };
  }
  const served = servedNetwork(link);
  if (served !== undefined && served !== action.network) {
    if (!(await observer.network(served))) return remake;
    return {
      kind: 'conflict',
      failure: {
        message: `"${action.shim}" is the shim of another network, "${served}"`,
        help: 'give the shim another name: x-netmode: { shim: { name: … } }',
      },
    };
  }
  return madeNetworks.has(action.network) || !isAsWanted(link, action) ? remake : done;
}

export async function markShimState({ shim, network }: MarkShim, { observer }: Context): Promise<State> {
  return (await observer.link(shim))?.alias === `${shimAliasPrefix}${network}` ? done : missing;
}

export async function shimUpState({ shim }: BringShimUp, { observer }: Context): Promise<State> {
  return (await observer.link(shim))?.up ? done : missing;
}
