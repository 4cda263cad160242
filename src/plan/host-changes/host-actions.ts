/** The plan's networks and shims → the ordered list of what `up` does to the host and the engine before Compose. */
import type { Settings } from '../../netmode/settings.ts';
import type { HostAction, RunHook } from '../actions/action.ts';
import type { EngineFacts } from '../facts/facts.ts';
import { blockOf, formatAddress, formatCidr, sameAddress } from '../facts/ip.ts';
import { networkLabel } from '../facts/ownership.ts';
import { parseEngine } from '../facts/parsed-facts.ts';
import { parentName } from '../networks/parents.ts';
import { membersOf } from '../services/members.ts';
import type { NetworkPlan, Plan, ShimPlan } from '../types.ts';
import { knownTargets, leadTo } from './shim.ts';

/** @param shared only networks of the kind `shared` that a started service joins */
export function hostActions(shared: readonly NetworkPlan[], shims: readonly ShimPlan[]): readonly HostAction[] {
  return [...shared.map(ensureNetwork), ...shims.flatMap(shimActions)];
}

/**
 * What leads to the containers once they run: where a range is not known, only the engine knows which addresses to
 * route. Everything else of the plan stays as it was decided.
 *
 * @param engine what the engine reports now
 * @returns the routes and neighbour entries, all that there should be
 */
export function actionsToContainers({ networks, services, shims }: Plan, engine: EngineFacts): readonly HostAction[] {
  const parsed = parseEngine(engine);
  const members = membersOf(services.values());
  return shims.flatMap((shim) => {
    const known = knownTargets(networks.get(shim.key)!, members.get(shim.key) ?? [], parsed);
    return leadingActions({ ...shim, ...leadTo(shim.ways, known) });
  });
}

/** Whether an action leads to containers, and nothing else. */
export const leadsToContainers = ({ kind }: HostAction): boolean =>
  kind === 'add-shim-route' || kind === 'add-shim-neighbour';

function ensureNetwork({ dockerName: name, driver, underlay, options, pools }: NetworkPlan): HostAction {
  return {
    kind: 'ensure-network',
    id: `network:${name}`,
    reason: `one ${driver} network on ${parentName(underlay!.parent)}, shared by all projects`,
    name,
    driver: driver === 'macvlan' ? 'macvlan' : 'ipvlan',
    options,
    pools: pools.map(({ spans: _, ...pool }) => pool),
    ipv4: pools.some(({ subnet }) => subnet.family === 4),
    ipv6: pools.some(({ subnet }) => subnet.family === 6),
    labels: { [networkLabel]: name },
  };
}

function shimActions(plan: ShimPlan): readonly HostAction[] {
  const { name: shim, network, parent, driver, mode, flag, addresses, routes, ways } = plan;
  const sysctl = (family: 'ipv4' | 'ipv6', setting: string, value: string, reason: string): HostAction => ({
    kind: 'set-sysctl',
    id: `sysctl:${shim}:${family}:${setting}`,
    reason,
    shim,
    key: [family, 'conf', shim, setting],
    value,
  });
  // By its ways and not by its routes, some of which may be known only once the containers run.
  const addressless = ways.some(
    ({ subnet, source }) => subnet.family === 4 && source && !addresses.some((address) => sameAddress(address, source)),
  );
  const v6 = routes.some(({ destination }) => destination.family === 6) || addresses.some(({ family }) => family === 6);
  return [
    {
      kind: 'create-shim',
      id: `shim:${shim}`,
      reason: `the host cannot reach its own ${driver} containers through ${parent}`,
      shim,
      parent,
      network,
      driver,
      mode,
      ...(flag !== undefined && { flag }),
    },
    { kind: 'mark-shim', id: `mark:${shim}`, reason: 'so that netcompose recognizes it as its own', shim, network },
    ...(driver === 'macvlan' && addressless
      ? [sysctl('ipv4', 'arp_filter', '1', "the LAN must see one MAC address for the host's own address")]
      : []),
    ...(v6
      ? [
          sysctl('ipv6', 'accept_ra', '0', "the shim must not take routes from the LAN's routers"),
          sysctl('ipv6', 'autoconf', '0', "the shim must not take addresses from the LAN's routers"),
        ]
      : [sysctl('ipv6', 'disable_ipv6', '1', 'the shim must not take IPv6 addresses and routes from the LAN')]),
    ...addresses.map(
      (address): HostAction => ({
        kind: 'add-shim-address',
        id: `address:${shim}:${formatCidr(blockOf(address))}`,
        reason: 'the shim needs an address of its own here',
        shim,
        address,
      }),
    ),
    { kind: 'bring-shim-up', id: `up:${shim}`, reason: 'a new interface starts out down', shim },
    ...leadingActions(plan),
  ];
}

function leadingActions({ name: shim, routes, neighbours }: ShimPlan): readonly HostAction[] {
  return [
    ...routes.map(
      (route): HostAction => ({
        kind: 'add-shim-route',
        id: `route:${shim}:${formatCidr(route.destination)}`,
        reason: 'the way to the containers, and to nothing else',
        shim,
        ...route,
      }),
    ),
    ...neighbours.map(
      (neighbour): HostAction => ({
        kind: 'add-shim-neighbour',
        id: `neighbour:${shim}:${formatAddress(neighbour.address)}`,
        reason: "on ipvlan the answer to the host's ARP request goes to the parent, not to the shim",
        shim,
        ...neighbour,
      }),
    ),
  ];
}

/** The user's own commands around `up` and `down`, as they will be run. */
export function hooksOf({ hooks }: Settings): readonly RunHook[] {
  return (['pre_up', 'post_down'] as const).flatMap((when) =>
    (hooks?.[when] ?? []).map(
      ({ value }, index): RunHook => ({
        kind: 'run-hook',
        id: `hook:${when}:${index + 1}`,
        reason:
          when === 'pre_up' ? 'a hook of this project, run once trusted' : 'a hook of this project, run by "down"',
        when,
        command: value,
      }),
    ),
  );
}
