/** Subnets that are in use somewhere, and others that are free as far as is known. */
import { block, type Cidr, isLinkLocal, overlaps, parseCidr } from '../../facts/ip.ts';
import { composeProjectLabel, isOurs } from '../../facts/ownership.ts';
import {
  isInVirtualMachine,
  isRootless,
  type ParsedEngine,
  type ParsedFacts,
  type ParsedInterface,
} from '../../facts/parsed-facts.ts';
import type { NetworkPlan } from '../../types.ts';

/** A subnet in which the host is, or to which it has a route. */
export interface HostSubnet {
  readonly subnet: Cidr;
  readonly interface: string;
  /** Whether the host has an address in it: then it is no more than one hop away. */
  readonly isOwn: boolean;
}

/** Halves and quarters of everything, as VPNs write the default route. */
const shortestPrefix = 4;

/**
 * What this host reaches by interfaces other than Docker's bridges and shims, and first what it is in itself; nothing
 * where it is not the engine's.
 */
export function hostSubnets({ host, engine }: ParsedFacts): readonly HostSubnet[] {
  if (!host || engine?.remote || isInVirtualMachine(engine) || isRootless(engine)) return [];
  const others = host.interfaces.filter((each) => !each.loopback && !isOurs(each) && !isDockers(each, engine));
  const names = new Set(others.map(({ name }) => name));
  const own = others.flatMap(({ name, addresses }) =>
    addresses.map(({ subnet }): HostSubnet => ({ subnet, interface: name, isOwn: true })),
  );
  const routed = host.routes.flatMap(({ destination, interface: by }): readonly HostSubnet[] =>
    destination === 'default' || by === undefined || !names.has(by) || destination.prefix < shortestPrefix
      ? []
      : [{ subnet: destination, interface: by, isOwn: false }],
  );
  return [...own, ...routed].filter(({ subnet }) => !isLinkLocal(subnet));
}

/** A bridge of Docker's: by its name, or by the address that a network of the engine gives it. */
function isDockers({ name, kind, addresses }: ParsedInterface, engine: ParsedEngine | undefined): boolean {
  if (kind !== 'bridge') return false;
  if (/^(?:docker0|docker_gwbridge|br-[\da-f]{12})$/.test(name)) return true;
  const gateways = (engine?.networks ?? [])
    .filter(({ driver }) => driver === 'bridge')
    .flatMap(({ pools }) => pools.flatMap(({ gateway }) => gateway?.value ?? []));
  return addresses.some(({ address }) => gateways.includes(address.value));
}

/** Every subnet that a new network should keep clear of: the host's, other Docker networks', the project's own. */
export function takenSubnets(project: string, networks: Iterable<NetworkPlan>, facts: ParsedFacts): readonly Cidr[] {
  return [
    ...hostSubnets(facts).map(({ subnet }) => subnet),
    ...(facts.engine?.networks ?? [])
      .filter(({ labels }) => labels[composeProjectLabel] !== project)
      .flatMap(({ pools }) => pools.map(({ subnet }) => subnet)),
    ...[...networks].flatMap(({ pools }) => pools.map(({ subnet }) => subnet)),
  ];
}

/** Where Docker itself looks first, then all that is private. */
const privateBlocks = ['172.16.0.0/12', '10.0.0.0/8', '192.168.0.0/16', 'fd00::/8'].map((text) => parseCidr(text)!);

/** How far to look: a host with so many networks in a row needs a person to look. */
const mostTries = 4096n;

/** A private subnet of the same size that overlaps none of these. */
export function freeSubnet({ family, prefix }: Cidr, taken: readonly Cidr[]): Cidr | undefined {
  for (const whole of privateBlocks) {
    if (whole.family !== family || prefix < whole.prefix) continue;
    const size = 1n << BigInt((family === 4 ? 32 : 128) - prefix);
    for (let first = whole.first, tries = 0n; first <= whole.last && tries < mostTries; tries += 1n) {
      const candidate = block(family, first, prefix);
      const other = taken.find((subnet) => overlaps(subnet, candidate));
      if (!other) return candidate;
      // On past what is in the way, on a boundary of this size.
      first = other.last > candidate.last ? block(family, other.last, prefix).first + size : first + size;
    }
  }
  return undefined;
}
