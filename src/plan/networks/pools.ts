/**
 * Subnet, gateway and range of an underlay network: what is written, else what the host has, else what can be chosen
 * the same way every time. An existing shared network's own values win over everything that is found.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import type { Settings } from '../../netmode/settings.ts';
import { lanOf } from '../facts/host-address.ts';
import {
  type Address,
  addressOf,
  block,
  type Cidr,
  canonical,
  contains,
  formatAddress,
  formatCidr,
  isLinkLocal,
  overlaps,
  parseAddress,
  parseCidr,
} from '../facts/ip.ts';
import { composeProjectLabel, isOurs } from '../facts/ownership.ts';
import { interfaceOf, type ParsedFacts, type ParsedNetwork } from '../facts/parsed-facts.ts';
import type { Parent, PlannedPool } from '../types.ts';
import { fnv1a } from './hash.ts';
import { addressesOn, lanGateway, lanRange } from './lan-pools.ts';
import { parentName } from './parents.ts';

/** A value, and where the file gives it; what was found has no place. */
interface Placed<T> {
  readonly value: T;
  readonly span?: Span;
}

export interface PoolRequest {
  readonly settings: Settings;
  /** Where the network is asked for. */
  readonly span: Span;
  readonly parent: Parent;
  /** Where to look for what is not written: on the parent's LAN, among private subnets, or nowhere (Docker chooses). */
  readonly find: 'lan' | 'private' | 'nowhere';
  readonly facts: ParsedFacts;
  /** The shared Docker network, where it exists already. */
  readonly existing?: ParsedNetwork;
  /** Fixed container addresses on this network, which the range keeps clear of. */
  readonly fixed: readonly Address[];
  /** Addresses that the file keeps from containers, by name. */
  readonly auxAddresses: ReadonlyMap<string, Located<Address>>;
  /** The project's name: its own networks are not in its way. */
  readonly project: string;
  /** Subnets that an L3 network must not touch: the project's other networks. */
  readonly taken: readonly Cidr[];
}

/**
 * @param report gets `address/range-invalid`, `address/no-range-on-lan`, `netmode/conflicting-network`
 * @returns one pool for each family; none where nobody looked at the host and nothing is written
 */
export function poolsOf(request: PoolRequest, report: Report): readonly PlannedPool[] {
  const { settings, existing } = request;
  const written = writtenSubnets(settings, report);
  if (existing) {
    checkAgainstExisting(settings, existing, report);
    return existing.pools.map((pool) => ({ ...pool, spans: { auxAddresses: new Map() } }));
  }
  const subnets = written.flatMap((entry) => (entry === 'auto' ? foundSubnet(request, report) : [entry]));
  const gateways = assigned(settings, 'gateway', parseAddress, subnets, report);
  const ranges = assigned(settings, 'ip_range', parseCidr, subnets, report);
  checkAuxAddresses(request, subnets, report);
  const pools = subnets.map((subnet) => pool(subnet, gateways.get(subnet), ranges.get(subnet), request));
  if (request.find === 'lan') reportFound(request, pools, { ip_range: ranges.size, gateway: gateways.size }, report);
  return pools;
}

function pool(
  subnet: Placed<Cidr>,
  written: Placed<Address> | undefined,
  range: Placed<Cidr> | undefined,
  request: PoolRequest,
): PlannedPool {
  const onLan = request.find === 'lan';
  const gateway = written ?? (onLan ? { value: foundGateway(subnet.value, request).address } : undefined);
  const found =
    onLan && !range ? lanRange(subnet.value, gateway?.value, request.parent, request.fixed, request.facts) : undefined;
  const ipRange = range?.value ?? found;
  const aux = [...request.auxAddresses].filter(([, { value }]) => contains(subnet.value, value));
  return {
    subnet: subnet.value,
    ...(gateway && { gateway: gateway.value }),
    ...(ipRange && { ipRange }),
    auxAddresses: new Map(aux.map(([name, { value }]) => [name, value])),
    spans: {
      ...(subnet.span && { subnet: subnet.span }),
      ...(gateway?.span && { gateway: gateway.span }),
      ...(range?.span && { ipRange: range.span }),
      auxAddresses: new Map(aux.map(([name, { span }]) => [name, span])),
    },
  };
}

function writtenSubnets(settings: Settings, report: Report): readonly (Located<Cidr> | 'auto')[] {
  const written = settings.subnet ?? [];
  if (written.length === 0) return settings.unread?.subnet ? [] : ['auto'];
  return written.flatMap(({ value, span }) => {
    if (value === 'auto') return 'auto' as const;
    const cidr = parseCidr(value);
    if (!cidr || cidr.prefix === 0) {
      report('address/range-invalid', span, `"${value}" is not a subnet`, { help: 'write it like 192.168.1.0/24' });
      return [];
    }
    checkHostBits('subnet', value, cidr, span, report);
    return { value: cidr, span };
  });
}

/**
 * Docker refuses what has bits beyond its prefix (`invalid ip-range …`), or takes another subnet than
 * the one that is written.
 */
export function checkHostBits(key: 'subnet' | 'ip_range', text: string, cidr: Cidr, span: Span, report: Report): void {
  if (addressOf(text)?.value === cidr.first) return;
  const what = key === 'subnet' ? 'a subnet' : 'a range';
  report('address/range-invalid', span, `"${text}" is an address inside ${what}, not the ${what.slice(2)}`, {
    help: `write "${key}: ${formatCidr(cidr)}"`,
  });
}

/** What is said of each form that a value of these keys may have. */
const forms = {
  gateway: { is: 'an address', like: '192.168.1.1' },
  ip_range: { is: 'a range in CIDR form', like: '192.168.1.192/27' },
} as const;

/** Gives each gateway or range that is written to the subnet it lies in. */
function assigned<T extends Address | Cidr>(
  settings: Settings,
  key: keyof typeof forms,
  parse: (text: string) => T | undefined,
  subnets: readonly Placed<Cidr>[],
  report: Report,
): ReadonlyMap<Placed<Cidr>, Located<T>> {
  const found = new Map<Placed<Cidr>, Located<T>>();
  for (const { value: text, span } of settings[key] ?? []) {
    if (text === 'auto') continue;
    const value = parse(text);
    if (!value) {
      report('address/range-invalid', span, `"${text}" is not ${forms[key].is}`, {
        help: `write it like ${forms[key].like}`,
      });
      continue;
    }
    if (key === 'ip_range' && 'prefix' in value) checkHostBits(key, text, value, span, report);
    const around = subnets.find((subnet) => contains(subnet.value, value));
    if (around) found.set(around, { value, span });
    else if (subnets.length > 0) {
      const all = subnets.map((subnet) => formatCidr(subnet.value)).join(' and ');
      report('address/range-invalid', span, `${key} ${text} is outside ${all}`, {
        help: helpOutside(value, 'subnet'),
      });
    }
  }
  return found;
}

/**
 * By a link-local address an IPv6 router calls itself, and it is what a person finds in the host's own routes.
 *
 * @param key where subnets are written
 */
export function helpOutside(value: Address | Cidr | undefined, key: 'subnet' | 'ipam'): string {
  if (value?.family !== 6 || !isLinkLocal(value)) return `correct it, or add its subnet to "${key}"`;
  const orLeft = key === 'subnet' ? 'leave it out, or ' : '';
  return `Docker takes no link-local gateway: ${orLeft}write another address of the router`;
}

/** Docker refuses one that lies in no subnet of its network. */
function checkAuxAddresses({ auxAddresses }: PoolRequest, subnets: readonly Placed<Cidr>[], report: Report): void {
  for (const { value, span } of subnets.length > 0 ? auxAddresses.values() : []) {
    if (subnets.some((subnet) => contains(subnet.value, value))) continue;
    const all = subnets.map((subnet) => formatCidr(subnet.value)).join(' and ');
    report('address/range-invalid', span, `aux_addresses ${formatAddress(value)} is outside ${all}`, {
      help: 'correct it, or add its subnet to "subnet"',
    });
  }
}

function foundSubnet(request: PoolRequest, report: Report): readonly Placed<Cidr>[] {
  const { parent, facts, find } = request;
  if (find === 'private') return privateSubnet(request, report);
  if (find === 'nowhere' || !facts.host) return [];
  const name = parentName(parent);
  const on = interfaceOf(facts.host, name);
  const lan = lanOf({ family: 4 }, on, facts.host) ?? lanOf({ family: 6 }, on, facts.host);
  if (lan) return [{ value: lan.subnet }];
  // Without the interface there is an error already; with it, but without an address, the file must say more.
  if (on || name.includes('.')) {
    report('address/range-invalid', parent.span, `"${name}" has no address of its own from which to take the subnet`, {
      help: 'write "subnet:" and "gateway:"',
    });
  }
  return [];
}

/** The router: by what the host knows of it, else by custom the lowest address that is not the host's own. */
function foundGateway(subnet: Cidr, request: PoolRequest): { readonly address: Address; readonly guessed: boolean } {
  const router = lanGateway(subnet, request.facts, parentName(request.parent));
  return router ? { address: router, guessed: false } : { address: customaryGateway(subnet, request), guessed: true };
}

function customaryGateway(subnet: Cidr, request: PoolRequest): Address {
  const known = new Set(
    addressesOn(request.parent, request.facts)
      .filter(({ family }) => family === subnet.family)
      .map(({ value }) => value),
  );
  let value = subnet.first + 1n;
  while (known.has(value)) value += 1n;
  return { family: subnet.family, value };
}

/**
 * What the file does not say of a LAN and what was taken in its place: a person must know it, and can write it down.
 */
function reportFound(
  request: PoolRequest,
  pools: readonly PlannedPool[],
  placed: Readonly<Record<'ip_range' | 'gateway', number>>,
  report: Report,
): void {
  const { settings } = request;
  // One that is written, but is none or lies in no subnet, has been reported; `auto` is found.
  const isWrong = (key: 'ip_range' | 'gateway') =>
    settings.unread?.[key] !== undefined ||
    (settings[key] ?? []).filter(({ value }) => value !== 'auto').length > placed[key];
  for (const pool of pools) {
    if (!pool.spans.ipRange && !isWrong('ip_range')) reportRange(request, pool, pools, report);
    if (!pool.spans.gateway && !isWrong('gateway') && foundGateway(pool.subnet, request).guessed)
      reportGateway(request, pool, pools, report);
  }
}

function reportGateway(
  { span }: PoolRequest,
  { subnet, gateway }: PlannedPool,
  pools: readonly PlannedPool[],
  report: Report,
): void {
  const all = pools.flatMap((pool) => (pool.gateway ? [formatAddress(pool.gateway)] : []));
  report(
    'address/gateway-guessed',
    span,
    `no "gateway" is given for ${formatCidr(subnet)}, and this host knows none: ${formatAddress(gateway!)} is a guess`,
    {
      // By custom an IPv4 router has the first address; an IPv6 router has any, and containers prefer IPv6.
      severity: subnet.family === 4 ? 'info' : 'warning',
      help: `write the router's own address if it is another: "gateway: ${listText(all)}"`,
    },
  );
}

/** One value, or a list of them, as YAML. */
export function listText(values: readonly string[]): string {
  const [first = '', ...others] = values.map((value) => (/^[\d./]+$/.test(value) ? value : `"${value}"`));
  return others.length === 0 ? first : `[${[first, ...others].join(', ')}]`;
}

function reportRange(
  { span }: PoolRequest,
  { subnet, ipRange: range }: PlannedPool,
  pools: readonly PlannedPool[],
  report: Report,
): void {
  if (range) {
    const all = pools.flatMap((pool) => (pool.ipRange ? [formatCidr(pool.ipRange)] : []));
    report(
      'address/no-range-on-lan',
      span,
      `no "ip_range" is given on the LAN ${formatCidr(subnet)}: containers will get addresses of ${formatCidr(range)}`,
      {
        help: `write "ip_range: ${listText(all)}", and keep it out of the DHCP server's pool`,
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

/** Few use it, and it has room for many subnets of layer 3. */
const privateSubnets = parseCidr('10.64.0.0/10')!;
const privatePrefix = 24;

/** The same private /24 each time for the same parent, moved on while it overlaps anything known. */
function privateSubnet({ span, parent, facts, taken, project }: PoolRequest, report: Report): readonly Placed<Cidr>[] {
  // It follows from the parent's name.
  if (parent.kind === 'open') return [];
  const interfaces = facts.host?.interfaces ?? [];
  const shims = new Set(interfaces.filter(isOurs).map(({ name }) => name));
  const known = [
    ...taken,
    ...interfaces.flatMap(({ addresses }) => addresses.map(({ subnet }) => subnet)),
    ...(facts.host?.routes ?? []).flatMap(({ destination, interface: by }) =>
      destination === 'default' || shims.has(by ?? '') ? [] : destination,
    ),
    ...(facts.engine?.networks ?? [])
      .filter(({ labels }) => labels[composeProjectLabel] !== project)
      .flatMap(({ pools }) => pools.map(({ subnet }) => subnet)),
  ].filter((cidr) => overlaps(cidr, privateSubnets));
  const count = 1n << BigInt(privatePrefix - privateSubnets.prefix);
  const start = BigInt(fnv1a(parentName(parent))) % count;
  for (let tries = 0n; tries < count; tries += 1n) {
    const first = privateSubnets.first + (((start + tries) % count) << BigInt(32 - privatePrefix));
    const candidate = block(4, first, privatePrefix);
    if (!known.some((cidr) => overlaps(cidr, candidate))) return [{ value: candidate }];
  }
  report(
    'address/range-invalid',
    span,
    `no /${privatePrefix} of ${formatCidr(privateSubnets)} is ` +
      `free, from which the subnet of a layer 3 network is taken`,
    { help: 'write "subnet:" with one that neither this host nor its LAN uses' },
  );
  return [];
}

/** What is written must be what the shared network is; it cannot be changed while others use it. */
export function checkAgainstExisting(settings: Settings, { name, pools }: ParsedNetwork, report: Report): void {
  const has = {
    subnet: pools.map(({ subnet }) => formatCidr(subnet)),
    gateway: pools.flatMap(({ gateway }) => (gateway ? formatAddress(gateway) : [])),
    ip_range: pools.flatMap(({ ipRange }) => (ipRange ? formatCidr(ipRange) : [])),
  };
  for (const key of ['subnet', 'gateway', 'ip_range'] as const) {
    for (const { value, span } of settings[key] ?? []) {
      if (value === 'auto' || has[key].includes(canonical(value))) continue;
      report(
        'netmode/conflicting-network',
        span,
        `${key} is ${value}, but the network "${name}" exists already with ${has[key].join(', ') || 'none'}`,
        {
          help: `write what it has, or take down every project that uses it first (docker network inspect ${name})`,
        },
      );
    }
  }
}
