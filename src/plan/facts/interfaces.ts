/** Interfaces of the host, by what a network asks of them. */
import type { HostFacts } from './facts.ts';

/** The interface of the default route: IPv4's first, then the lowest metric. */
export function defaultInterface(host: HostFacts | undefined): string | undefined {
  return host?.routes
    .filter((route) => route.destination === 'default' && route.interface !== undefined)
    .sort((a, b) => a.family - b.family || (a.metric ?? 0) - (b.metric ?? 0))[0]?.interface;
}

/** Whether the name is one that an interface can have, and not left open (`auto`, `auto.10`) because nobody looked at the host. */
export function isKnownInterface(name: string): boolean {
  return /^(?!auto(\.\d+)?$)(?!-)(?!\.{1,2}$)[^\s/:]{1,15}$/.test(name);
}
