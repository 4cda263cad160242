/** Published ports as they will be. */
import type { Port } from '../../compose/project/project.ts';
import { parseAddress } from '../facts/ip.ts';
import type { Attached, PlannedPort } from '../types.ts';

/**
 * Host access by loopback publishes for this host alone: a port beside a LAN address times out for the LAN's clients
 * (docs/measured.md).
 */
export function plannedPort(source: Port, publishing: Attached['publishing']): PlannedPort {
  const hostIp = publishing === 'loopback' ? '127.0.0.1' : source.hostIp;
  const address = parseAddress(hostIp ?? '');
  return { source, ...(hostIp !== undefined && { hostIp }), ...(address && { address }) };
}

/**
 * Two ports may be one now that both have this address; Compose keeps the later, by these four (docs/measured.md,
 * "Compose").
 */
export function withoutRepeats(ports: readonly PlannedPort[]): readonly PlannedPort[] {
  const keyOf = ({ source: { published, target, protocol }, hostIp }: PlannedPort) =>
    [hostIp, published?.first, published?.last, target, protocol].join(' ');
  const last = new Map(ports.map((port) => [keyOf(port), port]));
  return ports.filter((port) => last.get(keyOf(port)) === port);
}
