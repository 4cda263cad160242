/** What is looked at where a place does not answer: everything that a reason is taken from. */
import type { ParsedHost, ParsedSocket } from '../facts/parsed-facts.ts';
import type { LiveContainer } from './live-container.ts';

export interface Evidence {
  /** By container name. */
  readonly containers: ReadonlyMap<string, LiveContainer>;
  /** The sockets of each container's network namespace that are open; absent where they may not be read. */
  readonly sockets: ReadonlyMap<string, readonly Pick<ParsedSocket, 'protocol' | 'address' | 'port'>[]>;
  /** Whether each container's network has a default route; absent where that may not be read. */
  readonly defaultRoutes: ReadonlyMap<string, boolean>;
  /** For each network, by its key, the commands that its shim still needs. */
  readonly pendingShims: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** The shim of each network, by the network's key. */
  readonly shimNames: ReadonlyMap<string, string>;
  readonly host?: ParsedHost;
  /** The packet filter's chains that drop what no rule accepts, by their hook. */
  readonly dropping: ReadonlySet<'input' | 'output'>;
  /** firewalld's zone of each shim, where firewalld runs. */
  readonly zones: ReadonlyMap<string, string>;
}
