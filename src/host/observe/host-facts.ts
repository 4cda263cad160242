/**
 * The host as it is: interfaces, addresses, routes, kernel settings. Nothing here needs privileges; with them, more is
 * seen.
 */
import type { HostFacts, HostInterface, HostNeighbour, HostRoute, KernelDriver } from '../../plan/facts/facts.ts';
import { hearsSiblings } from '../../plan/facts/managers/hears-siblings.ts';
import { answersTable, isOurs, shimTable } from '../../plan/facts/ownership.ts';
import type { ShimState } from '../../plan/facts/shim-state.ts';
import { commandFailure, HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { isLate, look } from '../system/run-look.ts';
import { programOf, which } from '../system/which.ts';
import {
  batchLists,
  isLinkLocal,
  type Neighbour,
  parseAllNeighbours,
  parseInterfaces,
  parseNeighbours,
  parseRoutes,
  parseRules,
  parseTables,
  type Rule,
} from './ip-json.ts';
import { observeDrivers } from './kernel.ts';
import { observeDhcpcdAndVersion } from './managers/dhcpcd.ts';
import { observeManagers } from './managers/manager-files.ts';
import { openSockets, withOwners } from './sockets.ts';
import { askNetwork, atOnce, batch, type NetworkAsked } from './under-way.ts';

/** What is looked at beyond interfaces and routes: each costs a little, and few commands need it. */
export interface HostOptions {
  /** Neighbours, kernel drivers, ARP settings, managers' files: what a network on the LAN and its shim depend on. */
  readonly lan?: boolean;
  /** Of the drivers, those that matter; all unless said otherwise. */
  readonly drivers?: ReadonlySet<KernelDriver>;
  /** Whether NetworkManager runs; with `lan` in any case. */
  readonly manager?: boolean;
  /** Whether a DHCP client hears what shims answer; with `manager` in any case. */
  readonly listener?: boolean;
  /** All open sockets, with their processes. */
  readonly sockets?: boolean;
  /** What `ip` has been asked already. */
  readonly asked?: NetworkAsked;
}

/** Observes the host. Throws a `HostError` where `ip` fails on Linux; elsewhere gives what Node knows. */
export async function observeHost(host: Host, options: HostOptions = {}): Promise<HostFacts> {
  return (await observeHostAndShims(host, options)).facts;
}

export interface HostObservation {
  readonly facts: HostFacts;
  /** What the host's shims carry, where that was seen on the way. */
  readonly shims?: ShimState;
}

/** As `observeHost`, with what else was seen on the way. */
export async function observeHostAndShims(
  host: Host,
  { lan = false, drivers, manager = lan, listener = manager, sockets = false, asked: network }: HostOptions = {},
): Promise<HostObservation> {
  const { platform } = host;
  if (platform !== 'linux') return { facts: { platform, interfaces: nodeInterfaces(host), routes: [], rpFilter: {} } };
  const asked = Promise.all([observeNetwork(host, lan, network), manager && isNetworkManagerRunning(host)]);
  const [managers, dhcpcd, open] = await Promise.all([
    lan ? meanwhile(() => observeManagers(host)) : undefined,
    listener && !lan ? meanwhile(() => observeDhcpcdAndVersion(host)) : undefined,
    sockets ? meanwhile(async () => withOwners(host, (await openSockets(host)) ?? [], () => true)) : undefined,
    // Where `ip` fails, nothing else matters.
    asked,
  ]);
  const [{ interfaces, routes, neighbours, shims }, networkManager] = await asked;
  const answersHeard = hearsSiblings(managers?.dhcpcd ?? dhcpcd) && programOf(host, 'nft') !== undefined;
  const facts: HostFacts = {
    platform,
    interfaces,
    routes,
    rpFilter: observeRpFilter(host, interfaces),
    ...(lan && { arp: observeArp(host, interfaces), neighbours, drivers: observeDrivers(host, interfaces, drivers) }),
    ...(networkManager && { networkManager }),
    ...(answersHeard && { answersHeard }),
    ...(managers && { managers }),
    privilege: privilegeOf(host),
    ...(open && { sockets: open }),
  };
  return { facts, ...(shims && { shims }) };
}

/** Reads files once what was asked of programs and the engine is on its way to them. */
async function meanwhile<T>(read: () => T): Promise<Awaited<T>> {
  await new Promise((resume) => setImmediate(resume));
  return await read();
}

interface SeenNetwork {
  readonly interfaces: readonly HostInterface[];
  readonly routes: readonly HostRoute[];
  readonly neighbours: readonly HostNeighbour[];
  readonly shims?: ShimState;
}

/** All at once; where that fails, one after the other, which says what it is that fails. */
async function observeNetwork(host: Host, lan: boolean, asked: NetworkAsked = askNetwork(host)): Promise<SeenNetwork> {
  const lists = await listsOf(host, asked);
  if (lists) return lists;
  const [interfaces, routes4, routes6, neighbours] = await Promise.all([
    ...([observeInterfaces(host), observeRoutes(host, 4), observeRoutes(host, 6)] as const),
    lan ? observeAllNeighbours(host) : [],
  ]);
  return { interfaces, routes: [...routes4, ...routes6], neighbours };
}

/** Throws a `HostError` where `ip` hangs, which it would again. */
async function listsOf(host: Host, asked: NetworkAsked): Promise<SeenNetwork | undefined> {
  const result = await asked;
  if (isLate(result)) throw new HostError(commandFailure(batch, result));
  const [addr, route, neigh, rule] = result.code === 0 ? batchLists(result.stdout, atOnce.length) : [];
  if (addr === undefined || route === undefined || neigh === undefined || rule === undefined) return undefined;
  try {
    const interfaces = parseInterfaces(addr, (name) => isWireless(host, name));
    const tables = parseTables(route);
    const shims = interfaces.filter(isOurs).map(({ name }) => name);
    return {
      interfaces,
      routes: tables.main,
      neighbours: parseAllNeighbours(neigh),
      shims: {
        tableRoutes: tables.routesOf(shimTable.number),
        rules: parseRules(rule),
        neighbours: shims.flatMap((shim) => parseNeighbours(neigh, shim).map((one) => ({ shim, ...one }))),
      },
    };
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

const isWireless = (host: Host, name: string) => host.exists(`/sys/class/net/${name}/phy80211`);

/** The neighbours of all interfaces. */
export async function observeAllNeighbours(host: Host): Promise<readonly HostNeighbour[]> {
  return parseAllNeighbours(await ip(host, '-j', 'neigh'));
}

/** Its own program tells; a host without that has no NetworkManager, or none that could be told anything. */
async function isNetworkManagerRunning(host: Host): Promise<boolean> {
  if (which(host, 'nmcli') === undefined) return false;
  const { code, stdout } = await look(host, ['nmcli', '-t', '-f', 'RUNNING', 'general']);
  return code === 0 && stdout.trim() === 'running';
}

/** Whether the ARP answers of shims are retyped; nothing where that cannot be known: the packet filter tells root. */
export async function observeAnswers(host: Host): Promise<boolean | undefined> {
  if (host.uid !== 0) return undefined;
  const { code, stdout } = await look(host, ['nft', 'list', 'table', 'arp', answersTable]);
  return code === 0 && stdout.includes('arp htype set 6');
}

function privilegeOf(host: Host): NonNullable<HostFacts['privilege']> {
  if (host.uid === 0) return 'root';
  return which(host, 'sudo') === undefined ? 'none' : 'sudo';
}

function observeArp(host: Host, interfaces: readonly HostInterface[]): NonNullable<HostFacts['arp']> {
  const names = ['all', ...interfaces.filter(({ kind }) => kind === 'macvlan').map(({ name }) => name)];
  const setting = (name: string, key: string) => Number(host.readText(`/proc/sys/net/ipv4/conf/${name}/${key}`) ?? 0);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        filter: setting(name, 'arp_filter'),
        ignore: setting(name, 'arp_ignore'),
        announce: setting(name, 'arp_announce'),
      },
    ]),
  );
}

/**
 * One command for links and addresses. `-N` keeps the group a number where the host names it, so that a shim's mark is
 * recognized everywhere.
 */
export async function observeInterfaces(host: Host): Promise<readonly HostInterface[]> {
  return parseInterfaces(await ip(host, '-N', '-j', '-d', 'addr'), (name) => isWireless(host, name));
}

/** Both families' main tables. */
export async function observeRoutes(host: Host, family: 4 | 6): Promise<readonly HostRoute[]> {
  return parseRoutes(await ip(host, '-j', ...(family === 6 ? ['-6'] : []), 'route'), family);
}

/** The routes of a table of ours, none where there is no such table. */
export async function observeTable(host: Host, table: number, family: 4 | 6): Promise<readonly HostRoute[]> {
  const command = ['ip', '-N', '-j', ...(family === 6 ? ['-6'] : []), 'route', 'show', 'table', String(table)];
  const result = await look(host, command);
  // A table is there as long as it has a route.
  if (result.code !== 0 && /table does not exist/i.test(result.stderr)) return [];
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return parseRoutes(result.stdout, family);
}

/** The rules that say which table is asked. `-d` shows the protocol where it is the kernel's, too. */
export async function observeRules(host: Host, family: 4 | 6): Promise<readonly Rule[]> {
  const command = ['ip', '-N', '-j', '-d', ...(family === 6 ? ['-6'] : []), 'rule'];
  const result = await look(host, command);
  // A kernel without policy routing has no rules.
  if (result.code !== 0 && /not supported/i.test(result.stderr)) return [];
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return parseRules(result.stdout, family);
}

/** What NetworkManager has a device down as, such as `10 (unmanaged)`; nothing where it does not know it (yet). */
export async function observeManagedState(host: Host, name: string): Promise<string | undefined> {
  const { code, stdout } = await look(host, ['nmcli', '-g', 'GENERAL.STATE', 'device', 'show', name]);
  return code === 0 ? stdout.trim() : undefined;
}

/** The neighbour entries of one interface, of both families. */
export async function observeNeighbours(host: Host, name: string): Promise<readonly Neighbour[]> {
  return parseNeighbours(await ip(host, '-j', 'neigh', 'show', 'dev', name));
}

/** Of members of a bridge there are as many as containers, and it is the bridge's that counts. */
function observeRpFilter(host: Host, interfaces: readonly HostInterface[]): Readonly<Record<string, number>> {
  const names = interfaces.flatMap(({ name, master }) => (master === undefined ? name : []));
  const entries = ['all', 'default', ...names].map(
    (name) => [name, host.readText(`/proc/sys/net/ipv4/conf/${name}/rp_filter`)] as const,
  );
  return Object.fromEntries(entries.flatMap(([name, text]) => (text === undefined ? [] : [[name, Number(text)]])));
}

function nodeInterfaces(host: Host): readonly HostInterface[] {
  return Object.entries(host.interfaces()).map(([name, addresses = []], at) => {
    const mac = addresses.find((address) => address.mac !== '00:00:00:00:00:00')?.mac;
    return {
      name,
      // Node does not expose the index; the order stands in for it, and nothing depends on it.
      index: at + 1,
      // Node lists only interfaces that are up.
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
  const result = await look(host, command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return result.stdout;
}
