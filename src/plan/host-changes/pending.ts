/** What of a plan is still to be done, as far as the facts tell: for saying so before anything is done. */
import type { AddShimAddress, AddShimRoute, CreateShim, HostAction } from '../actions/action.ts';
import { routeTo, shimAddress, shimLink } from '../actions/argv.ts';
import { commandOf } from '../actions/commands.ts';
import { isAsWanted } from '../actions/wanted-shim.ts';
import type { Facts, HostFacts, HostInterface } from '../facts/facts.ts';
import { blockOf, formatAddress, formatCidr } from '../facts/ip.ts';
import { isOurs, servedNetwork } from '../facts/ownership.ts';

type Kind = HostAction['kind'];
type Commands = readonly (readonly string[])[];

interface Seen {
  readonly host: HostFacts;
  /** The interface of the shim's name; it is ours. */
  readonly link: HostInterface;
}

const nothing: Commands = [];

/**
 * The commands that an action on a shim that is there still needs. Of a kind that is absent here the facts tell
 * nothing; it is done in the same run as the rest.
 */
const leftOnShim: { readonly [K in Kind]?: (action: Extract<HostAction, { kind: K }>, seen: Seen) => Commands } = {
  'set-multicast': (action, { link }) =>
    (link.multicast ?? true) === (action.to === 'on') ? nothing : [commandOf(action)],
  'add-shim-address': addressLeft,
  'set-mtu': (action, { link }) => (link.mtu === action.mtu ? nothing : [commandOf(action)]),
  'bring-shim-up': (action, { link }) => (link.up ? nothing : [commandOf(action)]),
  'add-shim-route': routeLeft,
  'add-shim-neighbour': (action, { host: { neighbours } }) => {
    const address = formatAddress(action.address);
    const isThere = neighbours?.some(
      (entry) => entry.interface === action.shim && entry.state === 'permanent' && entry.address === address,
    );
    return isThere === false ? [commandOf(action)] : nothing;
  },
};

function addressLeft(action: AddShimAddress, { link }: Seen): Commands {
  const text = formatCidr(blockOf(action.address));
  if (!link.addresses.includes(text)) return [commandOf(action)];
  const isScoped = action.address.family === 6 || (link.scopes?.[text] ?? 'global') === (action.scope ?? 'global');
  return isScoped ? nothing : [shimAddress(action).undo, commandOf(action)];
}

function routeLeft(action: AddShimRoute, { host }: Seen): Commands {
  const destination = formatCidr(action.destination);
  const source = action.source && formatAddress(action.source);
  const there = host.routes.find((route) => route.interface === action.shim && route.destination === destination);
  if (!there) return [commandOf(action)];
  const isSame = there.source === source && (there.scope === undefined || source !== undefined);
  return isSame ? nothing : [routeTo(action)('replace')];
}

/**
 * The commands that `up` would have to run for one shim, in order: the shared network's too, where that is missing.
 * None where the facts do not have the host.
 */
export function pendingFor(shim: string, actions: readonly HostAction[], { host, engine }: Facts): Commands {
  if (!host) return nothing;
  const ofShim = actions.filter((action) => 'shim' in action && action.shim === shim);
  const create = ofShim.find((action): action is CreateShim => action.kind === 'create-shim');
  const missing = actions.filter(
    (action) =>
      action.kind === 'ensure-network' &&
      action.name === create?.network &&
      engine?.networks.some(({ name }) => name === action.name) === false,
  );
  const all = [...missing, ...ofShim].map(commandOf);
  const link = host.interfaces.find(({ name }) => name === shim);
  if (!link || !isOurs(link)) return all;
  if (create && !(servedNetwork(link) === create.network && isAsWanted(link, create)))
    return [shimLink(create).undo, ...all];
  const left = (action: HostAction) =>
    (leftOnShim[action.kind] as ((action: HostAction, seen: Seen) => Commands) | undefined)?.(action, { host, link }) ??
    nothing;
  return [...missing.map(commandOf), ...ofShim.flatMap(left)];
}
