/** What `ip -j` prints, as netcompose's own types. Pure; fields as iproute2 6.1 and newer name them. */
import type { HostInterface, HostNeighbour, HostRoute } from '../../plan/facts/facts.ts';
import { HostError } from '../system/errors.ts';
import { misfit, type Shape } from '../system/shape.ts';

/** One element of `ip -N -j -d addr`. */
interface IpLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly altnames?: readonly string[];
  readonly flags?: readonly string[];
  readonly address?: string;
  readonly link_type?: string;
  readonly mtu?: number;
  readonly master?: string;
  readonly link?: string;
  readonly link_netnsid?: number;
  readonly group?: string;
  readonly ifalias?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Readonly<Record<string, unknown>> };
  readonly addr_info?: readonly IpAddress[];
}

interface IpAddress {
  readonly local?: string;
  readonly prefixlen?: number;
  readonly family?: string;
  /** With `-N` a number as text. */
  readonly scope?: string;
  readonly secondary?: boolean;
  readonly temporary?: boolean;
  readonly deprecated?: boolean;
}

/** One element of `ip -j route`; what only `-d` shows is in `IpTableRoute`. */
interface IpRoute {
  readonly dst?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host?: string };
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly scope?: string;
  readonly nexthops?: readonly {
    readonly dev?: string;
    readonly gateway?: string;
    readonly via?: { readonly host?: string };
  }[];
}

interface IpTableRoute extends IpRoute {
  readonly table?: string;
  /** Of IPv6 routes alone (RFC 4191). */
  readonly pref?: string;
}

export interface Neighbour {
  readonly address: string;
  readonly mac?: string;
  readonly permanent: boolean;
}

const ipvlanFlags = ['private', 'vepa', 'bridge'] as const;

/** Reads `ip -N -j -d addr`. */
export function parseInterfaces(json: string, isWireless: (name: string) => boolean): readonly HostInterface[] {
  return elements<IpLink>(json, 'interfaces').map((link) => toInterface(link, isWireless));
}

function toInterface(link: IpLink, isWireless: (name: string) => boolean): HostInterface {
  const flags = link.flags ?? [];
  const loopback = flags.includes('LOOPBACK');
  const kind = link.linkinfo?.info_kind;
  const data = link.linkinfo?.info_data ?? {};
  const isSlave = kind === 'macvlan' || kind === 'macvtap' || kind === 'ipvlan' || kind === 'ipvtap';
  // iproute2 prints ipvlan's flag as a key of its own.
  const flag = kind === 'ipvlan' || kind === 'ipvtap' ? ipvlanFlags.find((name) => name in data) : undefined;
  // A veth's `link` is its other end, which is not below it; with a netnsid, a name would be another namespace's.
  const below = kind === 'veth' || link.link_netnsid !== undefined ? undefined : link.link;
  const addresses = link.addr_info ?? [];
  const passing = addresses.filter(
    ({ local, temporary, deprecated }) => (temporary || deprecated) && local !== undefined && !isLinkLocal(local),
  );
  const v4 = addresses.filter(({ family }) => family === 'inet');
  const secondary = textsOf(v4.filter((address) => address.secondary));
  const scopes = v4.flatMap((address) => {
    const scope = scopeName(address.scope);
    return scope === 'global' ? [] : textsOf([address]).map((text) => [text, scope] as const);
  });
  return {
    name: link.ifname,
    index: link.ifindex,
    ...(link.altnames && { altnames: link.altnames }),
    ...(kind !== undefined && { kind }),
    up: flags.includes('UP'),
    loopback,
    wireless: isWireless(link.ifname),
    ...(link.address !== undefined &&
      /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(link.address) &&
      !loopback && { mac: link.address }),
    mtu: link.mtu ?? 0,
    ...(link.master !== undefined && { master: link.master }),
    ...(below !== undefined && { link: below }),
    ...(isSlave && typeof data['mode'] === 'string' && { mode: data['mode'] }),
    ...(flag !== undefined && { flag }),
    ...(kind === 'vlan' && typeof data['id'] === 'number' && { vlan: data['id'] }),
    ...(link.ifalias !== undefined && { alias: link.ifalias }),
    ...(link.group !== undefined && /^\d+$/.test(link.group) && { group: Number(link.group) }),
    addresses: textsOf(addresses),
    ...(passing.length > 0 && { passing: textsOf(passing) }),
    ...(secondary.length > 0 && { secondary }),
    ...(scopes.length > 0 && { scopes: Object.fromEntries(scopes) }),
    ...(!loopback && !flags.includes('MULTICAST') && { multicast: false }),
  };
}

/** The kernel's numbers (`rtnetlink.h`), which `-N` prints; a scope of the administrator's own stays a number. */
const scopeNames: Readonly<Record<string, string>> = { 0: 'global', 200: 'site', 253: 'link', 254: 'host' };

const scopeName = (scope = 'global') => scopeNames[scope] ?? scope;

function textsOf(addresses: readonly IpAddress[]): readonly string[] {
  return addresses.flatMap(({ local, prefixlen }) =>
    local === undefined || isLinkLocal(local) ? [] : [`${local}/${prefixlen}`],
  );
}

/** Every interface has such an address, and it says nothing about the LAN. */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

/** Reads `ip -j route` (or `ip -j -6 route`): one route for each way; link-local ones are left out. */
export function parseRoutes(json: string, family: 4 | 6): readonly HostRoute[] {
  return toRoutes(elements<IpRoute>(json, 'routes'), family);
}

export interface Tables {
  /** The routes of the main table, those of IPv4 first. */
  readonly main: readonly HostRoute[];
  /** The routes of another table, of both families. */
  routesOf(table: number): readonly HostRoute[];
}

const mainTable = '254';

/** Reads `ip -N -j -d route show table all`, which has both families. */
export function parseTables(json: string): Tables {
  const all = elements<IpTableRoute>(json, 'routes');
  const of = (wanted: string, family: 4 | 6) =>
    toRoutes(
      all.filter((route) => (route.table ?? mainTable) === wanted && familyOf(route) === family),
      family,
    );
  return {
    main: [...of(mainTable, 4), ...of(mainTable, 6)],
    routesOf: (table) => ([4, 6] as const).flatMap((family) => of(String(table), family)),
  };
}

/** Other families have tables too: the labels of MPLS are no addresses. */
function familyOf({ dst = 'default', pref }: IpTableRoute): 4 | 6 | undefined {
  if (pref !== undefined || dst.includes(':')) return 6;
  return dst === 'default' || dst.includes('.') ? 4 : undefined;
}

function toRoutes(routes: readonly IpRoute[], family: 4 | 6): readonly HostRoute[] {
  return routes.flatMap((route) => {
    const destination = route.dst ?? 'default';
    if (isLinkLocal(destination)) return [];
    return (route.nexthops ?? [route]).map((hop) => {
      const gateway = hop.gateway ?? hop.via?.host;
      return {
        destination:
          destination === 'default' || destination.includes('/')
            ? destination
            : `${destination}/${family === 4 ? 32 : 128}`,
        family,
        ...(hop.dev !== undefined && { interface: hop.dev }),
        ...(gateway !== undefined && { gateway }),
        ...(route.prefsrc !== undefined && { source: route.prefsrc }),
        ...(route.metric !== undefined && { metric: route.metric }),
        ...(family === 4 && scopeName(route.scope) !== 'global' && { scope: scopeName(route.scope) }),
      };
    });
  });
}

/** Where a rule leads: the sources and destinations it is for, by its table. */
export interface Rule {
  /** CIDR; absent: all. */
  readonly source?: string;
  /** CIDR; absent: all. */
  readonly destination?: string;
  readonly table: string;
  readonly priority: number;
  readonly protocol?: string;
}

/** Reads `ip -N -j -d rule`, or of IPv6 what it prints with `-6`. */
export function parseRules(json: string, family: 4 | 6 = 4): readonly Rule[] {
  const block = (key: 'source' | 'destination', address = 'all', length = family === 4 ? 32 : 128) =>
    address === 'all' ? {} : { [key]: `${address}/${length}` };
  return elements<{
    readonly src?: string;
    readonly srclen?: number;
    readonly dst?: string;
    readonly dstlen?: number;
    readonly table?: string;
    readonly priority?: number;
    readonly protocol?: string;
  }>(json, 'rules').map(({ src, srclen, dst, dstlen, table = '', priority = 0, protocol }) => ({
    ...block('source', src, srclen),
    ...block('destination', dst, dstlen),
    table,
    priority,
    ...(protocol !== undefined && { protocol }),
  }));
}

/** Reads `ip -j neigh show dev X`, or of all that `ip -j neigh` prints those of one interface. */
export function parseNeighbours(json: string, of?: string): readonly Neighbour[] {
  const listed = elements<{
    readonly dst: string;
    readonly dev?: string;
    readonly lladdr?: string;
    readonly state?: readonly string[];
  }>(json, 'neighbours');
  return listed
    .filter(({ dev }) => of === undefined || dev === of)
    .map(({ dst, lladdr, state }) => ({
      address: dst,
      ...(lladdr !== undefined && { mac: lladdr }),
      permanent: state?.includes('PERMANENT') ?? false,
    }));
}

/**
 * Reads `ip -j neigh`: all that have a MAC address; link-local ones are left out, but for routers, which call
 * themselves so: only by its MAC address does one of them show which other address it has.
 */
export function parseAllNeighbours(json: string): readonly HostNeighbour[] {
  return elements<{
    readonly dst: string;
    readonly dev?: string;
    readonly lladdr?: string;
    readonly state?: readonly string[];
    /** There, as null, where it is one. */
    readonly router?: null;
  }>(json, 'neighbours').flatMap(({ dst, dev, lladdr, state = [], router }) => {
    const isOther = isLinkLocal(dst) && router === undefined;
    if (dev === undefined || lladdr === undefined || isOther || state.includes('FAILED') || state.includes('NOARP'))
      return [];
    return [{ address: dst, interface: dev, mac: lladdr, state: (state[0] ?? 'none').toLowerCase() }];
  });
}

/** The lists that `ip -j -batch` prints, one on a line; nothing where that is not what there is. */
export function batchLists(text: string, count: number): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length === count && lines.every((line) => line.startsWith('[') && line.endsWith(']')) ? lines : [];
}

/** What is read of each kind of list, as iproute2 prints it. */
const lists = {
  interfaces: {
    keys: {
      ...{ 'ifname!': 'text', 'ifindex!': 'number', altnames: { list: 'text' }, flags: { list: 'text' } },
      ...{ address: 'text', link_type: 'text', mtu: 'number', master: 'text', link: 'text', link_netnsid: 'number' },
      ...{ group: 'text', ifalias: 'text', linkinfo: { keys: { info_kind: 'text', info_data: { keys: {} } } } },
      addr_info: {
        list: {
          keys: {
            ...{ local: 'text', prefixlen: 'number', family: 'text', scope: 'text' },
            ...{ secondary: 'boolean', temporary: 'boolean', deprecated: 'boolean' },
          },
        },
      },
    },
  },
  routes: {
    keys: {
      ...{ dst: 'text', dev: 'text', gateway: 'text', via: { keys: { host: 'text' } }, prefsrc: 'text' },
      ...{ metric: 'number', scope: 'text', table: 'text', pref: 'text' },
      nexthops: { list: { keys: { dev: 'text', gateway: 'text', via: { keys: { host: 'text' } } } } },
    },
  },
  rules: { keys: { dst: 'text', dstlen: 'number', table: 'text', priority: 'number', protocol: 'text' } },
  neighbours: { keys: { 'dst!': 'text', dev: 'text', lladdr: 'text', state: { list: 'text' } } },
} as const satisfies Readonly<Record<string, Shape>>;

/**
 * `ip` prints nothing at all for an empty list in some of its versions, and `{}` for an element that a filter left out.
 * Throws a `HostError` for anything but such a list: another program of that name, or one that was ended in the middle.
 */
function elements<T extends object>(json: string, what: keyof typeof lists): readonly T[] {
  const value = listIn(json);
  const wrong = value === undefined ? undefined : misfit(value, { list: lists[what] });
  if (value !== undefined && wrong === undefined) return value as readonly T[];
  const said = json.trim().slice(0, 60);
  throw new HostError({
    message: `"ip" was asked for ${what}, and printed something else: ${wrong ?? `"${said}"`}`,
    help: 'see what `ip -j addr` prints: netcompose needs the ip of iproute2, and that may be another program',
  });
}

/** What has any keys of a JSON list; nothing where it is none. */
function listIn(json: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(json.trim() || '[]');
    if (!Array.isArray(value)) return undefined;
    return value.filter((one) => typeof one !== 'object' || one === null || Object.keys(one).length > 0);
  } catch {
    return undefined;
  }
}
