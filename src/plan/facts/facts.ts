import type { ManagerFacts } from './managers/manager-facts.ts';

/**
 * What was observed about the host and the engine. Plain JSON (`netcompose facts`, `--facts FILE`), versioned.
 * A part that is absent was not looked at (`--offline`, another host): nothing may be concluded from its absence.
 */
export interface Facts {
  readonly version: 1;
  readonly host?: HostFacts;
  readonly engine?: EngineFacts;
  /** The `docker compose` plugin's version, such as `2.40.3`. */
  readonly compose?: { readonly version: string };
}

export interface HostFacts {
  /** `linux`, `darwin`, … as Node names them. */
  readonly platform: string;
  readonly interfaces: readonly HostInterface[];
  readonly routes: readonly HostRoute[];
  /** What a file of facts leaves out: it is empty above, and nothing is concluded from that. */
  readonly unseen?: readonly ('interfaces' | 'routes')[];
  /** `net.ipv4.conf.<name>.rp_filter`, by name, with `all`, and `default`, which new containers get; no members. */
  readonly rpFilter: Readonly<Record<string, number>>;
  /**
   * `arp_filter`, `arp_ignore` and `arp_announce` of `all` and of macvlan interfaces: whether a shim answers for the
   * host's other addresses, and asks as one of them.
   */
  readonly arp?: Readonly<
    Record<string, { readonly filter: number; readonly ignore: number; readonly announce?: number }>
  >;
  /** Who on the LAN is known by its MAC address, as `ip neigh` tells; after a probe, who answered it. */
  readonly neighbours?: readonly HostNeighbour[];
  /** What processes have open: TCP sockets that listen, UDP sockets without a peer. */
  readonly sockets?: readonly HostSocket[];
  /** Drivers of the kernel; one that is not named here could not be looked for. */
  readonly drivers?: { readonly [name in KernelDriver]?: DriverState };
  /** Whether NetworkManager runs, which takes any interface with an address for its business. Absent: it does not. */
  readonly networkManager?: boolean;
  /**
   * Whether a program here takes the shim's answers to containers for another machine's (dhcpcd 10), and `nft` is there
   * to write them so that it does not. Absent: not so.
   */
  readonly answersHeard?: boolean;
  /** The programs that take, name or block interfaces. */
  readonly managers?: ManagerFacts;
  /** How the commands that change the network become root. */
  readonly privilege?: 'root' | 'sudo' | 'none';
}

export interface HostNeighbour {
  readonly address: string;
  readonly interface: string;
  readonly mac: string;
  /**
   * `reachable`: it has just answered; `permanent`: written by hand; `stale`, `delay`, `probe`: it answered at some
   * time.
   */
  readonly state: string;
}

export interface HostSocket {
  readonly protocol: 'tcp' | 'udp';
  /**
   * `0.0.0.0` is every IPv4 address. `::` is every address, but only IPv6 where the process asked for that, which
   * nothing tells.
   */
  readonly address: string;
  readonly port: number;
  /** Absent where this user may not see whose it is, or where nobody looked. */
  readonly owner?: {
    readonly pid: number;
    readonly name: string;
    /** The id of the container that it runs in. */
    readonly container?: string;
  };
}

export type KernelDriver = 'macvlan' | 'ipvlan' | '8021q';

/** `ready`: loaded or built in; `loadable`: its module file is there, and the kernel loads it when it is needed. */
export type DriverState = 'ready' | 'loadable' | 'missing';

export interface HostInterface {
  readonly name: string;
  /** Its other names (`ip link property add … altname`; udev gives some), under which it is found just as well. */
  readonly altnames?: readonly string[];
  readonly index: number;
  /**
   * `ip -d link`'s `info_kind` (`veth`, `bridge`, `vlan`, `macvlan`, `ipvlan`, `dummy`, …); absent for a plain network
   * card.
   */
  readonly kind?: string;
  /** Whether administratively up (`IFF_UP`). */
  readonly up: boolean;
  readonly loopback: boolean;
  readonly wireless: boolean;
  readonly mac?: string;
  readonly mtu: number;
  /** The bridge or bond it is a member of. */
  readonly master?: string;
  /** The interface below it (`eth0` for `eth0.10`, the parent of a macvlan), where it is in the same namespace. */
  readonly link?: string;
  /** macvlan's or ipvlan's mode: `bridge`, `l2`, `l3`, `l3s`, … */
  readonly mode?: string;
  /** ipvlan's flag: `bridge`, `private`, `vepa`. */
  readonly flag?: string;
  readonly vlan?: number;
  readonly alias?: string;
  /** `ip link`'s group number. */
  readonly group?: number;
  /** In CIDR form with the prefix of the interface: `192.168.1.10/24`. */
  readonly addresses: readonly string[];
  /** Those of `addresses` that will go: IPv6's temporary ones, and what is deprecated. Absent where there are none. */
  readonly passing?: readonly string[];
  /** Those of the IPv4 `addresses` that go with the first of their subnet. Absent where there are none. */
  readonly secondary?: readonly string[];
  /**
   * Those of the IPv4 `addresses` that are not of scope `global`, with their scope as `ip addr add` takes it: `link`,
   * `host` or a number. Absent where there are none.
   */
  readonly scopes?: Readonly<Record<string, string>>;
  /** Whether it takes part in multicast (`MULTICAST` among its flags). Absent: it does. */
  readonly multicast?: boolean;
}

export interface HostRoute {
  /** CIDR, or `default`. */
  readonly destination: string;
  readonly family: 4 | 6;
  readonly interface?: string;
  readonly gateway?: string;
  /** `src` */
  readonly source?: string;
  readonly metric?: number;
  /** `link`, `host`; absent for `global`. */
  readonly scope?: string;
}

export type EngineProduct = 'Docker Desktop' | 'OrbStack' | 'Colima' | 'Rancher Desktop' | 'Lima' | 'Podman machine';

export interface EngineFacts {
  /** `28.5.2` */
  readonly version: string;
  /** `desktop`: in a virtual machine on this computer, whoever made that. */
  readonly kind: 'engine' | 'desktop' | 'rootless' | 'podman';
  /** A Podman that runs as a user; Docker's kind is then `rootless`. */
  readonly rootless?: true;
  /** The program that made the virtual machine, where that is known. */
  readonly product?: EngineProduct;
  /** Whether the engine runs on another machine than netcompose (ssh, tcp), whose interfaces cannot be seen. */
  readonly remote: boolean;
  readonly swarm: 'inactive' | 'worker' | 'manager';
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  /** What a file of facts leaves out: it is empty or `inactive` above, and nothing is concluded from that. */
  readonly unseen?: readonly EnginePart[];
  /** `EXPOSE` of the images that the project names and the engine has, by the name in the file. */
  readonly images?: Readonly<Record<string, readonly ImagePort[]>>;
}

export type EnginePart = 'networks' | 'containers' | 'swarm';

export interface ImagePort {
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
}

export interface EngineNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  readonly internal: boolean;
  /** Made by `--config-only`: settings for other networks, which take nothing themselves. */
  readonly configOnly?: true;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly pools: readonly EnginePool[];
}

export interface EnginePool {
  readonly subnet: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxiliaryAddresses: Readonly<Record<string, string>>;
}

export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** `com.docker.compose.project` */
  readonly project?: string;
  /** `com.docker.compose.service` */
  readonly service?: string;
  /** One of `run`, beside those of `up`. */
  readonly oneOff?: true;
  readonly running: boolean;
  readonly networkMode: string;
  /** By network name; addresses are absent while it does not run, `fixed` are those that it was made with. */
  readonly networks: Readonly<
    Record<
      string,
      { readonly ipv4?: string; readonly ipv6?: string; readonly mac?: string; readonly fixed?: readonly string[] }
    >
  >;
  /** Addresses that it puts up by itself, by the label that netcompose has given it; absent where there are none. */
  readonly floating?: readonly string[];
  readonly ports: readonly {
    readonly ip?: string;
    readonly published: number;
    readonly target: number;
    readonly protocol: string;
  }[];
}
