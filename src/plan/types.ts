/** The plan: what will be. Pure data; everything that netcompose prints, writes or does follows from it. */
import type { Port, Project, Service } from '../compose/project/project.ts';
import type { Span } from '../diagnostics/source.ts';
import type { Netmode, UnderlayMode } from '../netmode/modes.ts';
import type { ShimSettings } from '../netmode/settings.ts';
import type { HostAction, RunHook } from './actions/action.ts';

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

export interface ServicePlan {
  readonly service: Service;
  /** The effective netmode, also of a service that netcompose leaves alone. */
  readonly netmode: Netmode;
  /** Whether the file asks netcompose to attach it. */
  readonly managed: boolean;
  /** As it will be: absent where the service is on networks. */
  readonly networkMode?: string;
  /** By network key, as they will be; empty where `networkMode` is set. */
  readonly networks: ReadonlyMap<string, AttachmentPlan>;
  readonly ports: readonly PlannedPort[];
  /** `extra_hosts` that netcompose adds so that names keep resolving. */
  readonly extraHosts: readonly { readonly host: string; readonly address: string }[];
  /** What its processes open, as far as the file tells. */
  readonly listeners: readonly Listener[];
  readonly reach: readonly Reach[];
}

export interface AttachmentPlan {
  readonly network: string;
  /** Whether the file already has it; then only what netcompose changes goes into the override. */
  readonly declared: boolean;
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly macAddress?: string;
  readonly aliases: readonly string[];
  readonly interfaceName?: string;
  readonly gwPriority?: number;
}

/** A published port as it will be; `source` is the file's own entry. */
export interface PlannedPort {
  readonly source: Port;
  readonly hostIp?: string;
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
  /** Docker's name, where it is not `<project>_<key>`. */
  readonly dockerName?: string;
  readonly underlay?: UnderlayPlan;
  /** Options and pools as `docker network create` takes them. */
  readonly driver?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly Pool[];
}

export interface UnderlayPlan {
  readonly mode: UnderlayMode;
  /** `auto` where nobody looked at the host. */
  readonly parent: string;
  readonly flag: string;
  readonly hostAccess: 'shim' | 'loopback' | 'none';
  readonly shim?: ShimSettings;
}

export interface Pool {
  readonly subnet: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxAddresses: Readonly<Record<string, string>>;
}

export interface ShimPlan {
  readonly name: string;
  /** The Docker network it serves. */
  readonly network: string;
  readonly parent: string;
  readonly driver: 'macvlan' | 'ipvlan';
  readonly mode: string;
  readonly flag?: string;
  /** Its own addresses, with prefix: none in the address-less form. */
  readonly addresses: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly source?: string }[];
  /** Container addresses whose MAC must be written down (ipvlan L2 without an address). */
  readonly neighbours: readonly string[];
}

/** A route that the LAN's router needs, or each machine of the LAN: a layer 3 network's subnet lies behind this host. */
export interface LanRoute {
  readonly destination: string;
  /** This host's own address on the parent; absent where nobody looked at the host, or where it has none that will do. */
  readonly via?: string;
  readonly parent: string;
  readonly mode: UnderlayMode;
  /** The keys of the networks that have this subnet: one, or several names of one Docker network. */
  readonly networks: readonly string[];
}

/** One socket that a process opens. */
export interface Listener {
  readonly address?: string;
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
  /** `192.168.1.53:53/udp`; `<dynamic>` stands for an address that Docker will choose. */
  readonly to: string;
}
