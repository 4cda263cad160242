/** What a plan implies that can be asked. */
import type { PortRange } from '../../compose/project/project.ts';
import type { LanRoute } from '../types.ts';
import type { Probe } from './probe.ts';

type Side =
  | { readonly kind: 'host' }
  | { readonly kind: 'lan' }
  /** In the network namespace of this container. */
  | { readonly kind: 'container'; readonly service: string; readonly container: string };

/** One promise of the plan, and how to try it. */
export interface Question {
  readonly from: Side;
  /** A service, or `gateway`. */
  readonly to: string;
  /** For people: `192.168.1.53:53/udp`. */
  readonly place: string;
  /** One for a port; of a range several, of which one must answer. Empty where nothing can be asked. */
  readonly probes: readonly Probe[];
  /** Why there is nothing to ask, though nothing is wrong. */
  readonly notAsked?: string;
  /** The container that should answer; absent where there is none, or where it is the gateway. */
  readonly container?: string;
  /** What should listen in it. */
  readonly listens?: PortRange & { readonly protocol: string };
  /** The key of the macvlan or ipvlan network by which it is asked. */
  readonly network?: string;
  /** Whether Docker passes it on to a port of the container. */
  readonly mapped?: true;
  /** Whether a container asks the host itself. */
  readonly onHost?: true;
  /** Whether a container asks what is on its own link, for which it needs no route. */
  readonly onLink?: true;
  /**
   * Where the gateway is asked: the interface at which it should be, and whether all there must take several MACs; at
   * layer 3, the route without which its answer does not come back.
   */
  readonly gateway?: { readonly parent: string; readonly hasOwnMac: boolean; readonly route?: LanRoute };
}
