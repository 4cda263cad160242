/** Which of a host's own addresses stands for it. */
import {
  type Address,
  type Cidr,
  contains,
  isLinkLocal,
  isLoopback,
  isUnspecified,
  parseCidr,
  sameAddress,
} from './ip.ts';
import {
  type InterfaceAddress,
  isInVirtualMachine,
  type ParsedFacts,
  type ParsedHost,
  type ParsedInterface,
} from './parsed-facts.ts';

const uniqueLocal = parseCidr('fc00::/7')!;

/** What is asked of an address: its family, and the subnet in which it must lie, where that matters. */
interface Wanted {
  readonly family: 4 | 6;
  readonly within?: Cidr;
}

/**
 * The address on an interface by which its LAN best knows this host, and it its containers: one that stays, in the
 * router's own subnet. Of IPv6 a unique local one before a global one, whose prefix the provider may change. A
 * link-local one would mean nothing without the name of the router's interface.
 */
export function hostAddress(
  wanted: Wanted,
  on: ParsedInterface | undefined,
  host: ParsedHost | undefined,
): Address | undefined {
  return lanOf(wanted, on, host)?.address;
}

/** The same address with the LAN that it is on. */
export function lanOf(
  { family, within }: Wanted,
  on: ParsedInterface | undefined,
  host: ParsedHost | undefined,
): InterfaceAddress | undefined {
  const gateways = (host?.routes ?? [])
    .filter((route) => route.destination === 'default' && route.interface === on?.name)
    .flatMap(({ gateway }) => gateway ?? []);
  const candidates = (on?.addresses ?? []).flatMap((candidate) => {
    const { address, subnet, passing } = candidate;
    if (address.family !== family || isLinkLocal(address)) return [];
    if (within && !contains(within, address)) return [];
    const demerits = [
      passing,
      !gateways.some((gateway) => contains(subnet, gateway)),
      family === 6 && !contains(uniqueLocal, address),
    ];
    return { candidate, rank: demerits.reduce((rank, demerit) => rank * 2 + Number(demerit), 0) };
  });
  // Of equals the first: the kernel lists an interface's primary address before the others.
  return candidates.sort((a, b) => a.rank - b.rank)[0]?.candidate;
}

/** Whether a port can be bound at an address of this host: also where nobody can look. */
export function isOnHost(address: Address, { host, engine }: Pick<ParsedFacts, 'host' | 'engine'>): boolean {
  if (!host || engine?.remote || isInVirtualMachine(engine)) return true;
  if (isUnspecified(address) || isLoopback(address)) return true;
  return host.interfaces.some(({ addresses }) => addresses.some((each) => sameAddress(each.address, address)));
}
