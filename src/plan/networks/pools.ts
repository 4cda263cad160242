/**
 * Subnet, gateway and range of an underlay network: what is written, else what the host has, else what can be chosen
 * the same way every time. An existing shared network's own values win over everything that is found.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import type { Settings } from '../../netmode/settings.ts';
import type { EngineNetwork, Facts } from '../facts/facts.ts';
import {
  type Address,
  addressOf,
  block,
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  overlaps,
  parseAddress,
  parseCidr,
} from '../facts/ip.ts';
import { composeProjectLabel, shimAliasPrefix } from '../facts/ownership.ts';
import type { Pool } from '../types.ts';
import { freeRange } from './free-addresses.ts';
import type { Parent } from './parents.ts';

/** A pool in numbers. */
interface Numbers {
  readonly subnet: Cidr;
  gateway?: Address;
  range?: Cidr;
}

export interface PoolRequest {
  readonly settings: Settings;
  /** Where the network is asked for. */
  readonly span: Span;
  readonly parent: Parent;
  /** Where to look for what is not written: on the parent's LAN, among private subnets, or nowhere (Docker chooses). */
  readonly find: 'lan' | 'private' | 'nowhere';
  readonly facts: Facts;
  /** The shared Docker network, where it exists already. */
  readonly existing?: EngineNetwork;
  /** Fixed container addresses on this network, which the range keeps clear of. */
  readonly fixed: readonly Address[];
  /** The project's name: its own networks are not in its way. */
  readonly project: string;
  /** Subnets that an L3 network must not touch: the project's other networks. */
  readonly taken: readonly Cidr[];
}

/**
 * @param report gets `address/range-invalid`, `address/no-range-on-lan`, `netmode/conflicting-network`
 * @returns one pool for each family; none where nobody looked at the host and nothing is written
 */
export function poolsOf(request: PoolRequest, report: Report): readonly Pool[] {
  const { settings, existing } = request;
  const written = writtenSubnets(settings, report);
  if (existing) {
    checkAgainstExisting(settings, existing, report);
    return existing.pools.map((pool) => ({
      subnet: pool.subnet,
      ...(pool.gateway && { gateway: pool.gateway }),
      ...(pool.ipRange && { ipRange: pool.ipRange }),
      auxAddresses: pool.auxiliaryAddresses,
    }));
  }
  const numbers = written
    .flatMap((entry) => (entry === 'auto' ? foundSubnet(request, report) : [entry]))
    .map((subnet): Numbers => ({ subnet }));
  assign(settings, 'gateway', numbers, report);
  assign(settings, 'ip_range', numbers, report);
  for (const pool of request.find === 'lan' ? numbers : []) {
    pool.gateway ??= foundGateway(pool.subnet, request);
    if (!pool.range) {
      const range = rangeFor(pool, request);
      if (range) pool.range = range;
      warnOfRange(request, pool, report);
    }
  }
  return numbers.map(({ subnet, gateway, range }) => ({
    subnet: formatCidr(subnet),
    ...(gateway && { gateway: formatAddress(gateway) }),
    ...(range && { ipRange: formatCidr(range) }),
    auxAddresses: {},
  }));
}

function writtenSubnets(settings: Settings, report: Report): readonly (Cidr | 'auto')[] {
  const written = settings.subnet ?? [];
  if (written.length === 0) return ['auto'];
  return written.flatMap(({ value, span }) => {
    if (value === 'auto') return 'auto' as const;
    const cidr = parseCidr(value);
    if (!cidr || cidr.prefix === 0) {
      report('address/range-invalid', span, `"${value}" is not a subnet`, { help: 'write it like 192.168.1.0/24' });
      return [];
    }
    if (addressOf(value)!.value !== cidr.first) {
      report('address/range-invalid', span, `"${value}" is an address inside a subnet, not the subnet`, {
        help: formatCidr(cidr),
      });
    }
    return cidr;
  });
}

/** Gives each gateway or range that is written to the subnet it lies in. */
function assign(settings: Settings, key: 'gateway' | 'ip_range', pools: readonly Numbers[], report: Report): void {
  for (const { value, span } of settings[key] ?? []) {
    if (value === 'auto') continue;
    const parsed = key === 'gateway' ? parseAddress(value) : parseCidr(value);
    if (!parsed) {
      report(
        'address/range-invalid',
        span,
        `"${value}" is not ${key === 'gateway' ? 'an address' : 'a range in CIDR form'}`,
        {
          help: key === 'gateway' ? 'write it like 192.168.1.1' : 'write it like 192.168.1.192/27',
        },
      );
      continue;
    }
    const pool = pools.find(({ subnet }) => contains(subnet, parsed));
    if (!pool) {
      if (pools.length > 0) {
        report(
          'address/range-invalid',
          span,
          `${key} ${value} is outside ${pools.map(({ subnet }) => formatCidr(subnet)).join(' and ')}`,
          {
            help: 'correct it, or add its subnet to "subnet"',
          },
        );
      }
    } else if ('value' in parsed) pool.gateway = parsed;
    else pool.range = parsed;
  }
}

function foundSubnet(request: PoolRequest, report: Report): readonly Cidr[] {
  const { parent, facts, find } = request;
  if (find === 'private') return [privateSubnet(request)];
  if (find === 'nowhere' || !facts.host) return [];
  const addresses = (parent.observed?.addresses ?? [])
    .map((text) => parseCidr(text)!)
    .filter((cidr) => !isLinkLocal(cidr));
  const own = addresses.find((cidr) => cidr.family === 4) ?? addresses[0];
  // Without the interface there is an error already; with it, but without an address, the file must say more.
  if (!own && (parent.observed || parent.name.includes('.'))) {
    report(
      'address/range-invalid',
      parent.span,
      `"${parent.name}" has no address of its own from which to take the subnet`,
      {
        help: 'write "subnet:" and "gateway:"',
      },
    );
  }
  return own ? [own] : [];
}

const isLinkLocal = (cidr: Cidr) => cidr.family === 6 && contains(parseCidr('fe80::/10')!, cidr);

/** The router: of the default route over this parent, else by custom the lowest address that is not the host's own. */
function foundGateway(subnet: Cidr, { parent, facts }: PoolRequest): Address {
  const routes = facts.host?.routes ?? [];
  for (const route of routes) {
    const gateway =
      route.destination === 'default' && route.interface === parent.name
        ? parseAddress(route.gateway ?? '')
        : undefined;
    if (gateway && contains(subnet, gateway)) return gateway;
  }
  const own = hostAddresses(parent);
  let value = subnet.first + 1n;
  while (own.some((address) => address.family === subnet.family && address.value === value)) value += 1n;
  return { family: subnet.family, value };
}

/** The host's own addresses on the parent. */
export function hostAddresses(parent: Parent): readonly Address[] {
  return (parent.observed?.addresses ?? []).flatMap((text) => addressOf(text) ?? []);
}

/** IPv4: a /27; IPv6: a /112, which is as large as any host needs. In a small subnet, its quarter. */
const rangePrefix = { 4: 27, 6: 112 } as const;

/** The highest aligned block that holds neither the gateway nor an address of the host or of a container. */
function rangeFor({ subnet, gateway }: Numbers, { parent, fixed }: PoolRequest): Cidr | undefined {
  const avoid = [gateway, ...hostAddresses(parent), ...fixed].filter((address) => address !== undefined);
  return freeRange(subnet, Math.max(rangePrefix[subnet.family], subnet.prefix + 2), avoid);
}

function warnOfRange({ span }: PoolRequest, { subnet, range }: Numbers, report: Report): void {
  if (range) {
    report(
      'address/no-range-on-lan',
      span,
      `no "ip_range" is given on the LAN ${formatCidr(subnet)}: containers will get addresses of ${formatCidr(range)}`,
      {
        help: `write "ip_range: ${formatCidr(range)}", and keep it out of the DHCP server's pool`,
      },
    );
  } else {
    report(
      'address/range-exhausted',
      span,
      `no part of ${formatCidr(subnet)} is free for a range of container addresses`,
      { help: 'write "ip_range:"' },
    );
  }
}

/**
 * The same private /24 each time for the same parent, inside 10.64.0.0/10 (few use it), moved on while it overlaps
 * anything known.
 */
function privateSubnet({ parent, facts, taken, project }: PoolRequest): Cidr {
  const shims = new Set(
    (facts.host?.interfaces ?? []).filter((one) => one.alias?.startsWith(shimAliasPrefix)).map((one) => one.name),
  );
  const known = [
    ...taken,
    ...(facts.host?.interfaces ?? []).flatMap((one) => one.addresses.flatMap((text) => parseCidr(text) ?? [])),
    ...(facts.host?.routes ?? [])
      .filter((route) => !shims.has(route.interface ?? ''))
      .flatMap((route) => parseCidr(route.destination) ?? []),
    ...(facts.engine?.networks ?? [])
      .filter((network) => network.labels[composeProjectLabel] !== project)
      .flatMap((network) => network.pools.flatMap((pool) => parseCidr(pool.subnet) ?? [])),
  ];
  const base = parseCidr('10.64.0.0/10')!;
  const count = 1n << 14n;
  let index = fnv1a(parent.name) % count;
  for (let tries = 0n; tries < count; tries += 1n) {
    const candidate = block(4, base.first + index * 256n, 24);
    if (!known.some((cidr) => overlaps(cidr, candidate))) return candidate;
    index = (index + 1n) % count;
  }
  return base;
}

/** FNV-1a, 32 bits: any even spread will do, as long as it never changes. */
function fnv1a(text: string): bigint {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return BigInt(hash);
}

/** What is written must be what the shared network is; it cannot be changed while others use it. */
function checkAgainstExisting(settings: Settings, existing: EngineNetwork, report: Report): void {
  const has = {
    subnet: existing.pools.map((pool) => pool.subnet),
    gateway: existing.pools.flatMap((pool) => pool.gateway ?? []),
    ip_range: existing.pools.flatMap((pool) => pool.ipRange ?? []),
  };
  const differ = (text: string, values: readonly string[]) =>
    text !== 'auto' && !values.some((value) => canonical(value) === canonical(text));
  for (const key of ['subnet', 'gateway', 'ip_range'] as const) {
    for (const { value, span } of (settings[key] ?? []) as readonly Located<string>[]) {
      if (!differ(value, has[key])) continue;
      report(
        'netmode/conflicting-network',
        span,
        `${key} is ${value}, but the network "${existing.name}" exists already with ${has[key].join(', ') || 'none'}`,
        {
          help: `write what it has, or take down every project that uses it first (docker network inspect ${existing.name})`,
        },
      );
    }
  }
}

function canonical(text: string): string {
  const cidr = text.includes('/') ? parseCidr(text) : undefined;
  const address = cidr ? undefined : parseAddress(text);
  return cidr ? formatCidr(cidr) : address ? formatAddress(address) : text;
}
