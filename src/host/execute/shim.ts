/** The shim interface itself: whether it exists, is marked, and is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BringShimUp,
  CreateShim,
  LeaveAlone,
  MarkShim,
  RetypeAnswers,
  SetMtu,
  SetMulticast,
} from '../../plan/actions/action.ts';
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

export async function multicastState({ shim, to }: SetMulticast, { observer }: Context): Promise<State> {
  const isOff = (await observer.link(shim))?.multicast === false;
  return isOff === (to === 'off') ? done : missing;
}

export async function mtuState({ shim, mtu }: SetMtu, { observer }: Context): Promise<State> {
  return (await observer.link(shim))?.mtu === mtu ? done : missing;
}

/** Only root may ask the packet filter. For others an interface that is up has been through this. */
export async function answersState({ shim }: RetypeAnswers, { observer, ran }: Context): Promise<State> {
  const retyped = await observer.answersRetyped();
  if (retyped !== undefined) return retyped ? done : missing;
  return ran || (await observer.link(shim))?.up === true ? done : missing;
}

/** NetworkManager hears of a new interface a moment later: it gets two seconds. */
const patience = { tries: 20, pause: 100 };

/**
 * An interface that is down is `unmanaged` in any case, and no longer so once it is up and has an address: only our own
 * word for it counts, or that it is up. Where NetworkManager never hears of the interface, there is nothing to say; nor
 * where it makes the shim itself: told to leave it alone, it would take it down.
 */
export async function leftAloneState({ shim }: LeaveAlone, { observer, ran }: Context): Promise<State> {
  if (observer.hasProfile(shim)) return done;
  const up = (await observer.link(shim))?.up === true;
  for (let tries = 0; tries < patience.tries; tries++) {
    const state = await observer.managedState(shim);
    if (state !== undefined && (ran || up) && state.startsWith('10 ')) return done;
    if (state !== undefined && !ran) return missing;
    await sleep(patience.pause);
  }
  return ran ? missing : done;
}

export async function shimUpState({ shim }: BringShimUp, { observer }: Context): Promise<State> {
  return (await observer.link(shim))?.up ? done : missing;
}
