/** Who reaches whom, as data: what a picture is drawn from. */
import type { Netmode } from '../../netmode/modes.ts';

export interface Graph {
  readonly project: string;
  readonly host: HostNode;
  /** By name. */
  readonly lans: readonly LanNode[];
  /** Those with services: by kind, then by name. */
  readonly networks: readonly NetworkNode[];
  /** Those that are started, by name; guests come after the owner of their namespace. */
  readonly services: readonly ServiceNode[];
  /** Between a service and this host or a LAN, in both directions; and from each service to those it depends on. */
  readonly ways: readonly Way[];
  /** Any other way between two services, by their names. */
  readonly between: (from: string, to: string) => Way;
  /** The same without its name: one object for all pairs that are alike, of which there may be very many. */
  readonly answerBetween: (from: string, to: string) => WayAnswer;
}

interface HostNode {
  readonly id: string;
  readonly title: string;
  /** Where there is little room. */
  readonly short: string;
  readonly addresses: readonly string[];
}

export interface LanNode {
  readonly id: string;
  /** `LAN on eth0` */
  readonly title: string;
  /** Where there is little room: `eth0`. */
  readonly short: string;
  readonly subnets: readonly string[];
}

export interface NetworkNode {
  readonly id: string;
  /** The key in the file. */
  readonly title: string;
  /** `container`: the namespace of a container outside of the project. */
  readonly kind: Netmode | 'container';
  /** What else is to be known: parent, subnets, Docker's name. */
  readonly details: readonly string[];
}

export interface ServiceNode {
  readonly id: string;
  readonly name: string;
  readonly netmode: Netmode;
  /** The network in whose frame it is drawn. */
  readonly network: string;
  /** All that it is on, that one too. */
  readonly networks: readonly string[];
  /** The owner of its namespace, where that is another. */
  readonly owner?: string;
  /** Addresses and other names. */
  readonly details: readonly string[];
}

/** What is to be said of a way, whoever takes it. */
export interface WayAnswer {
  /** `unknown`: it depends on what netcompose does not know. */
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly places: readonly WayPlace[];
  /** How: `published port`, `shim nc-eth0`. */
  readonly by?: string;
  /** Why not, or what is to be known of a yes. */
  readonly reason?: string;
}

export interface Way extends WayAnswer {
  readonly from: string;
  readonly to: string;
  /** The name that resolves there. */
  readonly name?: string;
  /** Whether the file says that one depends on the other. */
  readonly wanted: boolean;
}

export interface WayPlace {
  /** `192.168.1.53`, `localhost` */
  readonly at: string;
  /** `53/udp`, `8080 → 80`; empty where nobody knows which are open. */
  readonly ports: readonly string[];
}
