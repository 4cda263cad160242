/** The marks by which what netcompose made is known again. The kernel and the engine are the only state there is. */
import type { HostInterface } from './facts.ts';

/** Label of a shared Docker network; its value is the network's name. */
export const networkLabel = 'netcompose.network';

/**
 * Label of a shared Docker network that was made for a service without a shim: `none` or `loopback`. Absent where the
 * network is to have one.
 */
export const hostAccessLabel = 'netcompose.host-access';

/** A shim's interface alias is this and its network's name. */
export const shimAliasPrefix = 'netcompose:';

/**
 * A shim's interface group (0x6e63, "nc"). It is set in the kernel call that makes the interface, whereas `alias` is
 * silently dropped by `ip link add` (iproute2 6.1): it marks a shim as ours even where we die before the alias is set.
 */
export const shimGroup = 28259;

/**
 * The routing table of routes that must name a source, and of the ways back of what shims answer; and the preference of
 * the rules that lead to it: just before the main table's, so that no rule made later by others comes before theirs on
 * account of ours.
 */
export const shimTable = { number: shimGroup, preference: 32765 } as const;

/**
 * Whether a rule of IPv6 is one of those by which a shim's own address answers, whoever made it: of what `shim persist`
 * writes, a network manager makes it, with another protocol.
 */
export const isReturnRule = (rule: {
  readonly source?: string;
  readonly table: string;
  readonly priority: number;
}): boolean =>
  rule.source !== undefined && rule.table === String(shimTable.number) && rule.priority === shimTable.preference;

/** The table of the packet filter, of the family `arp`, by which the answers of all shims are retyped. */
export const answersTable = 'netcompose';

/** Whether a rule is one of ours, as `ip -N -d rule` has it: 2 is `protocol kernel`. */
export const isOurRule = ({
  table,
  priority,
  protocol,
}: {
  readonly table: string;
  readonly priority: number;
  readonly protocol?: string;
}): boolean =>
  table === String(shimTable.number) &&
  priority === shimTable.preference &&
  (protocol === '2' || protocol === 'kernel');

/**
 * The sender of a macvlan shim's own ARP requests. RFC 3927 (2.1) forbids devices to choose from 169.254.255.0/24, so
 * that none on the LAN can have it; several shims on one LAN may.
 */
export const linkLocalSender = '169.254.255.28';

/**
 * Names under which a shim's addresses are kept from Docker (`--aux-address`): one for each family, because of two with
 * one name `docker network create` keeps the last only.
 */
export const reservations = { 4: 'netcompose-shim', 6: 'netcompose-shim6' } as const;

/** The name under which a floating address that lies in the range is kept from Docker. */
export const floatingReservation = (address: string) => `netcompose-floating-${address}`;

/**
 * Label of a container that puts addresses up by itself: these, with spaces between them. The ways to them stay while
 * it is there, whatever other project is started or stopped.
 */
export const floatingLabel = 'netcompose.floating-addresses';

/** Compose's own label of what belongs to a project. */
export const composeProjectLabel = 'com.docker.compose.project';
/** By which Compose finds a network that it made: its key in the file. */
export const composeNetworkLabel = 'com.docker.compose.network';

/** The shared Docker network of a parent. */
export const sharedNetworkName = (parent: string) => `netcompose-${parent}`;

/**
 * Network namespaces of `bench-net`, and of nothing else: what bears such a name was left over where no run is under
 * way.
 */
export const benchPrefix = 'nc-bench-';

/** The first line of each file that `shim persist` writes: without it a file is somebody else's. */
export const persistedMark = '# Made by "netcompose shim persist"; "netcompose shim unpersist" removes it.';

/** Whether netcompose made an interface: by its alias, or by its group where we died before the alias was set. */
export function isOurs({ alias, group, kind }: Pick<HostInterface, 'alias' | 'group' | 'kind'>): boolean {
  return (
    (kind === 'macvlan' || kind === 'ipvlan') && (group === shimGroup || (alias?.startsWith(shimAliasPrefix) ?? false))
  );
}

/** The Docker network that a shim serves; absent for one that is not marked yet, or not ours. */
export function servedNetwork({ alias }: Pick<HostInterface, 'alias'>): string | undefined {
  return alias?.startsWith(shimAliasPrefix) ? alias.slice(shimAliasPrefix.length) : undefined;
}
