/**
 * Host actions: what `up` does to the host and the engine before Compose, as data. Each is one reversible step; the
 * commands that do and undo it are in the table below, what is already done in `host/execute/`.
 */
import type { Address, Cidr } from '../facts/ip.ts';
import type { Pool } from '../facts/pool.ts';
import * as argv from './argv.ts';

export type HostAction =
  | EnsureNetwork
  | CreateShim
  | MarkShim
  | SetSysctl
  | SetMulticast
  | AddShimAddress
  | SetMtu
  | LeaveAlone
  | RetypeAnswers
  | BringShimUp
  | AddTableRoute
  | AddRule
  | AddShimRoute
  | AddReturnRoute
  | AddReturnRule
  | AddShimNeighbour;

/** A command of the user's own: never looked at, never undone by netcompose, and run only once trusted. */
export interface RunHook extends Action {
  readonly kind: 'run-hook';
  readonly when: 'pre_up' | 'post_down';
  readonly command: readonly string[];
}

interface Action {
  /** Unique in its plan and the same from run to run, such as `network:netcompose-eth0`. */
  readonly id: string;
  /** Why it is needed, for people. */
  readonly reason: string;
}

/** A Docker network that several projects share: made when missing, removed after its last user. */
export interface EnsureNetwork extends Action {
  readonly kind: 'ensure-network';
  readonly name: string;
  readonly driver: 'macvlan' | 'ipvlan';
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly Pool[];
  /** Whether it has IPv4 at all; an engine from 28 on would add a pool of its own otherwise. */
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** The shim interface, made down and marked as ours, by its group, in the same kernel call. */
export interface CreateShim extends Action {
  readonly kind: 'create-shim';
  readonly shim: string;
  readonly parent: string;
  /** The Docker network it serves; its alias is `netcompose:<network>`. */
  readonly network: string;
  readonly driver: 'macvlan' | 'ipvlan';
  /** macvlan: `bridge`, …; ipvlan: `l2`, `l3`, `l3s`. Never left to a default: Docker's and iproute2's differ. */
  readonly mode: string;
  /** ipvlan's flag. */
  readonly flag?: string;
  /**
   * macvlan: the MAC address it is made with, the same each time. Absent where it is not known, and for ipvlan, which
   * has the parent's.
   */
  readonly mac?: string;
}

/** The alias by which a shim is known again; until it is set, the group given at creation does that. */
export interface MarkShim extends Action {
  readonly kind: 'mark-shim';
  readonly shim: string;
  readonly network: string;
}

/** A kernel setting of the shim's own; gone with the shim. */
export interface SetSysctl extends Action {
  readonly kind: 'set-sysctl';
  readonly shim: string;
  /**
   * Path segments below `net/`, such as `['ipv4', 'conf', 'nc-eth0', 'arp_filter']`: an interface's name may have dots.
   */
  readonly key: readonly string[];
  readonly value: string;
}

/** Off: programs that announce the host to the LAN use every multicast interface with an address. */
export interface SetMulticast extends Action {
  readonly kind: 'set-multicast';
  readonly shim: string;
  readonly to: 'on' | 'off';
}

/** An address of the shim's own: of scope `link` the sender of its ARP requests and nothing else. */
export interface AddShimAddress extends Action {
  readonly kind: 'add-shim-address';
  readonly shim: string;
  readonly address: Address;
  /** Absent: global. */
  readonly scope?: 'link';
}

/** The parent's MTU: when that is raised, the kernel leaves the shim's as it is. */
export interface SetMtu extends Action {
  readonly kind: 'set-mtu';
  readonly shim: string;
  readonly mtu: number;
  /** What it has now. */
  readonly from: number;
}

/** NetworkManager is told to leave the shim alone, until the shim is gone. */
export interface LeaveAlone extends Action {
  readonly kind: 'leave-alone';
  readonly shim: string;
}

/** ARP answers of all shims are written so that containers understand them and a DHCP client of the host does not. */
export interface RetypeAnswers extends Action {
  readonly kind: 'retype-answers';
  readonly shim: string;
}

export interface BringShimUp extends Action {
  readonly kind: 'bring-shim-up';
  readonly shim: string;
}

/** The way to the containers, and to nothing else. */
export interface AddShimRoute extends Action {
  readonly kind: 'add-shim-route';
  readonly shim: string;
  readonly destination: Cidr;
  /** Named only where the kernel would choose another: when the address goes, the kernel drops the route (IPv4). */
  readonly source?: Address;
}

/** The same way once more, with a source, in a table of ours: there the kernel keeps it. */
export interface AddTableRoute extends Action {
  readonly kind: 'add-table-route';
  readonly shim: string;
  readonly destination: Cidr;
  readonly source: Address;
}

/** What leads to that table. */
export interface AddRule extends Action {
  readonly kind: 'add-rule';
  readonly shim: string;
  readonly destination: Cidr;
}

/**
 * IPv6: the way back to whoever of the network's subnet asks the shim's own address, be it from an address that Docker
 * did not give (docs/shim.md, "The way back"). In a table of ours: of the main one that way is the parent's.
 */
export interface AddReturnRoute extends Action {
  readonly kind: 'add-return-route';
  readonly shim: string;
  readonly subnet: Cidr;
}

/** What leads there: only what has the shim's address as its source. */
export interface AddReturnRule extends Action {
  readonly kind: 'add-return-rule';
  readonly shim: string;
  readonly source: Address;
}

/** ipvlan L2 without an address: nobody answers the host's ARP on the shim, so the answer is written down. */
export interface AddShimNeighbour extends Action {
  readonly kind: 'add-shim-neighbour';
  readonly shim: string;
  readonly address: Address;
  /** The parent's: all ipvlan interfaces share it. */
  readonly mac: string;
}

/**
 * An action with the argument vectors that do and undo it, as `argv.ts` makes them: what is printed is what is run.
 */
export interface Step {
  readonly action: HostAction;
  readonly command: readonly string[];
  /** Empty where there is nothing to undo, because it goes with the shim. */
  readonly undo: readonly string[];
}

/** What `up` and `down` remove last, because nothing needs it any more. */
export type Release =
  | { readonly kind: 'network'; readonly network: string; readonly command: readonly string[] }
  | { readonly kind: 'shim'; readonly shim: string; readonly command: readonly string[] }
  /** What a shim carries, and a rule, which it does not: a rule stays when the shim is gone. */
  | { readonly kind: 'route'; readonly shim: string; readonly command: readonly string[] }
  | NeighbourRelease
  /** And what retypes the answers of all shims, once there are none. */
  | { readonly kind: 'rule' | 'answers'; readonly command: readonly string[] };

interface NeighbourRelease {
  readonly kind: 'neighbour';
  readonly shim: string;
  /** Learned of what is no container any more: it is in no container's way, and goes by itself, too. */
  readonly isGone?: true;
  readonly command: readonly string[];
}

/** The commands of each kind of action. */
const commands: { readonly [K in HostAction['kind']]: (action: Extract<HostAction, { kind: K }>) => argv.Commands } = {
  'ensure-network': argv.dockerNetwork,
  'create-shim': argv.shimLink,
  'mark-shim': argv.shimMark,
  'set-sysctl': argv.sysctl,
  'set-multicast': argv.shimMulticast,
  'add-shim-address': argv.shimAddress,
  'set-mtu': argv.shimMtu,
  'leave-alone': argv.leftAlone,
  'retype-answers': argv.retypedAnswers,
  'bring-shim-up': argv.shimUp,
  'add-table-route': argv.tableRoute,
  'add-rule': argv.tableRule,
  'add-shim-route': argv.shimRoute,
  'add-return-route': argv.returnRoute,
  'add-return-rule': argv.returnRule,
  'add-shim-neighbour': argv.shimNeighbour,
};

/** What does an action, and what undoes it. */
export const commandsOf = (action: HostAction): argv.Commands =>
  (commands[action.kind] as (action: HostAction) => argv.Commands)(action);
