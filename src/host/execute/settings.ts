/** What a shim carries: kernel settings, addresses, routes, neighbour entries. */
import type {
  AddReturnRoute,
  AddReturnRule,
  AddRule,
  AddShimAddress,
  AddShimNeighbour,
  AddShimRoute,
  AddTableRoute,
  SetSysctl,
} from '../../plan/actions/action.ts';
import * as argv from '../../plan/actions/argv.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { blockOf, formatAddress, formatCidr, parseAddress } from '../../plan/facts/ip.ts';
import { isOurRule, isReturnRule } from '../../plan/facts/ownership.ts';
import { type Context, done, missing, type State } from './state.ts';

export async function sysctlState({ key, value }: SetSysctl, { observer }: Context): Promise<State> {
  const current = observer.sysctl(key);
  if (current === value) return done;
  if (current !== undefined)
    return { kind: 'differs', first: [], undo: ['sysctl', '-w', `${['net', ...key].join('/')}=${current}`] };
  // A kernel without IPv6 has none of its settings, and nothing to turn off.
  return key[0] === 'ipv6' ? done : missing;
}

export async function addressState(action: AddShimAddress, { observer }: Context): Promise<State> {
  const text = formatCidr(blockOf(action.address));
  const { addresses = [], scopes } = (await observer.link(action.shim)) ?? {};
  if (!addresses.includes(text)) return missing;
  // IPv6 knows its scopes by itself.
  if (action.address.family === 6 || (scopes?.[text] ?? 'global') === (action.scope ?? 'global')) return done;
  return { kind: 'differs', first: [argv.shimAddress(action).undo] };
}

/**
 * A route of ours with another source or scope is replaced, in one command: there is no moment without one. A route
 * through another interface is in the way, and not ours to change.
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
    if (own.source === source && (own.scope === undefined || source !== undefined)) return done;
    const before = parseAddress(own.source ?? '');
    return {
      kind: 'differs',
      first: [],
      instead: argv.routeTo(action)('replace'),
      undo: argv.routeTo({
        shim,
        destination: action.destination,
        ...(before && { source: before }),
        ...(own.scope !== undefined && { scope: own.scope }),
      })('replace'),
    };
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

/** Nobody else writes to our table. */
export async function tableRouteState(action: AddTableRoute, { observer }: Context): Promise<State> {
  const routes = await observer.tableRoutes(4);
  const there = routes.find(({ destination }) => destination === formatCidr(action.destination));
  if (!there) return missing;
  if (there.interface === action.shim && there.source === formatAddress(action.source)) return done;
  const source = parseAddress(there.source ?? '');
  const undo =
    there.interface !== undefined && source
      ? argv.tableRoute({ shim: there.interface, destination: action.destination, source }).command
      : undefined;
  return { kind: 'differs', first: [], ...(undo && { undo }) };
}

export async function ruleState({ destination }: AddRule, { observer }: Context): Promise<State> {
  return (await observer.rules(4)).some((rule) => isOurRule(rule) && rule.destination === formatCidr(destination))
    ? done
    : missing;
}

/** Without policy routing there is one table, in which that would be everybody's way: the container is not answered. */
const isPolicyKnown = async ({ observer }: Context) => (await observer.rules(6)).length > 0;

export async function returnRouteState({ shim, subnet }: AddReturnRoute, context: Context): Promise<State> {
  if (!(await isPolicyKnown(context))) return done;
  const routes = await context.observer.tableRoutes(6);
  const isThere = routes.some((route) => route.interface === shim && route.destination === formatCidr(subnet));
  return isThere ? done : missing;
}

export async function returnRuleState({ source }: AddReturnRule, context: Context): Promise<State> {
  if (!(await isPolicyKnown(context))) return done;
  const rules = await context.observer.rules(6);
  const from = formatCidr(blockOf(source));
  return rules.some((rule) => isReturnRule(rule) && rule.source === from) ? done : missing;
}

export async function neighbourState({ shim, address, mac }: AddShimNeighbour, { observer }: Context): Promise<State> {
  const entry = (await observer.neighbours(shim)).find((one) => one.address === formatAddress(address));
  return entry?.permanent && entry.mac === mac.toLowerCase() ? done : missing;
}
