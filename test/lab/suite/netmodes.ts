/** The netmodes that are tried, each on a LAN of its own, and the one project that has them all. */
import { containerPorts, type Segment, segment } from './lan.ts';

export interface Row {
  /** Begins the names of its services, and names its segment's parent. */
  readonly key: string;
  /** As the documentation calls it. */
  readonly name: string;
  /** Where the host, the router and the neighbour are asked, and ask. */
  readonly segment: Segment;
  /** The declared network; absent where the services say it all themselves. */
  readonly network?: Readonly<Record<string, unknown>>;
  /** What its services say beside that. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** A second service, at an address outside the range where there is one. */
  readonly second?: { readonly ipv4_address?: string; readonly ipv6_address?: string };
  /** Whether it has IPv6. */
  readonly six: boolean;
  readonly rpFilter?: 0 | 1;
  /** At layer 3: its own subnets. */
  readonly routed?: readonly string[];
  /** Ports published on the host, for netmodes whose services have no address that others may use. */
  readonly published?: { readonly tcp: number; readonly udp: number };
  /** A container whose network is the host's own, or which has none. */
  readonly without?: 'address' | 'network';
}

interface Underlay extends Pick<Row, 'key' | 'name' | 'second' | 'rpFilter' | 'service'> {
  readonly mode: string;
  /** The number of its segment. */
  readonly number: number;
  /** Beside what is needed anyway. */
  readonly netmode?: Readonly<Record<string, unknown>>;
  /** Absent: it has IPv6 as well. */
  readonly fourOnly?: true;
}

/** Where Docker hands out addresses, and one outside for the second service. */
const onLan = ({ subnet, subnet6, router, router6 }: Segment, six: boolean) => {
  const base = subnet.split('.').slice(0, 3).join('.');
  const base6 = subnet6.split('::')[0]!;
  return six
    ? { subnet: [subnet, subnet6], gateway: [router, router6], ip_range: [`${base}.224/30`, `${base6}::1:0/112`] }
    : { subnet, gateway: router, ip_range: `${base}.224/30` };
};

function onSegment({ key, name, mode, number, netmode, second, fourOnly, ...more }: Underlay): Row {
  const place = segment(key, number);
  const six = fourOnly === undefined;
  return {
    ...{ key, name, segment: place, six, ...more },
    network: { 'x-netmode': { mode, parent: place.parent, ...onLan(place, six), ...netmode } },
    ...(second && {
      second: { ipv4_address: `192.168.${number}.53`, ...(six && { ipv6_address: `fd00:${number}::53` }) },
    }),
  };
}

function atLayer3({ key, name, mode, number, netmode, second, ...more }: Underlay): Row {
  const place = segment(key, number);
  const routed = [`10.7.${number}.0/24`, `fd07:${number}::/64`];
  return {
    ...{ key, name, segment: place, six: true, routed, ...more },
    network: { 'x-netmode': { mode, parent: place.parent, subnet: routed, ...netmode } },
    ...(second && { second: { ipv4_address: `10.7.${number}.53`, ipv6_address: `fd07:${number}::53` } }),
  };
}

/** The first is the default route's, with so small a subnet that what is found there is small too. */
const first = segment('eth0', 11, 27);
const vlan = segment('l2.30', 13);
const unreached = { host_access: 'none' } as const;

export const rows: readonly Row[] = [
  onSegment({ key: 'l2', name: '`ipvlan-l2`', mode: 'ipvlan-l2', number: 12, second: {} }),
  onSegment({
    key: 'l2strict',
    name: '`ipvlan-l2`, `rp_filter` 1 on the parent',
    mode: 'ipvlan-l2',
    number: 14,
    rpFilter: 1,
  }),
  onSegment({
    ...{ key: 'l2given', name: '`ipvlan-l2` with `shim.ipv4_address`', mode: 'ipvlan-l2', number: 15, fourOnly: true },
    netmode: { shim: { ipv4_address: '192.168.15.227' } },
  }),
  {
    key: 'l2plain',
    name: '`ipvlan-l2` with nothing else said',
    segment: first,
    service: { 'x-netmode': 'ipvlan-l2' },
    six: false,
  },
  {
    ...{ key: 'l2vlan', name: '`ipvlan-l2` on a VLAN', segment: vlan, six: false },
    network: { 'x-netmode': { mode: 'ipvlan-l2', parent: 'l2', vlan: 30, ...onLan(vlan, false) } },
  },
  {
    ...{
      key: 'native',
      name: '`driver: ipvlan` without `ip_range`, `host_access: shim`',
      segment: segment('native', 16),
      six: false,
    },
    network: {
      driver: 'ipvlan',
      driver_opts: { parent: 'native', ipvlan_mode: 'l2' },
      ipam: { config: [{ subnet: '192.168.16.0/24', gateway: '192.168.16.1' }] },
      'x-netmode': { host_access: 'shim' },
    },
  },
  atLayer3({ key: 'l3', name: '`ipvlan-l3`', mode: 'ipvlan-l3', number: 17, second: {} }),
  atLayer3({
    key: 'l3strict',
    name: '`ipvlan-l3`, `rp_filter` 1 on the parent',
    mode: 'ipvlan-l3',
    number: 18,
    rpFilter: 1,
  }),
  atLayer3({
    key: 'l3s',
    name: '`ipvlan-l3s`',
    mode: 'ipvlan-l3s',
    number: 19,
    second: {},
    netmode: { scope: 'project' },
  }),
  onSegment({ key: 'mac', name: '`macvlan`', mode: 'macvlan', number: 20, second: {} }),
  onSegment({
    key: 'macstrict',
    name: '`macvlan`, `rp_filter` 1 on the parent',
    mode: 'macvlan',
    number: 21,
    rpFilter: 1,
    netmode: { scope: 'project' },
  }),
  onSegment({
    key: 'private',
    name: '`macvlan`, `flag: private`',
    mode: 'macvlan',
    number: 22,
    second: {},
    netmode: { flag: 'private', ...unreached },
  }),
  onSegment({
    key: 'vepa',
    name: '`macvlan`, `flag: vepa`',
    mode: 'macvlan',
    number: 23,
    second: {},
    netmode: { flag: 'vepa', ...unreached },
  }),
  onSegment({
    key: 'passthru',
    name: '`macvlan`, `flag: passthru`',
    mode: 'macvlan',
    number: 24,
    netmode: { flag: 'passthru', ...unreached },
  }),
  {
    ...{ key: 'bridge', name: '`bridge`, with published ports', segment: first, six: true, second: {} },
    network: bridge(1),
    service: { 'x-netmode': 'bridge', ports: ['8180:80', '8153:53/udp'] },
    published: { tcp: 8180, udp: 8153 },
  },
  { key: 'host', name: '`host`', segment: first, service: { 'x-netmode': 'host' }, six: true, without: 'address' },
  { key: 'none', name: '`none`', segment: first, service: { 'x-netmode': 'none' }, six: true, without: 'network' },
];

export const row = (key: string): Row => rows.find((one) => one.key === key)!;

/** Another network's container: on a bridge of its own. */
export const elsewhere = 'elsewhere-a';

export const segments: readonly Segment[] = [
  first,
  ...rows.map((one) => one.segment).filter((one) => one !== first && one !== vlan),
];
export const vlans: readonly Segment[] = [vlan];

function bridge(number: number): Readonly<Record<string, unknown>> {
  return {
    enable_ipv6: true,
    ipam: { config: [{ subnet: `172.30.${number}.0/24` }, { subnet: `fd30:${number}::/64` }] },
  };
}

/** A container with its network; who answers in it comes with the questions (`ask.py`). */
export function guest(more: object = {}): object {
  return {
    image: 'busybox:latest',
    command: ['tail', '-f', '/dev/null'],
    expose: [String(containerPorts.tcp), `${containerPorts.udp}/udp`],
    stop_signal: 'SIGKILL',
    restart: 'unless-stopped',
    ...more,
  };
}

/** The services of a row: `<key>-a`, and `<key>-b` where there is a second. */
function servicesOf({ key, network, service = {}, second, published }: Row): readonly (readonly [string, object])[] {
  const { ports: _, ...unpublished } = service;
  const on = (more: object) => (network === undefined ? {} : { networks: { [key]: more } });
  return [
    [`${key}-a`, guest({ ...service, ...on({}) })],
    ...(second ? [[`${key}-b`, guest({ ...(published ? unpublished : service), ...on(second) })] as const] : []),
  ];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, { networks?: object }>>;
  readonly networks: Readonly<Record<string, object>>;
}

/** The Compose file with these. */
export const netmodesOnly = (wanted: readonly Row[]): ComposeFile => ({
  services: Object.fromEntries(wanted.flatMap(servicesOf)),
  networks: Object.fromEntries(wanted.flatMap(({ key, network }) => (network ? [[key, network]] : []))),
});

/** The same with a container beside them, on another network. */
export function everyNetmode(wanted: readonly Row[]): ComposeFile {
  const { services, networks } = netmodesOnly(wanted);
  return {
    services: { ...services, [elsewhere]: guest({ networks: ['elsewhere'] }) },
    networks: { ...networks, elsewhere: bridge(2) },
  };
}
