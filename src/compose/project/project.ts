/** A Compose project as it is: read, merged, interpolated; typed as far as networking reaches. */
import type { Document } from 'yaml';
import type { Located, SourceFile, Span } from '../../diagnostics/source.ts';
import type { Mapping, Tree } from '../tree.ts';
import type { NetworkMode } from './network-mode.ts';

export interface Project {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  /** The files given to Compose with `-f`, in order: absolute paths, or `-`. Not the included or extended ones. */
  readonly files: readonly string[];
  /** Every text that was read, for diagnostics. */
  readonly sources: readonly SourceFile[];
  /** The first YAML document of each of `files`, by its source's path; worked out when it is asked for. */
  readonly documents: () => ReadonlyMap<string, Document>;
  /** All services by name, in the order of the model; those of inactive profiles have `active: false`. */
  readonly services: ReadonlyMap<string, Service>;
  /** All declared networks by key; `default` only where the file declares it. */
  readonly networks: ReadonlyMap<string, Network>;
  /** The top-level `x-netmode`. */
  readonly netmode?: Tree;
  /** The merged model as a tree, for rendering. */
  readonly model: Mapping;
}

export interface Service {
  readonly name: string;
  /** Where its key stands. */
  readonly span: Span;
  /** Whether the profiles in force start it. */
  readonly active: boolean;
  readonly profiles: readonly string[];
  readonly image?: Located<string>;
  readonly hostname?: Located<string>;
  readonly containerName?: Located<string>;
  readonly networkMode?: Located<NetworkMode>;
  /** Absent where the service says nothing of networks (Compose then means `default`). */
  readonly networks?: Located<ReadonlyMap<string, Attachment>>;
  readonly ports: readonly Port[];
  readonly expose: readonly ExposedPort[];
  /** Services named by `depends_on` and `links`, each once; links keep their alias. */
  readonly dependsOn: readonly Dependency[];
  readonly extraHosts: readonly ExtraHost[];
  readonly macAddress?: Located<string>;
  /** From `deploy.replicas`, else `scale`, else 1. */
  readonly replicas: Located<number>;
  /** Whether another container of it is started, beside those that `up` starts (`run`). */
  readonly runsBeside?: boolean;
  /** Present where a program runs it (`provider:`): Compose makes no container, and attaches it to no network. */
  readonly provider?: Span;
  /** The service's `x-netmode`. */
  readonly netmode?: Tree;
  readonly tree: Mapping;
}

/** `services.*.networks.*` */
export interface Attachment {
  readonly network: string;
  readonly span: Span;
  readonly ipv4Address?: Located<string>;
  readonly ipv6Address?: Located<string>;
  readonly linkLocalIps: readonly Located<string>[];
  readonly macAddress?: Located<string>;
  readonly aliases: readonly Located<string>[];
  readonly interfaceName?: Located<string>;
  readonly gwPriority?: Located<number>;
  readonly priority?: Located<number>;
  readonly tree?: Tree;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One entry of `ports`; a short-syntax range of container ports gives one for each container port, as in Compose. */
export interface Port {
  readonly hostIp?: string;
  /** Absent: Docker chooses. More than one port only where a range serves a single container port. */
  readonly published?: PortRange;
  readonly target: number;
  /** `tcp` unless said otherwise; lower case. */
  readonly protocol: string;
  /** `ingress` unless said otherwise. */
  readonly mode: string;
  /** `x-*`, `name` and `app_protocol` of the long syntax are left in `tree`. */
  readonly span: Span;
  readonly tree: Tree;
}

export interface ExposedPort {
  readonly ports: PortRange;
  readonly protocol: string;
  readonly span: Span;
}

export interface Dependency {
  readonly service: string;
  readonly from: 'depends_on' | 'links';
  readonly alias?: string;
  readonly span: Span;
}

export interface ExtraHost {
  readonly host: string;
  readonly address: string;
  readonly span: Span;
}

/** `networks.*` */
export interface Network {
  readonly key: string;
  readonly span: Span;
  /** The name in Docker where the file gives one. */
  readonly name?: Located<string>;
  readonly external: boolean;
  readonly internal: boolean;
  readonly attachable?: boolean;
  readonly driver?: Located<string>;
  readonly driverOpts: ReadonlyMap<string, Located<string>>;
  readonly labels: ReadonlyMap<string, Located<string>>;
  readonly ipam: readonly IpamPool[];
  readonly ipamDriver?: Located<string>;
  readonly enableIpv6?: Located<boolean>;
  readonly enableIpv4?: Located<boolean>;
  readonly netmode?: Tree;
  /** `networks.x:` with nothing below it is legal. */
  readonly tree: Tree;
}

/** One entry of `networks.*.ipam.config`. */
export interface IpamPool {
  readonly subnet?: Located<string>;
  readonly gateway?: Located<string>;
  readonly ipRange?: Located<string>;
  readonly auxAddresses: ReadonlyMap<string, Located<string>>;
  readonly span: Span;
}
