/** The plan's networks and shims → the ordered list of what `up` does to the host and the engine before Compose. */
import type { Settings } from '../../netmode/settings.ts';
import type { HostAction, RunHook } from '../actions/action.ts';
import type { Facts } from '../facts/facts.ts';
import { parseCidr } from '../facts/ip.ts';
import { networkLabel } from '../facts/ownership.ts';
import type { NetworkPlan, ShimPlan } from '../types.ts';

/** @param shared only networks of the kind `shared` that a started service joins */
export function hostActions(
  shared: readonly NetworkPlan[],
  shims: readonly ShimPlan[],
  facts: Facts,
): readonly HostAction[] {
  return [...shared.map(ensureNetwork), ...shims.flatMap((shim) => shimActions(shim, facts))];
}

function ensureNetwork(network: NetworkPlan): HostAction {
  const name = network.dockerName!;
  const { driver } = network;
  return {
    kind: 'ensure-network',
    id: `network:${name}`,
    reason: `one ${driver} network on ${network.underlay!.parent}, shared by all projects`,
    name,
    driver: driver === 'macvlan' ? 'macvlan' : 'ipvlan',
    options: network.options,
    pools: network.pools,
    ipv4: network.pools.some(({ subnet }) => parseCidr(subnet)?.family === 4),
    ipv6: network.pools.some(({ subnet }) => parseCidr(subnet)?.family === 6),
    labels: { [networkLabel]: name },
  };
}

function shimActions(plan: ShimPlan, facts: Facts): readonly HostAction[] {
  const { name: shim, network, parent, driver, mode, flag } = plan;
  const mac = facts.host?.interfaces.find((one) => one.name === parent)?.mac;
  const sysctl = (family: 'ipv4' | 'ipv6', setting: string, value: string, reason: string): HostAction => ({
    kind: 'set-sysctl',
    id: `sysctl:${shim}:${family}:${setting}`,
    reason,
    shim,
    key: [family, 'conf', shim, setting],
    value,
  });
  const isOwn = (source: string) => plan.addresses.some((own) => own.startsWith(`${source}/`));
  const addressless = plan.routes.some(
    ({ destination, source }) => !destination.includes(':') && source !== undefined && !isOwn(source),
  );
  const v6 =
    plan.routes.some(({ destination }) => destination.includes(':')) ||
    plan.addresses.some((address) => address.includes(':'));
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
    { kind: 'mark-shim', id: `mark:${shim}`, reason: 'so that it is known again as made by netcompose', shim, network },
    ...(driver === 'macvlan' && addressless
      ? [sysctl('ipv4', 'arp_filter', '1', "the LAN must see one MAC address for the host's own address")]
      : []),
    ...(v6
      ? [
          sysctl('ipv6', 'accept_ra', '0', "the shim must not take routes from the LAN's routers"),
          sysctl('ipv6', 'autoconf', '0', "the shim must not take addresses from the LAN's routers"),
        ]
      : [sysctl('ipv6', 'disable_ipv6', '1', 'the shim must not take IPv6 addresses and routes from the LAN')]),
    ...plan.addresses.map(
      (address): HostAction => ({
        kind: 'add-shim-address',
        id: `address:${shim}:${address}`,
        reason: 'here the shim cannot do without an address of its own',
        shim,
        address,
      }),
    ),
    { kind: 'bring-shim-up', id: `up:${shim}`, reason: 'an interface is made down', shim },
    ...plan.routes.map(
      ({ destination, source }): HostAction => ({
        kind: 'add-shim-route',
        id: `route:${shim}:${destination}`,
        reason: 'the way to the containers, and to nothing else',
        shim,
        destination,
        ...(source !== undefined && { source }),
      }),
    ),
    ...(mac === undefined ? [] : plan.neighbours).map(
      (address): HostAction => ({
        kind: 'add-shim-neighbour',
        id: `neighbour:${shim}:${address}`,
        reason: "on ipvlan the answer to the host's ARP request goes to the parent, not to the shim",
        shim,
        address,
        mac: mac!,
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
