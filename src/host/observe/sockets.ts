/** The sockets that processes have open, read from `/proc`. */
import { endianness } from 'node:os';
import partition from 'lodash/partition.js';
import sortBy from 'lodash/sortBy.js';
import type { HostSocket } from '../../plan/facts/facts.ts';
import type { Host } from '../system/host.ts';

/**
 * Files of `/proc/net`, and the state (include/net/tcp_states.h) in which a socket takes what comes: LISTEN; for UDP,
 * no peer.
 */
const tables = [
  { file: 'tcp', protocol: 'tcp', state: '0A' },
  { file: 'tcp6', protocol: 'tcp', state: '0A' },
  { file: 'udp', protocol: 'udp', state: '07' },
  { file: 'udp6', protocol: 'udp', state: '07' },
] as const;

type Owner = NonNullable<HostSocket['owner']>;

/** One that is open, and by what it is known in the lists of open files. */
export interface OpenSocket extends HostSocket {
  readonly inode: string;
}

/**
 * The sockets that are open on the host, without their processes; nothing where the system has no `/proc`. For a list
 * of TCP the kernel goes through its table of all connections, which takes milliseconds: the files are read aside.
 */
export async function openSockets(host: Host): Promise<readonly OpenSocket[] | undefined> {
  if (host.platform !== 'linux') return undefined;
  return socketsIn(await Promise.all(tables.map(({ file }) => host.readTextAside(`/proc/net/${file}`))));
}

/**
 * The sockets with their processes.
 *
 * @param isWanted whether a socket's process is wanted: finding it means looking at open files of many processes
 */
export function withOwners(
  host: Host,
  open: readonly OpenSocket[],
  isWanted: (socket: HostSocket) => boolean,
): readonly HostSocket[] {
  const owners = ownersOf(host, new Set(open.filter(isWanted).map(({ inode }) => inode)));
  return open.map(({ inode, ...socket }): HostSocket => {
    const owner = owners.get(inode);
    return owner ? { ...socket, owner } : socket;
  });
}

/**
 * The sockets of a process's network namespace, without their owners.
 *
 * @returns nothing where they may not be read
 */
export function socketsAround(host: Host, pid: number): readonly HostSocket[] | undefined {
  if (host.readText(`/proc/${pid}/net/tcp`) === undefined) return undefined;
  const texts = tables.map(({ file }) => host.readText(`/proc/${pid}/net/${file}`));
  return socketsIn(texts).map(({ inode: _, ...socket }) => socket);
}

/** @param texts of the tables, in their order */
function socketsIn(texts: readonly (string | undefined)[]): readonly OpenSocket[] {
  const found = tables.flatMap(({ protocol, state }, at) => parseSockets(texts[at] ?? '', protocol, state));
  return sortBy(found, ['port', 'protocol', 'address']);
}

/**
 * Reads a file of `/proc/net` (Documentation/networking/proc_net_tcp.rst): address and port in hexadecimal, state,
 * inode.
 */
function parseSockets(text: string, protocol: HostSocket['protocol'], state: string): readonly OpenSocket[] {
  return text.split('\n').flatMap((line): readonly OpenSocket[] => {
    const fields = line.trim().split(/\s+/);
    const [address, port] = fields[1]?.split(':') ?? [];
    if (fields[3] !== state || address === undefined || port === undefined) return [];
    return [{ protocol, address: readAddress(address), port: Number.parseInt(port, 16), inode: fields[9] ?? '' }];
  });
}

/** Words of 32 bits, each in the machine's own order of bytes. */
function readAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const pairs = word.match(/../g)!;
    return endianness() === 'LE' ? pairs.reverse() : pairs;
  });
  const v4 = (last: readonly string[]) => last.map((byte) => Number.parseInt(byte, 16)).join('.');
  if (bytes.length === 4) return v4(bytes);
  // A socket of IPv6 that is bound to an IPv4 address.
  if (bytes.slice(0, 12).join('') === '00000000000000000000ffff'.toUpperCase()) return v4(bytes.slice(12));
  const groups = Array.from({ length: 8 }, (_, at) => `${bytes[2 * at]}${bytes[2 * at + 1]}`);
  // In its short form (RFC 5952), which is what the URL standard writes.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/**
 * The process of each socket, the first to have it: its children share it. Those of other users are hidden from all but
 * root. Processes in containers come first: what is in the way of a container is mostly one, and they have few files.
 */
function ownersOf(host: Host, inodes: ReadonlySet<string>): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  if (inodes.size === 0) return owners;
  const pids = sortBy(
    host.list('/proc').filter((name) => /^\d+$/.test(name)),
    Number,
  );
  const containers = new Map(pids.map((pid) => [pid, containerOf(host, pid)]));
  const [inside, outside] = partition(pids, (pid) => containers.get(pid) !== undefined);
  for (const pid of [...inside, ...outside]) {
    for (const fd of host.list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(host.readLink(`/proc/${pid}/fd/${fd}`) ?? '')?.[1];
      if (inode === undefined || !inodes.has(inode) || owners.has(inode)) continue;
      owners.set(inode, describe(host, pid, containers.get(pid)));
      if (owners.size === inodes.size) return owners;
    }
  }
  return owners;
}

/**
 * The id of the container that a process is in. Whichever way the engine names its control groups (`docker/<id>`,
 * `docker-<id>.scope`), it is in the path.
 */
const containerOf = (host: Host, pid: string): string | undefined =>
  /[0-9a-f]{64}/.exec(host.readText(`/proc/${pid}/cgroup`) ?? '')?.[0];

const describe = (host: Host, pid: string, container: string | undefined): Owner => ({
  pid: Number(pid),
  name: host.readText(`/proc/${pid}/comm`)?.trim() ?? '',
  ...(container !== undefined && { container }),
});
