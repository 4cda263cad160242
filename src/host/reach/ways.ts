/** How packets travel between this host and a container, as the kernels of both say it. Nothing is sent or changed. */
import type { Way } from '../../plan/reach/evidence.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { insideOf } from './packet-filter.ts';

interface Ends {
  /** The container's address. */
  readonly address: string;
  /** The addresses by which this host asks who has it. */
  readonly senders: readonly string[];
  /** The interface by which what the container sends to an address of this host arrives. */
  readonly entranceOf: (source: string) => string | undefined;
  /** A process of the container; only root may look into its network namespace. */
  readonly pid?: number;
}

/** @returns nothing where it cannot be found out */
export async function lookAtWay(host: Host, ends: Ends): Promise<Way | undefined> {
  const { address, pid } = ends;
  const routeTo = (...args: readonly string[]) => look(host, ['ip', 'route', 'get', address, ...args]);
  const first = await routeTo();
  if (first.code !== 0) return undefined;
  const source = word('src', first.stdout);
  // What has its source address already may be sent another way: rules of routing can be about it (`ip rule … from`).
  const { stdout } = source === undefined ? first : await routeTo('from', source);
  const device = word('dev', stdout);
  const entrance = source === undefined ? undefined : ends.entranceOf(source);
  const way: Way = { ...(device !== undefined && { device }), ...(entrance !== undefined && { entrance }) };
  if (source === undefined) return way;
  if (entrance !== undefined && (await takesForForged(host, { to: source, from: address, by: entrance })))
    return { ...way, drops: 'here' };
  return pid === undefined || host.uid !== 0 ? way : { ...way, ...(await lookThere(host, ends, pid, source)) };
}

/** What the container's kernel does with what comes from this host, and by which way it answers. */
async function lookThere(
  host: Host,
  { address, senders }: Ends,
  pid: number,
  source: string,
): Promise<Pick<Way, 'drops' | 'astray'>> {
  const inside = insideOf(pid);
  const links = await look(host, [...inside, 'ip', '-oneline', 'address', 'show', 'to', address]);
  const by = links.stdout.split(/\s+/)[1];
  if (links.code !== 0 || by === undefined) return {};
  const back = await wayBack(host, { to: source, from: address, by }, inside);
  for (const from of [...senders, source])
    if (await takesForForged(host, { to: address, from, by }, inside)) return { drops: 'there', ...back };
  return back;
}

async function wayBack(host: Host, { to, from, by }: Passing, inside: readonly string[]): Promise<Pick<Way, 'astray'>> {
  const { code, stdout, stderr } = await look(host, [...inside, 'ip', 'route', 'get', to, 'from', from]);
  if (code !== 0) return /nreachable/.test(stderr) ? { astray: {} } : {};
  const leaves = word('dev', stdout);
  return leaves === undefined || leaves === by ? {} : { astray: { by: leaves } };
}

/** The router by which a container sends to an address; nothing where it needs none, or that cannot be found out. */
export async function lookAtRouter(host: Host, pid: number, address: string): Promise<string | undefined> {
  if (host.uid !== 0) return undefined;
  const { code, stdout } = await look(host, [...insideOf(pid), 'ip', 'route', 'get', address]);
  return code === 0 ? word('via', stdout) : undefined;
}

const word = (key: string, text: string) => new RegExp(`\\b${key} (\\S+)`).exec(text)?.[1];

interface Passing {
  readonly to: string;
  readonly from: string;
  /** The interface by which it comes, or should leave. */
  readonly by: string;
}

/** Whether the answer to a packet that comes in by an interface would leave by another one. */
export async function leavesElsewhere(host: Host, { to, from, by }: Passing): Promise<boolean> {
  if (by === 'lo') return false;
  const { code, stdout } = await look(host, ['ip', 'route', 'get', from, 'from', to]);
  return code === 0 && word('dev', stdout) !== by;
}

/** Whether the kernel would take a packet that comes in by an interface for forged (`rp_filter`, of IPv4 only). */
export async function takesForForged(
  host: Host,
  { to, from, by }: Passing,
  inside: readonly string[] = [],
): Promise<boolean> {
  // What this host sends to itself is not checked.
  if (to.includes(':') || by === 'lo') return false;
  const { code, stderr } = await look(host, [...inside, 'ip', 'route', 'get', to, 'from', from, 'iif', by]);
  // EXDEV of old, EINVAL of Linux 6.18.
  return code !== 0 && /Invalid (cross-device link|argument)/.test(stderr);
}
