/** What the executor looks at: read when first asked for, read again once it may have changed. */
import type { HostInterface, HostRoute } from '../../plan/facts/facts.ts';
import { observeInterfaces, observeNeighbours, observeRoutes } from '../observe/host-facts.ts';
import type { Neighbour } from '../observe/ip-json.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';

/** What can be read of the outside, each by a process or two. Kernel settings are files, and always read. */
export type Part = 'interfaces' | 'routes' | 'neighbours' | 'networks';

export interface Observer {
  interfaces(): Promise<readonly HostInterface[]>;
  /** The interface of this name, or nothing. */
  link(name: string): Promise<HostInterface | undefined>;
  routes(family: 4 | 6): Promise<readonly HostRoute[]>;
  neighbours(name: string): Promise<readonly Neighbour[]>;
  /** The value of a kernel setting, given as its path segments below `net/`. */
  sysctl(key: readonly string[]): string | undefined;
  /** The Docker network of this name, as `docker network inspect` shows it, or nothing. */
  network(name: string): Promise<InspectedNetwork | undefined>;
  /** Whether any container, running or stopped, is on a Docker network. */
  hasContainers(network: string): Promise<boolean>;
  /** Forgets these, because they were changed; everything, where it is not said what. */
  forget(parts?: readonly Part[]): void;
  /** Forgets one Docker network, because it was made; the others are as they were. */
  forgetNetwork(name: string): void;
}

export interface InspectedNetwork {
  readonly Name: string;
  readonly Driver: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Config:
      | readonly { readonly Subnet?: string; readonly Gateway?: string; readonly IPRange?: string }[]
      | null;
  };
}

export function createObserver(host: Host): Observer {
  const seen = new Map<Part, Map<string, Promise<unknown>>>();
  const once = <T>(part: Part, key: string, read: () => Promise<T>): Promise<T> => {
    const known = seen.get(part) ?? new Map<string, Promise<unknown>>();
    seen.set(part, known);
    if (!known.has(key)) known.set(key, read());
    return known.get(key) as Promise<T>;
  };
  const interfaces = () => once('interfaces', '', () => observeInterfaces(host));
  const networks = () => once('networks', '', () => inspectNetworks(host));
  const made = new Set<string>();
  return {
    interfaces,
    link: async (name) => (await interfaces()).find((one) => one.name === name),
    routes: (family) => once('routes', String(family), () => observeRoutes(host, family)),
    neighbours: (name) => once('neighbours', name, () => observeNeighbours(host, name)),
    sysctl: (key) => host.readText(['/proc/sys/net', ...key].join('/'))?.trim(),
    network: async (name) =>
      made.has(name)
        ? once('networks', name, () => inspectNetwork(host, name))
        : (await networks()).find(({ Name }) => Name === name),
    hasContainers: async (network) =>
      (await runDocker(host, ['docker', 'ps', '--all', '--quiet', '--filter', `network=${network}`])).trim() !== '',
    forget: (parts = [...seen.keys()]) => {
      for (const part of parts) seen.delete(part);
      if (parts.includes('networks')) made.clear();
    },
    forgetNetwork: (name) => {
      made.add(name);
      seen.get('networks')?.delete(name);
    },
  };
}

/** All at once: each call of `docker` costs more than what it has to say of one network more. */
async function inspectNetworks(host: Host, attempts = 3): Promise<readonly InspectedNetwork[]> {
  const ids = (await runDocker(host, ['docker', 'network', 'ls', '--quiet', '--no-trunc']))
    .split(/\s+/)
    .filter(Boolean);
  if (ids.length === 0) return [];
  const command = ['docker', 'network', 'inspect', ...ids];
  const result = await host.run(command);
  if (result.code === 0) return JSON.parse(result.stdout) as readonly InspectedNetwork[];
  // One may have been removed since it was listed.
  if (attempts > 1) return inspectNetworks(host, attempts - 1);
  throw new HostError(commandFailure(command, result));
}

/** One that was just made. A name that is none may be the beginning of another's id. */
async function inspectNetwork(host: Host, name: string): Promise<InspectedNetwork | undefined> {
  const found = JSON.parse(
    await runDocker(host, ['docker', 'network', 'inspect', name]),
  ) as readonly InspectedNetwork[];
  return found.find(({ Name }) => Name === name);
}

async function runDocker(host: Host, command: readonly string[]): Promise<string> {
  const result = await host.run(command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return result.stdout;
}
