/** What packet filters drop, as root may read it. Nothing is changed, and what may not be read is left open. */
import { type Dropping, type Hook, noneDropping, type Zone } from '../../plan/reach/evidence.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { which } from '../system/which.ts';

export interface PacketFilter {
  readonly dropping: Dropping;
  /** firewalld's zone of each interface, but for those that accept everything. */
  readonly zones: ReadonlyMap<string, Zone>;
}

/** @param interfaces those whose zones are wanted */
export async function lookAtPacketFilter(host: Host, interfaces: readonly string[]): Promise<PacketFilter> {
  if (host.uid !== 0) return { dropping: noneDropping, zones: new Map() };
  const [dropping, zones] = await Promise.all([droppingHooks(host), zonesOf(host, interfaces)]);
  return { dropping, zones };
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

async function zonesOf(host: Host, interfaces: readonly string[]): Promise<PacketFilter['zones']> {
  if (which(host, 'firewall-cmd') === undefined) return new Map();
  const ask = async (...args: readonly string[]) => {
    const { code, stdout } = await look(host, ['firewall-cmd', ...args]);
    return code === 0 ? stdout.trim() : '';
  };
  const found = new Map<string, Zone>();
  for (const each of interfaces) {
    // What is in no zone by name is in the default one.
    const name = (await ask(`--get-zone-of-interface=${each}`)) || (await ask('--get-default-zone'));
    if (name === '') continue;
    const settings = settingsOf(await ask(`--zone=${name}`, '--list-all'));
    const words = (key: string) => settings.get(key)?.split(' ').filter(Boolean) ?? [];
    if (settings.get('target') === 'ACCEPT') continue;
    found.set(each, { name, opens: [...words('services'), ...words('ports')] });
  }
  return found;
}

/** `  services: dhcpv6-client ssh` */
const settingsOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^ {2}([a-z-]+):[ \t]*(.*)$/gm)].map(([, key = '', value = '']) => [key, value.trim()]));
