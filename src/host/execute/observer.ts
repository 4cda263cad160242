/** What the executor looks at: read when first asked for, read again once it may have changed. */
import type { EngineNetwork, HostFacts, HostInterface, HostRoute } from '../../plan/facts/facts.ts';
import { profilePath } from '../../plan/facts/managers.ts';
import { isOurs, shimTable } from '../../plan/facts/ownership.ts';
import type { ShimState } from '../../plan/facts/shim-state.ts';
import { engineNetworks } from '../observe/engine-networks.ts';
import {
  observeAnswers,
  observeInterfaces,
  observeManagedState,
  observeNeighbours,
  observeRoutes,
  observeRules,
  observeTable,
} from '../observe/host-facts.ts';
import type { Neighbour, Rule } from '../observe/ip-json.ts';
import type { Host } from '../system/host.ts';

/** What can be read of the outside, each by a process or a request. Kernel settings are files, and always read. */
export type Part = 'interfaces' | 'routes' | 'rules' | 'neighbours' | 'networks' | 'answers';

export interface Observer {
  interfaces(): Promise<readonly HostInterface[]>;
  /** The interface of this name, or nothing. */
  link(name: string): Promise<HostInterface | undefined>;
  routes(family: 4 | 6): Promise<readonly HostRoute[]>;
  /** The routes of our own table. */
  tableRoutes(family: 4 | 6): Promise<readonly HostRoute[]>;
  /** The rules of a family; none where the kernel has no policy routing. */
  rules(family: 4 | 6): Promise<readonly Rule[]>;
  /**
   * The state that NetworkManager has a device in, as it prints it (`10 (unmanaged)`); absent where it knows none.
   */
  managedState(name: string): Promise<string | undefined>;
  /** Whether NetworkManager has a profile by which it makes this shim itself (`shim persist`). */
  hasProfile(name: string): boolean;
  /** Whether the ARP answers of shims are retyped; absent where this user may not ask. */
  answersRetyped(): Promise<boolean | undefined>;
  neighbours(name: string): Promise<readonly Neighbour[]>;
  /** The value of a kernel setting, given as its path segments below `net/`. */
  sysctl(key: readonly string[]): string | undefined;
  /** The Docker network of this name, or nothing. */
  network(name: string): Promise<EngineNetwork | undefined>;
  /** Whether any container, running or stopped, is on a Docker network. */
  hasContainers(network: string): Promise<boolean>;
  /** Forgets these, because they were changed; everything, where it is not said what. */
  forget(parts?: readonly Part[]): void;
}

/** What has just been seen of the outside. */
export interface Known extends Pick<HostFacts, 'interfaces' | 'routes'> {
  readonly shims?: ShimState;
  readonly networks?: readonly EngineNetwork[];
}

/** @param known need not be looked at again until it is forgotten */
export function createObserver(host: Host, known?: Known): Observer {
  const seen = known ? partsOf(known) : new Map<Part, Map<string, Promise<unknown>>>();
  const once = <T>(part: Part, key: string, read: () => Promise<T>): Promise<T> => {
    const parts = seen.get(part) ?? new Map<string, Promise<unknown>>();
    seen.set(part, parts);
    if (!parts.has(key)) parts.set(key, read());
    return parts.get(key) as Promise<T>;
  };
  const interfaces = () => once('interfaces', '', () => observeInterfaces(host));
  const engine = engineNetworks(host);
  return {
    interfaces,
    link: async (name) => (await interfaces()).find((one) => one.name === name),
    routes: (family) => once('routes', String(family), () => observeRoutes(host, family)),
    tableRoutes: (family) => once('routes', `ours ${family}`, () => observeTable(host, shimTable.number, family)),
    rules: (family) => once('rules', String(family), () => observeRules(host, family)),
    managedState: (name) => observeManagedState(host, name),
    hasProfile: (name) => host.exists(profilePath(name)),
    answersRetyped: () => once('answers', '', () => observeAnswers(host)),
    neighbours: (name) => once('neighbours', name, () => observeNeighbours(host, name)),
    sysctl: (key) => host.readText(['/proc/sys/net', ...key].join('/'))?.trim(),
    network: async (name) => (await once('networks', '', engine.list)).find((network) => network.name === name),
    hasContainers: engine.hasContainers,
    forget: (parts = [...seen.keys()]) => {
      for (const part of parts) seen.delete(part);
    },
  };
}

/** What is known, under the names by which it is asked for. */
function partsOf({ interfaces, routes, shims, networks }: Known): Map<Part, Map<string, Promise<unknown>>> {
  const of = (entries: readonly (readonly [key: string, value: unknown])[]) =>
    new Map(entries.map(([key, value]) => [key, Promise.resolve(value)]));
  const byFamily = (all: readonly HostRoute[], prefix = '') =>
    ([4, 6] as const).map((family) => [`${prefix}${family}`, all.filter((route) => route.family === family)] as const);
  const parts = new Map<Part, Map<string, Promise<unknown>>>([
    ['interfaces', of([['', interfaces]])],
    ['routes', of([...byFamily(routes), ...(shims ? byFamily(shims.tableRoutes, 'ours ') : [])])],
  ]);
  if (networks) parts.set('networks', of([['', networks]]));
  if (!shims) return parts;
  const neighbours = interfaces.filter(isOurs).map(({ name }) => {
    const listed = shims.neighbours.filter(({ shim }) => shim === name);
    return [name, listed] as const;
  });
  const rules = [['4', shims.rules] as const, ...(shims.rules6 ? [['6', shims.rules6] as const] : [])];
  return parts.set('rules', of(rules)).set('neighbours', of(neighbours));
}
