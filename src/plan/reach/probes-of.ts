/** How a place is asked, and how it is written. */
import { rangeText } from '../../compose/project/port-runs.ts';
import type { PortRange } from '../../compose/project/project.ts';
import type { Probe, UdpProtocol } from './probe.ts';
import type { Question } from './question.ts';

/** UDP services that answer a stranger, by their port (IANA, Service Name and Transport Protocol Port Numbers). */
const udpProtocols: Readonly<Record<number, UdpProtocol>> = { 53: 'dns', 123: 'ntp' };

/** Of a wide range as many are asked: a program opens the ports of some (RTP, passive FTP) only when it needs them. */
const mostPortsOfRange = 16;

interface Asked {
  readonly address: string;
  readonly port: PortRange;
  /** The container's ports behind them, where they are mapped. */
  readonly target?: PortRange;
  readonly protocol: string;
  readonly proxied?: boolean;
  /** The addresses of the container behind the proxy, where this host reaches them. */
  readonly behind?: readonly string[];
}

/** What is asked at ports of one address; or why nothing is. */
export function probesOf({
  address,
  port,
  target = port,
  protocol,
  proxied = false,
  behind = [],
}: Asked): Pick<Question, 'probes' | 'notAsked'> {
  const count = Math.min(port.last - port.first + 1, mostPortsOfRange);
  const ports = Array.from({ length: count }, (_, at) => port.first + at);
  if (protocol === 'tcp')
    return {
      probes: ports.map((each, at) => ({
        kind: 'tcp',
        address,
        port: each,
        ...(proxied && { proxied: true as const }),
        ...(proxied &&
          behind.length > 0 && { behind: behind.map((inner) => ({ address: inner, port: target.first + at })) }),
      })),
    };
  if (protocol !== 'udp') return { probes: [], notAsked: `netcompose knows no way to ask a port of ${protocol}` };
  const probes = ports.flatMap((each, at): readonly Probe[] => {
    const known = udpProtocols[target.first + at];
    return known ? [{ kind: 'udp', address, port: each, protocol: known }] : [];
  });
  if (probes.length > 0) return { probes };
  return { probes, notAsked: 'UDP is asked on the ports of DNS and NTP only: of others, silence says nothing' };
}

/** `192.168.1.53:53/udp`, `[fd00::5]:8000-8010` */
export function placeText(address: string, port: PortRange | undefined, protocol: string): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}:${port ? rangeText(port) : '<dynamic>'}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}
