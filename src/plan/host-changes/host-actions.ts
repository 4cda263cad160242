/** The plan's networks and shims → the ordered list of what `up` does to the host and the engine before Compose. */
import type { Settings } from '../../netmode/settings.ts';
import type { HostAction, RunHook } from '../actions/action.ts';
import { isNetworkName } from '../actions/argv.ts';
import type { EngineFacts } from '../facts/facts.ts';
import { type Address, blockOf, formatAddress, formatCidr, parseAddress, sameAddress } from '../facts/ip.ts';
import { hostAccessLabel, isOurs, linkLocalSender, networkLabel } from '../facts/ownership.ts';
import { interfaceOf, type ParsedFacts, type ParsedHost, parseEngine } from '../facts/parsed-facts.ts';
import { parentName } from '../networks/parents.ts';
import { membersOf } from '../services/members.ts';
import type { NetworkPlan, Plan, ShimPlan } from '../types.ts';
import { shimMac } from './shim-mac.ts';
import { knownTargets, leadTo } from './targets.ts';

/** @param shared only networks of the kind `shared` that a started service joins */
export function hostActions(
  shared: readonly NetworkPlan[],
  shims: readonly ShimPlan[],
  { host }: ParsedFacts,
): readonly HostAction[] {
  // A name that no command may take has been reported.
  const named = shared.filter(({ dockerName }) => isNetworkName(dockerName));
  return [...named.map(ensureNetwork), ...shims.flatMap((shim) => shimActions(shim, host))];
}

/**
 * What leads to the containers once they run: where a range is not known, only the engine knows which addresses to
 * route. Everything else of the plan stays as it was decided.
 *
 * @param engine what the engine reports now
 * @returns the routes and neighbour entries, all that there should be
 */
export const actionsToContainers = (plan: Plan, engine: EngineFacts): readonly HostAction[] =>
  shimsNow(plan, engine).flatMap(leadingActions);

/** The shims of a plan with all the ways that there should be, by what the engine reports now. */
export function shimsNow({ networks, services, shims }: Plan, engine: EngineFacts): readonly ShimPlan[] {
  const parsed = parseEngine(engine);
  const members = membersOf(services.values());
  return shims.map((shim) => {
    const known = knownTargets(networks.get(shim.key)!, members.get(shim.key) ?? [], parsed);
    return { ...shim, ...leadTo(shim.ways, known) };
  });
}

/** Whether an action leads to containers, and nothing else. */
export const leadsToContainers = ({ kind }: HostAction): boolean =>
  kind === 'add-shim-route' || kind === 'add-table-route' || kind === 'add-rule' || kind === 'add-shim-neighbour';

function ensureNetwork({ dockerName: name, driver, underlay, options, pools }: NetworkPlan): HostAction {
  const { hostAccess } = underlay!;
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
    labels: { [networkLabel]: name, ...(hostAccess !== 'shim' && { [hostAccessLabel]: hostAccess }) },
  };
}

/**
 * In an order in which nothing leaves that bears the host's address and the shim's MAC address: what sees to that comes
 * before the shim is up and, on one that was made otherwise and is up, before its routes are mended.
 */
function shimActions(plan: ShimPlan, host: ParsedHost | undefined): readonly HostAction[] {
  const { name: shim, network, parent, driver, mode, flag, addresses, routes, ways } = plan;
  const sysctl = (family: 'ipv4' | 'ipv6', setting: string, value: string, reason: string): HostAction => ({
    kind: 'set-sysctl',
    id: `sysctl:${shim}:${family}:${setting}`,
    reason,
    shim,
    key: [family, 'conf', shim, setting],
    value,
  });
  const [on, there] = [interfaceOf(host, parent), interfaceOf(host, shim)];
  // A VLAN link that Docker is still to make gets the MAC address of the interface below it.
  const parentMac = (on ?? interfaceOf(host, parent.replace(/\.\d+$/, '')))?.mac;
  // By its ways and not by its routes, some of which may be known only once the containers run.
  const asks = driver === 'macvlan' && ways.some(({ subnet }) => subnet.family === 4);
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
      ...(driver === 'macvlan' && parentMac !== undefined && { mac: shimMac({ network, parent, parentMac }) }),
    },
    { kind: 'mark-shim', id: `mark:${shim}`, reason: 'so that netcompose recognizes it as its own', shim, network },
    ...(asks ? [sysctl('ipv4', 'arp_filter', '1', oneMac), sysctl('ipv4', 'arp_announce', '2', oneMac)] : []),
    ...(v6
      ? [
          sysctl('ipv6', 'accept_ra', '0', "the shim must not take routes from the LAN's routers"),
          sysctl('ipv6', 'autoconf', '0', "the shim must not take addresses from the LAN's routers"),
        ]
      : [sysctl('ipv6', 'disable_ipv6', '1', 'the shim must not take IPv6 addresses and routes from the LAN')]),
    ...(driver === 'macvlan'
      ? [
          {
            kind: 'set-multicast' as const,
            id: `multicast:${shim}`,
            reason: "programs that announce this host to the LAN must not announce the shim's address",
            shim,
            to: 'off' as const,
          },
        ]
      : []),
    ...addresses.map((address) => shimAddress(shim, address, 'the shim needs an address of its own here')),
    ...(asks && !addresses.some(({ family }) => family === 4)
      ? [shimAddress(shim, sender, "the shim asks for containers as this address, which is nobody's", 'link')]
      : []),
    ...(host?.networkManager
      ? [
          {
            kind: 'leave-alone' as const,
            id: `left-alone:${shim}`,
            reason: 'NetworkManager would take the shim for its own, and its address away',
            shim,
          },
        ]
      : []),
    ...(asks && host?.answersHeard
      ? [
          {
            kind: 'retype-answers' as const,
            id: `answers:${shim}`,
            reason: "this host's DHCP client would take the shim's answers to containers for another machine's",
            shim,
          },
        ]
      : []),
    ...(on && on.mtu > 0 && there && isOurs(there) && there.mtu !== on.mtu
      ? [
          {
            ...{ kind: 'set-mtu' as const, id: `mtu:${shim}`, reason: "the parent's has changed", shim },
            ...{ mtu: on.mtu, from: there.mtu },
          },
        ]
      : []),
    { kind: 'bring-shim-up', id: `up:${shim}`, reason: 'a new interface starts out down', shim },
    ...leadingActions(plan),
    ...returningActions(plan),
  ];
}

const oneMac = "the LAN must see one MAC address for the host's own address";

const sender = parseAddress(linkLocalSender)!;

function shimAddress(shim: string, address: Address, reason: string, scope?: 'link'): HostAction {
  const id = `address:${shim}:${formatCidr(blockOf(address))}`;
  return { kind: 'add-shim-address', id, reason, shim, address, ...(scope && { scope }) };
}

function leadingActions({ name: shim, routes, neighbours }: ShimPlan): readonly HostAction[] {
  return [
    ...routes.flatMap(({ destination, source, named }): readonly HostAction[] => {
      const to = formatCidr(destination);
      const reason = 'the way to the containers, and to nothing else';
      const inTable = 'the kernel would choose the address of an interface that was there before the parent';
      return [
        ...(source && named === 'table'
          ? [
              {
                ...{ kind: 'add-table-route' as const, id: `table-route:${shim}:${to}`, reason: inTable },
                ...{ shim, destination, source },
              },
              { kind: 'add-rule' as const, id: `rule:${shim}:${to}`, reason: inTable, shim, destination },
            ]
          : []),
        {
          ...{ kind: 'add-shim-route', id: `route:${shim}:${to}`, reason, shim, destination },
          ...(source && named === 'main' && { source }),
        },
      ];
    }),
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

/**
 * A container may ask the shim's IPv6 address from another than Docker gave it: one that it takes of the prefix that
 * the LAN's router advertises. At layer 3 none hears the router.
 */
function returningActions({ name: shim, driver, mode, addresses, ways }: ShimPlan): readonly HostAction[] {
  if (driver === 'ipvlan' && mode !== 'l2') return [];
  const reason = 'what asks the shim from an address that Docker did not give is answered by the shim, too';
  return ways.flatMap(({ subnet, source }): readonly HostAction[] => {
    if (subnet.family !== 6 || !source || !addresses.some((address) => sameAddress(address, source))) return [];
    return [
      { kind: 'add-return-route', id: `return-route:${shim}:${formatCidr(subnet)}`, reason, shim, subnet },
      { kind: 'add-return-rule', id: `return-rule:${shim}:${formatAddress(source)}`, reason, shim, source },
    ];
  });
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
