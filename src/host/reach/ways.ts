/** How packets travel between this host and a container, as the kernels of both say it. Nothing is sent or changed. */
import type { Way } from '../../plan/reach/evidence.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { insideOf } from './packet-filter.ts';

interface Ends {
  /** The container's address, IPv4. */
  readonly address: string;
  /** The interface by which the way should lead, and the addresses on it, by which it asks who has the address. */
  readonly shim: string;
  readonly senders: readonly string[];
  /** A process of the container; only root may look into its network namespace. */
  readonly pid?: number;
}

/** @returns nothing where it cannot be found out */
export async function lookAtWay(host: Host, { address, shim, senders, pid }: Ends): Promise<Way | undefined> {
  const routeTo = (...args: readonly string[]) => look(host, ['ip', 'route', 'get', address, ...args]);
  const first = await routeTo();
  if (first.code !== 0) return undefined;
  const source = word('src', first.stdout);
  // What has its source address already may be sent another way: rules of routing can be about it (`ip rule … from`).
  const { stdout } = source === undefined ? first : await routeTo('from', source);
  const device = word('dev', stdout);
  const way: Way = device === undefined ? {} : { device };
  if (source === undefined) return way;
  if (await drops(host, { to: source, from: address, by: shim })) return { ...way, drops: 'here' };
  if (pid === undefined || host.uid !== 0) return way;
  const inside = insideOf(pid);
  const links = await look(host, [...inside, 'ip', '-oneline', '-4', 'address', 'show', 'to', address]);
  const by = links.stdout.split(/\s+/)[1];
  if (links.code !== 0 || by === undefined) return way;
  for (const from of [...senders, source])
    if (await drops(host, { to: address, from, by }, inside)) return { ...way, drops: 'there' };
  return way;
}

/** The router by which a container sends to an address; nothing where it needs none, or that cannot be found out. */
export async function lookAtRouter(host: Host, pid: number, address: string): Promise<string | undefined> {
  if (host.uid !== 0) return undefined;
  const { code, stdout } = await look(host, [...insideOf(pid), 'ip', 'route', 'get', address]);
  return code === 0 ? word('via', stdout) : undefined;
}

const word = (key: string, text: string) => new RegExp(`\\b${key} (\\S+)`).exec(text)?.[1];

/** Whether the kernel would take a packet that comes in by an interface for forged (`rp_filter`). */
async function drops(
  host: Host,
  { to, from, by }: { readonly to: string; readonly from: string; readonly by: string },
  inside: readonly string[] = [],
): Promise<boolean> {
  const { code, stderr } = await look(host, [...inside, 'ip', 'route', 'get', to, 'from', from, 'iif', by]);
  // EXDEV of old, EINVAL of Linux 6.18.
  return code !== 0 && /Invalid (cross-device link|argument)/.test(stderr);
}
