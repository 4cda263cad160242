/**
 * What makes a shim that harms nobody and lasts, for macvlan, as commands: what netcompose itself is to run. The
 * reasons are in docs/measured.md; `harm.test.ts` shows what happens without the unobvious ones.
 */

export interface ShimCommand {
  readonly reason: string;
  readonly argv: readonly string[];
  /** Takes back what it did; absent where that goes with the interface. */
  readonly undo?: readonly string[];
}

export interface Shim {
  readonly name: string;
  readonly parent: string;
  readonly network: string;
  /** `192.168.1.192/27` */
  readonly range: string;
  /** The host's address, where the kernel would not choose it by itself; `sourceByItself` has the rule. */
  readonly source?: string;
}

/**
 * Of the addresses 169.254.0.0/24 and 169.254.255.0/24, which no device may choose for itself (RFC 3927, section 2.1),
 * so that none on the LAN can have it.
 */
export const linkLocal = '169.254.255.28';
/** Routes with a source are in a table of their own: of the main one the kernel drops them with the source. */
const table = '28259';
/** Just before the main table's. */
const preference = '32765';

export function macvlanShim({ name, parent, network, range, source }: Shim): readonly ShimCommand[] {
  return [
    {
      reason: 'the kernel keeps what is on a parent from reaching the host through the parent itself',
      argv: ['ip', 'link', 'add', 'link', parent, 'name', name, 'group', '28259', 'type', 'macvlan', 'mode', 'bridge'],
      undo: ['ip', 'link', 'del', 'dev', name],
    },
    {
      reason: 'so that it is known again',
      argv: ['ip', 'link', 'set', 'dev', name, 'alias', `netcompose:${network}`],
    },
    {
      reason: "it must not answer for the host's own address where the parent does",
      argv: ['sysctl', '-qw', `net/ipv4/conf/${name}/arp_filter=1`],
    },
    {
      reason: "its own requests must not have the host's address as their sender",
      argv: ['sysctl', '-qw', `net/ipv4/conf/${name}/arp_announce=2`],
    },
    {
      reason: 'it must not take IPv6 addresses and routes from the LAN',
      argv: ['sysctl', '-qw', `net/ipv6/conf/${name}/disable_ipv6=1`],
    },
    {
      reason: 'programs that announce the host to the LAN use every multicast interface with an address',
      argv: ['ip', 'link', 'set', 'dev', name, 'multicast', 'off'],
    },
    {
      reason: "the sender of its requests; scope link, so that the host's own address stays the source of traffic",
      argv: ['ip', 'address', 'add', `${linkLocal}/32`, 'dev', name, 'scope', 'link'],
    },
    { reason: 'an interface is made down', argv: ['ip', 'link', 'set', 'dev', name, 'up'] },
    {
      // Scope global: for a route of scope link the link-local address would be the source.
      reason: 'the way to the containers; without a source the kernel keeps it whatever happens to the host',
      argv: ['ip', 'route', 'add', range, 'dev', name, 'scope', 'global'],
    },
    ...(source === undefined ? [] : sourceCommands(name, range, source)),
  ];
}

/** The same way once more, with a source; only where the kernel would choose another interface's address. */
export function sourceCommands(name: string, range: string, source: string): readonly ShimCommand[] {
  return [
    {
      reason: 'the kernel would choose the address of an interface that was there before the parent',
      argv: ['ip', 'route', 'replace', range, 'dev', name, 'src', source, 'table', table],
    },
    {
      reason: 'protocol kernel: systemd-networkd deletes the rules of others except those',
      argv: ['ip', 'rule', 'add', 'to', range, 'lookup', table, 'pref', preference, 'protocol', 'kernel'],
      undo: ['ip', 'rule', 'del', 'to', range, 'lookup', table, 'pref', preference],
    },
  ];
}

export interface Addressed {
  readonly name: string;
  /** Tells the order in which interfaces came here, except for one that was moved from another namespace. */
  readonly index: number;
  /** Its IPv4 addresses of scope global that are not secondary. */
  readonly addresses: readonly string[];
}

/**
 * Whether the kernel gives traffic through an interface without a global address this source by itself: it takes the
 * first address of the first interface that has one (`inet_select_addr`), which `MASQUERADE` does too, whatever the
 * route says.
 */
export function sourceByItself(source: string, interfaces: readonly Addressed[]): boolean {
  const first = [...interfaces].sort((a, b) => a.index - b.index).find(({ addresses }) => addresses.length > 0);
  return first?.addresses[0] === source;
}
