/** The sockets that processes have open, read from `/proc`. */
import { endianness } from 'node:os';
import { Address6 } from 'ip-address';
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

interface Found extends HostSocket {
  readonly inode: string;
}

/**
 * Observes the sockets.
 *
 * @param ports those whose processes are wanted, or all: finding them means looking at every open file of every process
 */
export function observeSockets(host: Host, ports: 'all' | ReadonlySet<number>): readonly HostSocket[] {
  const found = tables.flatMap(({ file, protocol, state }) =>
    parseSockets(host.readText(`/proc/net/${file}`) ?? '', protocol, state),
  );
  const wanted = found.filter(({ port }) => ports === 'all' || ports.has(port));
  const owners = ownersOf(host, new Set(wanted.map(({ inode }) => inode)));
  const sockets = found.map(({ inode, ...socket }): HostSocket => {
    const owner = owners.get(inode);
    return owner ? { ...socket, owner } : socket;
  });
  return sortBy(sockets, ['port', 'protocol', 'address']);
}

/**
 * The sockets of a process's network namespace, without their owners.
 *
 * @returns nothing where they may not be read
 */
export function socketsAround(host: Host, pid: number): readonly HostSocket[] | undefined {
  if (host.readText(`/proc/${pid}/net/tcp`) === undefined) return undefined;
  const found = tables.flatMap(({ file, protocol, state }) =>
    parseSockets(host.readText(`/proc/${pid}/net/${file}`) ?? '', protocol, state),
  );
  return sortBy(
    found.map(({ inode: _, ...socket }) => socket),
    ['port', 'protocol', 'address'],
  );
}

/**
 * Reads a file of `/proc/net` (Documentation/networking/proc_net_tcp.rst): address and port in hexadecimal, state,
 * inode.
 */
function parseSockets(text: string, protocol: HostSocket['protocol'], state: string): readonly Found[] {
  return text.split('\n').flatMap((line): readonly Found[] => {
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
  return new Address6(groups.join(':')).correctForm();
}

/**
 * The process of each socket, the first to have it: its children share it. Those of other users are hidden from all but
 * root.
 */
function ownersOf(host: Host, inodes: ReadonlySet<string>): ReadonlyMap<string, NonNullable<HostSocket['owner']>> {
  const owners = new Map<string, NonNullable<HostSocket['owner']>>();
  if (inodes.size === 0) return owners;
  const pids = host.list('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of pids.sort((a, b) => Number(a) - Number(b))) {
    for (const fd of host.list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(host.readLink(`/proc/${pid}/fd/${fd}`) ?? '')?.[1];
      if (inode === undefined || !inodes.has(inode) || owners.has(inode)) continue;
      owners.set(inode, describe(host, pid));
      if (owners.size === inodes.size) return owners;
    }
  }
  return owners;
}

function describe(host: Host, pid: string): NonNullable<HostSocket['owner']> {
  // Whichever way the engine names its control groups (`docker/<id>`, `docker-<id>.scope`), the container's id is in
  // the path.
  const container = /[0-9a-f]{64}/.exec(host.readText(`/proc/${pid}/cgroup`) ?? '')?.[0];
  return {
    pid: Number(pid),
    name: host.readText(`/proc/${pid}/comm`)?.trim() ?? '',
    ...(container !== undefined && { container }),
  };
}
