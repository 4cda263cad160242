/** What is looked at where a place does not answer. Nothing is changed, and what may not be read is left open. */
import type { HostSocket } from '../../plan/facts/facts.ts';
import { socketsAround } from '../observe/sockets.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { which } from '../system/which.ts';

export interface Around {
  readonly sockets?: readonly HostSocket[];
  /** Whether there is a default route for IPv4. */
  readonly hasDefaultRoute?: boolean;
}

/** What is open in the network namespace of a process, and whether there is a way out. */
export function lookAround(host: Host, pid: number): Around {
  const sockets = socketsAround(host, pid);
  const routes = host.readText(`/proc/${pid}/net/route`);
  return {
    ...(sockets && { sockets }),
    ...(routes !== undefined && { hasDefaultRoute: hasDefault(routes) }),
  };
}

/** Destination and mask are the second and the eighth column, in hexadecimal. */
const hasDefault = (routes: string) =>
  routes.split('\n').some((line) => {
    const fields = line.split('\t');
    return fields[1] === '00000000' && fields[7] === '00000000';
  });

export interface PacketFilter {
  readonly dropping: ReadonlySet<'input' | 'output'>;
  /** firewalld's zone of each interface that is in one. */
  readonly zones: ReadonlyMap<string, string>;
}

/** Only root may read the packet filter; nothing is asked of those who may not. */
export async function lookAtPacketFilter(host: Host, interfaces: readonly string[]): Promise<PacketFilter> {
  if (host.uid !== 0) return { dropping: new Set(), zones: new Map() };
  const [dropping, zones] = await Promise.all([droppingHooks(host), zonesOf(host, interfaces)]);
  return { dropping, zones };
}

async function droppingHooks(host: Host): Promise<PacketFilter['dropping']> {
  const found = new Set<'input' | 'output'>();
  const nft = which(host, 'nft') === undefined ? undefined : await look(host, ['nft', 'list', 'chains']);
  if (nft?.code === 0) {
    for (const [, hook] of nft.stdout.matchAll(/\bhook (input|output) [^\n]*\bpolicy drop\b/g))
      found.add(hook as 'input' | 'output');
  } else if (which(host, 'iptables') !== undefined) {
    const { code, stdout } = await look(host, ['iptables', '-S']);
    if (code !== 0) return found;
    for (const [, chain] of stdout.matchAll(/^-P (INPUT|OUTPUT) DROP$/gm))
      found.add(chain === 'INPUT' ? 'input' : 'output');
  }
  return found;
}

async function zonesOf(host: Host, interfaces: readonly string[]): Promise<PacketFilter['zones']> {
  const zones = new Map<string, string>();
  if (which(host, 'firewall-cmd') === undefined) return zones;
  for (const name of interfaces) {
    const { code, stdout } = await look(host, ['firewall-cmd', `--get-zone-of-interface=${name}`]);
    if (code === 0 && stdout.trim() !== '') zones.set(name, stdout.trim());
  }
  return zones;
}
