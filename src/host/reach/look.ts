/** What is looked at where a place does not answer. Nothing is changed, and what may not be read is left open. */
import type { HostSocket } from '../../plan/facts/facts.ts';
import { socketsAround } from '../observe/sockets.ts';
import type { Host } from '../system/host.ts';

export interface Around {
  readonly sockets?: readonly HostSocket[];
  /** The families for which there is a default route. */
  readonly defaultRoutes?: ReadonlySet<4 | 6>;
}

/** What is open in the network namespace of a process, and whether there is a way out. */
export function lookAround(host: Host, pid: number): Around {
  const sockets = socketsAround(host, pid);
  const routed = defaultRoutes(host, pid);
  return { ...(sockets && { sockets }), ...(routed && { defaultRoutes: routed }) };
}

/** The families for which there is a default route in the network namespace of a process. */
export function defaultRoutes(host: Host, pid: number): ReadonlySet<4 | 6> | undefined {
  const routes = host.readText(`/proc/${pid}/net/route`);
  if (routes === undefined) return undefined;
  // A kernel without IPv6 has no such file.
  const six = host.readText(`/proc/${pid}/net/ipv6_route`) ?? '';
  return new Set([...(hasDefault4(routes) ? ([4] as const) : []), ...(hasDefault6(six) ? ([6] as const) : [])]);
}

/** Destination and mask are the second and the eighth column, in hexadecimal. */
const hasDefault4 = (routes: string) =>
  routes.split('\n').some((line) => {
    const fields = line.split('\t');
    return fields[1] === '00000000' && fields[7] === '00000000';
  });

/** Destination and prefix come first, in hexadecimal; a way that refuses all packets is on `lo`. */
const hasDefault6 = (routes: string) =>
  routes.split('\n').some((line) => /^0{32} 00 /.test(line) && line.trim().split(/\s+/).at(-1) !== 'lo');
