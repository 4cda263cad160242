/** What the executor looks at: read when first asked for, read again after every change. */
import type { HostInterface, HostRoute } from '../../plan/facts.ts';
import { HostError, commandFailure } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Neighbour } from '../ip-json.ts';
import { observeInterfaces, observeNeighbours, observeRoutes } from '../observe-host.ts';

export interface Observer {
  interfaces(): Promise<readonly HostInterface[]>;
  /** The interface of this name, or nothing. */
  link(name: string): Promise<HostInterface | undefined>;
  routes(): Promise<readonly HostRoute[]>;
  neighbours(name: string): Promise<readonly Neighbour[]>;
  /** The value of a kernel setting, given as its path segments below `net/`. */
  sysctl(key: readonly string[]): string | undefined;
  /** The Docker network of this name, as `docker network inspect` shows it, or nothing. */
  network(name: string): Promise<InspectedNetwork | undefined>;
  /** Whether any container, running or stopped, is on a Docker network. */
  hasContainers(network: string): Promise<boolean>;
  /** Forgets everything, because something was changed. */
  forget(): void;
}

export interface InspectedNetwork {
  readonly Driver: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Config: readonly { readonly Subnet?: string; readonly Gateway?: string; readonly IPRange?: string }[] | null;
  };
}

export function createObserver(host: Host): Observer {
  let seen = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = seen.get(key) ?? read();
    seen.set(key, known);
    return known as Promise<T>;
  };
  const interfaces = () => once('interfaces', () => observeInterfaces(host));
  return {
    interfaces,
    link: async (name) => (await interfaces()).find((one) => one.name === name),
    routes: () => once('routes', () => observeRoutes(host)),
    neighbours: (name) => once(`neighbours ${name}`, () => observeNeighbours(host, name)),
    sysctl: (key) => host.readText(['/proc/sys/net', ...key].join('/'))?.trim(),
    network: (name) => once(`network ${name}`, () => inspectNetwork(host, name)),
    hasContainers: async (network) =>
      (await runDocker(host, ['docker', 'ps', '--all', '--quiet', '--filter', `network=${network}`])).trim() !== '',
    forget: () => {
      seen = new Map();
    },
  };
}

async function inspectNetwork(host: Host, name: string): Promise<InspectedNetwork | undefined> {
  // Listed, because `inspect` alone would also take the name for the beginning of an id.
  const names = await runDocker(host, ['docker', 'network', 'ls', '--format', '{{.Name}}']);
  if (!names.split(/\r?\n/).includes(name)) return undefined;
  const [network] = JSON.parse(await runDocker(host, ['docker', 'network', 'inspect', name])) as readonly InspectedNetwork[];
  return network;
}

async function runDocker(host: Host, command: readonly string[]): Promise<string> {
  const result = await host.run(command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return result.stdout;
}
