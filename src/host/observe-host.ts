/** The host as it is: interfaces, addresses, routes, kernel settings. Nothing here needs privileges. */
import type { HostFacts, HostInterface, HostRoute } from '../plan/facts.ts';
import { HostError, commandFailure } from './errors.ts';
import type { Host } from './host.ts';
import { isLinkLocal, parseInterfaces, parseNeighbours, parseRoutes, type Neighbour } from './ip-json.ts';

/** Observes the host. Throws a `HostError` where `ip` fails on Linux; elsewhere gives what Node knows. */
export async function observeHost(host: Host): Promise<HostFacts> {
  const { platform } = host;
  if (platform !== 'linux') return { platform, interfaces: nodeInterfaces(host), routes: [], rpFilter: {} };
  const [interfaces, routes] = await Promise.all([observeInterfaces(host), observeRoutes(host)]);
  return { platform, interfaces, routes, rpFilter: observeRpFilter(host, interfaces) };
}

/**
 * One command for links and addresses. `-N` keeps the group a number where the host names it, so that a shim's mark is
 * recognised everywhere.
 */
export async function observeInterfaces(host: Host): Promise<readonly HostInterface[]> {
  return parseInterfaces(await ip(host, '-N', '-j', '-d', 'addr'), (name) => host.exists(`/sys/class/net/${name}/phy80211`));
}

/** Both families' main tables. */
export async function observeRoutes(host: Host): Promise<readonly HostRoute[]> {
  const [v4, v6] = await Promise.all([ip(host, '-j', 'route'), ip(host, '-j', '-6', 'route')]);
  return [...parseRoutes(v4, 4), ...parseRoutes(v6, 6)];
}

/** The neighbour entries of one interface, of both families. */
export async function observeNeighbours(host: Host, name: string): Promise<readonly Neighbour[]> {
  return parseNeighbours(await ip(host, '-j', 'neigh', 'show', 'dev', name));
}

function observeRpFilter(host: Host, interfaces: readonly HostInterface[]): Readonly<Record<string, number>> {
  const entries = ['all', ...interfaces.map(({ name }) => name)].map(
    (name) => [name, host.readText(`/proc/sys/net/ipv4/conf/${name}/rp_filter`)] as const,
  );
  return Object.fromEntries(entries.flatMap(([name, text]) => (text === undefined ? [] : [[name, Number(text)]])));
}

function nodeInterfaces(host: Host): readonly HostInterface[] {
  return Object.entries(host.interfaces()).map(([name, addresses = []], at) => {
    const mac = addresses.find((address) => address.mac !== '00:00:00:00:00:00')?.mac;
    return {
      name,
      // Node does not tell the index; the order is the best there is, and nothing is decided by it.
      index: at + 1,
      // Node leaves interfaces out that are down.
      up: true,
      loopback: addresses.some(({ internal }) => internal),
      wireless: false,
      ...(mac !== undefined && { mac }),
      mtu: 0,
      addresses: addresses.flatMap(({ address, cidr }) => (cidr === null || isLinkLocal(address) ? [] : [cidr])),
    };
  });
}

async function ip(host: Host, ...args: readonly string[]): Promise<string> {
  const command = ['ip', ...args];
  const result = await host.run(command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return result.stdout;
}
