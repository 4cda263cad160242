/** The plan: what will be. Pure data; everything that netcompose prints, writes or does follows from it. */
import type { NetworkMode } from '../compose/project/network-mode.ts';
import type { Port, PortRange, Project, Service } from '../compose/project/project.ts';
import type { Located, Span } from '../diagnostics/source.ts';
import type { Netmode, UnderlayMode } from '../netmode/modes.ts';
import type { FallbackMode } from '../netmode/settings.ts';
import type { HostAction, RunHook } from './actions/action.ts';
import type { Address, Cidr } from './facts/ip.ts';
import type { Pool } from './facts/pool.ts';

export interface Plan {
  readonly project: Project;
  /** Whether any `x-netmode` stands in the files; without one there is no override, and Compose is left alone. */
  readonly annotated: boolean;
  /** All services, those of inactive profiles too. */
  readonly services: ReadonlyMap<string, ServicePlan>;
  /** By the key in the Compose file; declared networks that netcompose leaves alone are here too. */
  readonly networks: ReadonlyMap<string, NetworkPlan>;
  readonly shims: readonly ShimPlan[];
  /** What is to be done elsewhere than on this host, so that the LAN finds the containers. */
  readonly lanRoutes: readonly LanRoute[];
  readonly actions: readonly HostAction[];
  /** The user's own commands: those before the containers start come after all actions. */
  readonly hooks: readonly RunHook[];
}

/** A service's networking before it is known where it answers, which needs the shims. */
export type Attached = Omit<ServicePlan, 'extraHosts' | 'links' | 'reach'>;

export interface ServicePlan {
  readonly service: Service;
  /** The effective netmode, also of a service that netcompose leaves alone. */
  readonly netmode: Netmode;
  /** Whether the file asks netcompose to attach it. */
  readonly managed: boolean;
  /** As it will be: absent where the service is on networks. */
  readonly networkMode?: NetworkMode;
  /** The service of the project in whose network namespace it is, itself perhaps a guest of another. */
  readonly owner?: string;
  /** What it takes over from guests that `x-netmode` puts into its namespace. */
  readonly takesOver?: TakenOver;
  /** Present where its `fallback` is used. */
  readonly fallen?: Fallen;
  /** How it publishes ports, its guests' too; absent where Docker publishes none. */
  readonly publishing?: 'as-written' | 'loopback';
  /** By network key, as they will be; empty where `networkMode` is set. */
  readonly networks: ReadonlyMap<string, AttachmentPlan>;
  /** The key of the network by which its containers should leave, where it is on several and that matters. */
  readonly wayOut?: string;
  readonly ports: readonly PlannedPort[];
  /** `extra_hosts` that netcompose adds so that names keep resolving. */
  readonly extraHosts: readonly { readonly host: string; readonly address: string }[];
  /** Services to add to `links`, so that their names lead to this project's. */
  readonly links: readonly string[];
  /** What its processes open, as far as the file tells. */
  readonly opens: readonly Listener[];
  /** Those of them that are reached as they are, because no port is mapped there. */
  readonly listeners: readonly Listener[];
  readonly reach: readonly Reach[];
}

/** A netmode that cannot work here, and what is used in its place. */
export interface Fallen {
  readonly from: UnderlayMode;
  readonly to: FallbackMode;
  /** Why, as a sentence without its end. */
  readonly because: string;
  /** What it was to have on the LAN, where the file says it. */
  readonly addresses: readonly Address[];
  readonly mac?: string;
  /** This host's address that is the service's alone, where others would publish the same ports. */
  readonly loopback?: Address;
  /** Ports of the fallback that nothing publishes: it is no bridge. */
  readonly unpublished?: readonly Port[];
}

/** What guests say of their network, written at the owner of the namespace: Docker takes it only there. */
export interface TakenOver {
  /** Their names, which are the owner's too on its networks. */
  readonly guests: readonly string[];
  readonly expose: readonly string[];
  /** These two where the owner says none. */
  readonly hostname?: string;
  readonly dns?: readonly string[];
  readonly extraHosts: readonly { readonly host: string; readonly address: string }[];
  readonly conflicts: readonly GuestConflict[];
}

/** Something of which a namespace has one, said in two ways. */
export interface GuestConflict {
  readonly key: string;
  readonly guest: string;
  readonly span: Span;
  /** The service whose value is kept. */
  readonly keeper: string;
  readonly keptAt: Span;
}

export interface AttachmentPlan {
  readonly network: string;
  /** Whether the file already has it; then only what netcompose changes goes into the override. */
  readonly declared: boolean;
  readonly ipv4Address?: Located<Address>;
  readonly ipv6Address?: Located<Address>;
  /** Addresses that its own program puts on the interface, and that another service may have instead. */
  readonly floating?: readonly Located<Address>[];
  /** As it is written; where netcompose makes it, the span is the service's. */
  readonly macAddress?: Located<string>;
  readonly aliases: readonly string[];
  readonly interfaceName?: Located<string>;
  /** Where netcompose gives it, the span is the service's. */
  readonly gwPriority?: Located<number>;
}

/** A published port as it will be; `source` is the file's own entry. */
export interface PlannedPort {
  readonly source: Port;
  /** The service that says it, where that is a guest of the one that publishes it. */
  readonly guest?: string;
  /** As it is written. */
  readonly hostIp?: string;
  /** The same as a number; absent: every address of the host. */
  readonly address?: Address;
}

export interface NetworkPlan {
  readonly key: string;
  readonly mode: Netmode;
  /** Where it is asked for. */
  readonly span: Span;
  /**
   * - `native`: as the file has it;
   * - `project`: defined by netcompose, made and removed by Compose;
   * - `shared`: one on the host for all projects, made by a host action, external to Compose.
   */
  readonly kind: 'native' | 'project' | 'shared';
  /** Whether the file has its key, so that the override must replace it. */
  readonly declared: boolean;
  /** Docker's own name for it. */
  readonly dockerName: string;
  /** Whether it leads nowhere: Docker gives its containers no way out. */
  readonly internal: boolean;
  /** Whether it is external, and the engine has no such network; absent where that is not known. */
  readonly isMissing?: boolean;
  /** Whether its containers have IPv6, as far as the file tells. */
  readonly ipv6: boolean;
  readonly underlay?: UnderlayPlan;
  /** Options and pools as `docker network create` takes them. */
  readonly driver?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly PlannedPool[];
  /** What the file declares and Docker drops, which has been told: addresses in it are not wrong for that. */
  readonly ignoredPools?: readonly PlannedPool[];
  /** Whether one of its subnets cannot be read, which has been told: what lies in none of the others may lie there. */
  readonly hasUnread?: true;
}

/** A macvlan or ipvlan network. */
export type UnderlayNetwork = NetworkPlan & { readonly underlay: UnderlayPlan };

export const isUnderlayNetwork = (network: NetworkPlan): network is UnderlayNetwork => network.underlay !== undefined;

/** Whether it is a bridge; `default` need not be declared. */
export const isBridgeNetwork = (network: NetworkPlan | undefined): boolean =>
  network === undefined || network.mode === 'bridge';

export interface UnderlayPlan {
  readonly mode: UnderlayMode;
  readonly parent: Parent;
  readonly flag: string;
  readonly hostAccess: 'shim' | 'loopback' | 'none';
  /** What the file says of the shim. */
  readonly shim: ShimWish;
}

/** The host interface under a macvlan or ipvlan network. */
export type Parent =
  | { readonly kind: 'named'; readonly name: string; readonly span: Span }
  /**
   * The interface of the default route, or a VLAN on it: nobody looked at the host, or it has no such route; or what
   * is written cannot be read, which has been told.
   */
  | { readonly kind: 'open'; readonly vlan?: number; readonly isUnread?: true; readonly span: Span }
  /** A native network that names none: Docker gives it a link of its own that leads nowhere. */
  | { readonly kind: 'none'; readonly span: Span };

export interface ShimWish {
  readonly name?: Located<string>;
  readonly ipv4Address?: Located<Address>;
  readonly ipv6Address?: Located<Address>;
}

/** A pool and where the file gives what is in it; what was found or chosen has no place. */
export interface PlannedPool extends Pool {
  readonly spans: PoolSpans;
}

interface PoolSpans {
  readonly subnet?: Span;
  readonly gateway?: Span;
  readonly ipRange?: Span;
  /** By name. */
  readonly auxAddresses: ReadonlyMap<string, Span>;
}

export interface ShimPlan {
  readonly name: string;
  /** The key of the network it serves. */
  readonly key: string;
  /** The same by Docker's name. */
  readonly network: string;
  readonly parent: string;
  readonly driver: 'macvlan' | 'ipvlan';
  readonly mode: string;
  readonly flag?: string;
  /** Its own addresses on the LAN: none in the form that needs none. */
  readonly addresses: readonly Address[];
  readonly routes: readonly ShimRoute[];
  /** What must be written down of containers, because nobody answers for them (ipvlan L2 without an address). */
  readonly neighbours: readonly Neighbour[];
  /** The subnets that it leads to, one for each pool. */
  readonly ways: readonly ShimWay[];
}

interface ShimRoute extends ShimSource {
  readonly destination: Cidr;
}

interface ShimSource {
  /** The address that the host has towards the containers. */
  readonly source?: Address;
  /**
   * Where it must be named, because the kernel would choose another: in the route itself, or (IPv4) in the same route
   * in a table of ours, which the kernel keeps when the address leaves the host for a moment. Absent: it need not be.
   */
  readonly named?: 'main' | 'table';
}

interface Neighbour {
  readonly address: Address;
  readonly mac: string;
}

/** How a shim leads to the containers of one subnet. */
export interface ShimWay extends ShimSource {
  readonly subnet: Cidr;
  /** What has one route as a whole. */
  readonly range?: Cidr;
  /** The parent's MAC address, where each container's neighbour entry must be written down. */
  readonly mac?: string;
}

/**
 * A route that the LAN's router needs, or each machine of the LAN: a layer 3 network's subnet lies behind this host.
 */
export interface LanRoute {
  readonly destination: Cidr;
  /**
   * This host's own address on the parent; absent where nobody looked at the host, or where it has none that will do.
   */
  readonly via?: Address;
  /** Who is to have the route: the router by which this host leaves the parent, where there is one. */
  readonly router?: Address;
  readonly parent: string;
  readonly mode: UnderlayMode;
  /** The keys of the networks that have this subnet: one, or several names of one Docker network. */
  readonly networks: readonly string[];
}

/** One socket that a process opens. */
export interface Listener {
  /** Absent: every address. */
  readonly address?: Address;
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
  readonly span: Span;
  /** Where it was taken from. */
  readonly from: 'listen' | 'expose' | 'ports' | 'image' | 'published';
}

/** Where one of a service's ports answers. */
export interface Reach {
  readonly from: 'host' | 'lan';
  readonly at: Place;
  /** Absent: one that Docker will choose. */
  readonly port?: PortRange;
  /** The container's ports behind it, where it is mapped. */
  readonly target?: PortRange;
  readonly protocol: string;
}

/** Whose address a port answers at. */
export type Place =
  | { readonly kind: 'address'; readonly address: Address }
  /** This host, for itself. */
  | { readonly kind: 'localhost' }
  /** The machine that the engine is on, which is another. */
  | { readonly kind: 'engine-machine' }
  /** This host, by the address that the LAN knows, where that is known. */
  | { readonly kind: 'this-host'; readonly address?: Address }
  /** The container's own, which Docker will choose on this network, by Docker's name. */
  | { readonly kind: 'dynamic'; readonly network: string };
