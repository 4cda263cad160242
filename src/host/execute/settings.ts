/** What a shim carries: kernel settings, addresses, routes, neighbour entries. */
import type { AddShimAddress, AddShimNeighbour, AddShimRoute, SetSysctl } from '../../plan/actions/action.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { blockOf, formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import { type Context, done, missing, type State } from './state.ts';

export async function sysctlState({ key, value }: SetSysctl, { observer }: Context): Promise<State> {
  const current = observer.sysctl(key);
  if (current === value) return done;
  if (current !== undefined)
    return { kind: 'differs', first: [], undo: ['sysctl', '-w', `${['net', ...key].join('/')}=${current}`] };
  // A kernel without IPv6 has none of its settings, and nothing to turn off.
  return key[0] === 'ipv6' ? done : missing;
}

export async function addressState({ shim, address }: AddShimAddress, { observer }: Context): Promise<State> {
  return (await observer.link(shim))?.addresses.includes(formatCidr(blockOf(address))) ? done : missing;
}

/**
 * A route of ours with another source is replaced. A route through another interface is in the way, and not ours to
 * change.
 */
export async function routeState(action: AddShimRoute, { observer }: Context): Promise<State> {
  const { shim } = action;
  const destination = formatCidr(action.destination);
  const source = action.source && formatAddress(action.source);
  const same = (await observer.routes(action.destination.family)).filter((route) => route.destination === destination);
  const own = same.find((route) => route.interface === shim);
  // The kernel names a source for IPv4 only where it is asked to; an IPv6 route may be preferred over another by its
  // metric.
  if (own) {
    const family = action.destination.family === 6 ? ['-6'] : [];
    return own.source === source
      ? done
      : { kind: 'differs', first: [['ip', ...family, 'route', 'del', destination, 'dev', shim]] };
  }
  const other = same.find((route) => route.family === 4 && (route.metric ?? 0) === 0);
  if (!other) return missing;
  return {
    kind: 'conflict',
    failure: {
      message:
        `"${destination}" has a route already, ` +
        (other.interface === undefined ? 'which leads nowhere' : `by "${other.interface}"`),
      help: `see: ${displayCommand(['ip', 'route', 'show', destination])}`,
    },
  };
}

export async function neighbourState({ shim, address, mac }: AddShimNeighbour, { observer }: Context): Promise<State> {
  const entry = (await observer.neighbours(shim)).find((one) => one.address === formatAddress(address));
  return entry?.permanent && entry.mac === mac.toLowerCase() ? done : missing;
}
