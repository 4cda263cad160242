/** Which of a plan's actions are still to be done, as far as the facts tell: for saying so before anything is done. */
import type { HostAction } from '../actions/action.ts';
import { isAsWanted } from '../actions/wanted-shim.ts';
import type { Facts, HostFacts, HostInterface } from '../facts/facts.ts';
import { blockOf, formatAddress, formatCidr } from '../facts/ip.ts';
import { isOurs, servedNetwork } from '../facts/ownership.ts';

type Kind = HostAction['kind'];

interface Seen {
  readonly host: HostFacts;
  /** The interface of the shim's name; it is ours. */
  readonly link: HostInterface;
}

/**
 * Whether an action on a shim that is there is done. What is absent cannot be told by the facts, and is made in the same
 * run as the shim.
 */
const doneOnShim: { readonly [K in Kind]?: (action: Extract<HostAction, { kind: K }>, seen: Seen) => boolean } = {
  'create-shim': (action, { link }) => servedNetwork(link) === action.network && isAsWanted(link, action),
  'add-shim-address': ({ address }, { link }) => link.addresses.includes(formatCidr(blockOf(address))),
  'bring-shim-up': (_, { link }) => link.up,
  'add-shim-route': ({ shim, destination, source }, { host }) =>
    host.routes.some(
      (route) =>
        route.interface === shim &&
        route.destination === formatCidr(destination) &&
        route.source === (source && formatAddress(source)),
    ),
  'add-shim-neighbour': ({ shim, address }, { host: { neighbours } }) =>
    neighbours?.some(
      (entry) => entry.interface === shim && entry.state === 'permanent' && entry.address === formatAddress(address),
    ) ?? true,
};

/**
 * The actions that `up` would have to carry out for one shim, in order: the shared network's too, where that is missing.
 * None where the facts do not have the host.
 */
export function pendingFor(
  shim: string,
  actions: readonly HostAction[],
  { host, engine }: Facts,
): readonly HostAction[] {
  if (!host) return [];
  const ofShim = actions.filter((action) => 'shim' in action && action.shim === shim);
  const served = ofShim.flatMap((action) => (action.kind === 'create-shim' ? action.network : []));
  const missing = actions.filter(
    (action) =>
      action.kind === 'ensure-network' &&
      served.includes(action.name) &&
      engine?.networks.some(({ name }) => name === action.name) === false,
  );
  const link = host.interfaces.find(({ name }) => name === shim);
  if (!link || !isOurs(link)) return [...missing, ...ofShim];
  const isDone = (action: HostAction) =>
    (doneOnShim[action.kind] as ((action: HostAction, seen: Seen) => boolean) | undefined)?.(action, { host, link }) ??
    true;
  const [create] = ofShim;
  return [...missing, ...(create && !isDone(create) ? ofShim : ofShim.filter((action) => !isDone(action)))];
}
