/** What packet filters drop, as root may read it. Nothing is changed, and what may not be read is left open. */
import type { Dropping, Hook } from '../../plan/reach/evidence.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { which } from '../system/which.ts';
import { type Firewalld, lookAtFirewalld } from './firewalld.ts';

export interface PacketFilter extends Firewalld {
  readonly dropping: Dropping;
}

/** @param interfaces those whose zones are wanted */
export async function lookAtPacketFilter(host: Host, interfaces: readonly string[]): Promise<PacketFilter> {
  if (host.uid !== 0) return { dropping: { 4: new Set(), 6: new Set() }, zones: new Map(), strictIpv6: false };
  const [dropping, firewalld] = await Promise.all([droppingHooks(host), lookAtFirewalld(host, interfaces)]);
  return { dropping, ...firewalld };
}

/** The same of a container's own packet filter; it may have set one up, as VPN clients do. */
export async function lookAtOwnFilter(host: Host, pid: number): Promise<Dropping | undefined> {
  return host.uid === 0 ? droppingHooks(host, pid) : undefined;
}

/** What a command begins with that runs in the network namespace of a process. */
export const insideOf = (pid: number): readonly string[] => ['nsenter', '--net', '--target', String(pid), '--'];

/** The families that a table of nftables is about. */
const tableFamilies: Readonly<Record<string, readonly (4 | 6)[]>> = { ip: [4], ip6: [6], inet: [4, 6] };

async function droppingHooks(host: Host, pid?: number): Promise<Dropping> {
  const inside = pid === undefined ? [] : insideOf(pid);
  const found = { 4: new Set<Hook>(), 6: new Set<Hook>() };
  const nft = which(host, 'nft') === undefined ? undefined : await look(host, [...inside, 'nft', 'list', 'chains']);
  const chains = nft?.code === 0 ? nft.stdout : undefined;
  for (const [, family = '', body = ''] of chains?.matchAll(/^table (\S+) [^\n]*\n((?:[^}\n][^\n]*\n)*)/gm) ?? [])
    for (const [, hook] of body.matchAll(/\bhook (input|output) [^\n]*\bpolicy drop\b/g))
      for (const each of tableFamilies[family] ?? []) found[each].add(hook as Hook);
  for (const family of [4, 6] as const)
    for (const program of programsFor(host, family, chains !== undefined, pid)) {
      const { code, stdout } = await look(host, [...inside, program, '-S']);
      for (const [, chain] of code === 0 ? stdout.matchAll(/^-P (INPUT|OUTPUT) DROP$/gm) : [])
        found[family].add(chain === 'INPUT' ? 'input' : 'output');
    }
  return found;
}

const iptables = { 4: ['iptables', 'ip_tables_names'], 6: ['ip6tables', 'ip6_tables_names'] } as const;

/** What `nft` has not told: all where there is none, and the tables of old kernels, of which it knows nothing. */
function programsFor(host: Host, family: 4 | 6, byNft: boolean, pid?: number): readonly string[] {
  const [program, names] = iptables[family];
  const hasOld =
    host
      .readText(`/proc/${pid ?? 'self'}/net/${names}`)
      ?.split('\n')
      .includes('filter') === true;
  const old = hasOld ? [which(host, `${program}-legacy`) === undefined ? program : `${program}-legacy`] : [];
  const asked = new Set([...(byNft ? [] : [program]), ...old]);
  return [...asked].filter((each) => which(host, each) !== undefined);
}
