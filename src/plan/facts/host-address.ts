/** Which of a host's own addresses stands for it. */
import type { HostFacts, HostInterface } from './facts.ts';
import { addressOf, contains, formatAddress, parseAddress, parseCidr } from './ip.ts';

const linkLocal = [parseCidr('169.254.0.0/16')!, parseCidr('fe80::/10')!] as const;
const uniqueLocal = parseCidr('fc00::/7')!;

/**
 * The address on the parent by which the LAN best knows this host, and it its containers: one that stays, in the router's own subnet. Of
 * IPv6 a unique local one before a global one, whose prefix the provider may change. A link-local one would mean nothing
 * without the name of the router's interface.
 */
export function hostAddress(
  family: 4 | 6,
  parent: HostInterface | undefined,
  host: HostFacts | undefined,
): string | undefined {
  const gateways = (host?.routes ?? [])
    .filter((route) => route.destination === 'default' && route.interface === parent?.name)
    .flatMap(({ gateway }) => parseAddress(gateway ?? '') ?? []);
  const passing = new Set(parent?.passing);
  const candidates = (parent?.addresses ?? []).flatMap((text) => {
    const address = addressOf(text);
    const lan = parseCidr(text);
    if (address?.family !== family || !lan || linkLocal.some((range) => contains(range, address))) return [];
    const demerits = [
      passing.has(text),
      !gateways.some((gateway) => contains(lan, gateway)),
      family === 6 && !contains(uniqueLocal, address),
    ];
    return { address, rank: demerits.reduce((rank, demerit) => rank * 2 + Number(demerit), 0) };
  });
  // Of equals the first: the kernel lists an interface's primary address before the others.
  const best = candidates.sort((a, b) => a.rank - b.rank)[0];
  return best && formatAddress(best.address);
}
