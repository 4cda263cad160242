/** What is looked at where a place does not answer: everything that a reason is taken from. */
import type { ParsedHost, ParsedSocket } from '../facts/parsed-facts.ts';
import type { LiveContainer } from './live-container.ts';

export type Hook = 'input' | 'output';

/** The hooks of netfilter whose chains drop what no rule of theirs accepts, for each family. */
export type Dropping = Readonly<Record<4 | 6, ReadonlySet<Hook>>>;

export const noneDropping: Dropping = { 4: new Set(), 6: new Set() };

/** firewalld's zone of an interface, where it does not accept everything. */
export interface Zone {
  readonly name: string;
  /** What it opens, in firewalld's words: `ssh`, `8080/tcp`. */
  readonly opens: readonly string[];
}

/** How this host's packets and the answers travel, as the kernels at both ends say it. */
export interface Way {
  /** The interface by which the kernel sends; absent where it knows no way. */
  readonly device?: string;
  /** The interface of this host by which the answers come. */
  readonly entrance?: string;
  /**
   * Who takes what comes for forged, because the way back is another (`rp_filter`, of which IPv6 has none): this host,
   * or the container.
   */
  readonly drops?: 'here' | 'there';
  /** Where the container's answers do not leave by the interface that has its address: by which, if by any. */
  readonly astray?: { readonly by?: string };
}

export interface Evidence {
  /** By container name. */
  readonly containers: ReadonlyMap<string, LiveContainer>;
  /** The sockets of each container's network namespace that are open; absent where they may not be read. */
  readonly sockets: ReadonlyMap<string, readonly Pick<ParsedSocket, 'protocol' | 'address' | 'port'>[]>;
  /** The families for which each container's network has a default route; absent where that may not be read. */
  readonly defaultRoutes: ReadonlyMap<string, ReadonlySet<4 | 6>>;
  /** For each network, by its key, the commands that its shim still needs. */
  readonly pendingShims: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** The shim of each network, by the network's key. */
  readonly shimNames: ReadonlyMap<string, string>;
  readonly host?: ParsedHost;
  /** This host's packet filter. */
  readonly dropping: Dropping;
  /** The packet filter of each container's network namespace; absent where it may not be read. */
  readonly ownDropping: ReadonlyMap<string, Dropping>;
  /** Where a container that asks this host sends to another router instead, that router; by `sideAndAddress`. */
  readonly detours: ReadonlyMap<string, string>;
  /** The interface of this host by which what a container asks it arrives; by `sideAndAddress`. */
  readonly entrances: ReadonlyMap<string, string>;
  /** What this host takes for forged when it arrives there (`rp_filter`, `strictIpv6`); by `sideAndAddress`. */
  readonly forged: ReadonlySet<string>;
  /** Routers of the LAN that answer no ping of this host's either. */
  readonly silentRouters: ReadonlySet<string>;
  /** The zones of these, where firewalld runs. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** Whether firewalld drops what comes by IPv6 by another interface than its answer would leave by. */
  readonly strictIpv6: boolean;
  /** By the address to which this host's packets go. */
  readonly ways: ReadonlyMap<string, Way>;
  /** What else has answered the one who asks at an address, such as `a ping`; by `sideAndAddress`. */
  readonly answering: ReadonlyMap<string, string>;
}
