/** What packet filters drop, as root may read it. Nothing is changed, and what may not be read is left open. */
import type { Dropping, Hook, Zone } from '../../plan/reach/evidence.ts';
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
  if (host.uid !== 0) return { dropping: new Set(), zones: new Map() };
  const [dropping, zones] = await Promise.all([droppingHooks(host), zonesOf(host, interfaces)]);
  return { dropping, zones };
}

/** The same of a container's own packet filter; it may have set one up, as VPN clients do. */
export async function lookAtOwnFilter(host: Host, pid: number): Promise<Dropping | undefined> {
  return host.uid === 0 ? droppingHooks(host, insideOf(pid)) : undefined;
}

/** What a command begins with that runs in the network namespace of a process. */
export const insideOf = (pid: number): readonly string[] => ['nsenter', '--net', '--target', String(pid), '--'];

async function droppingHooks(host: Host, inside: readonly string[] = []): Promise<Dropping> {
  const found = new Set<Hook>();
  const nft = which(host, 'nft') === undefined ? undefined : await look(host, [...inside, 'nft', 'list', 'chains']);
  if (nft?.code === 0) {
    for (const [, hook] of nft.stdout.matchAll(/\bhook (input|output) [^\n]*\bpolicy drop\b/g)) found.add(hook as Hook);
  } else if (which(host, 'iptables') !== undefined) {
    const { code, stdout } = await look(host, [...inside, 'iptables', '-S']);
    if (code !== 0) return found;
    for (const [, chain] of stdout.matchAll(/^-P (INPUT|OUTPUT) DROP$/gm))
      found.add(chain === 'INPUT' ? 'input' : 'output');
  }
  return found;
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
