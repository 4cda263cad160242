/** Interfaces of the host, by what a network asks of them. */
import type { ParsedHost } from './parsed-facts.ts';

/** The interface of the default route: IPv4's first, then the lowest metric. */
export function defaultInterface(host: ParsedHost | undefined): string | undefined {
  return host?.routes
    .filter((route) => route.destination === 'default' && route.interface !== undefined)
    .sort((a, b) => a.family - b.family || (a.metric ?? 0) - (b.metric ?? 0))[0]?.interface;
}

/** The kernel's limit (`IFNAMSIZ` less the end mark). */
export const longestName = 15;

/** Whether the name is one that an interface can have. */
export function isInterfaceName(name: string): boolean {
  return /^(?!-)(?!\.{1,2}$)[^\s/:]{1,15}$/.test(name);
}
