/** What is looked at where a place does not answer. Nothing is changed, and what may not be read is left open. */
import type { HostSocket } from '../../plan/facts/facts.ts';
import { socketsAround } from '../observe/sockets.ts';
import type { Host } from '../system/host.ts';

export interface Around {
  readonly sockets?: readonly HostSocket[];
  /** Whether there is a default route for IPv4. */
  readonly hasDefaultRoute?: boolean;
}

/** What is open in the network namespace of a process, and whether there is a way out. */
export function lookAround(host: Host, pid: number): Around {
  const sockets = socketsAround(host, pid);
  const routed = hasDefaultRoute(host, pid);
  return { ...(sockets && { sockets }), ...(routed !== undefined && { hasDefaultRoute: routed }) };
}

/** Whether there is a default route for IPv4 in the network namespace of a process. */
export function hasDefaultRoute(host: Host, pid: number): boolean | undefined {
  const routes = host.readText(`/proc/${pid}/net/route`);
  return routes === undefined ? undefined : hasDefault(routes);
}

/** Destination and mask are the second and the eighth column, in hexadecimal. */
const hasDefault = (routes: string) =>
  routes.split('\n').some((line) => {
    const fields = line.split('\t');
    return fields[1] === '00000000' && fields[7] === '00000000';
  });
