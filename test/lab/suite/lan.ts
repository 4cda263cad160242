/**
 * The network around the machine. Each segment is a LAN of its own: a pair of interfaces stands for the card and its
 * cable, a namespace for the router, another for a neighbour. Both are on all segments, the router knows one address of
 * the world beyond it.
 */
import { existsSync } from 'node:fs';
import { must, run } from './process.ts';

export interface Segment {
  /** The host's interface. */
  readonly parent: string;
  /** The length of the IPv4 prefix. */
  readonly prefix: number;
  readonly subnet: string;
  readonly host: string;
  readonly router: string;
  readonly neighbour: string;
  readonly subnet6: string;
  readonly host6: string;
  readonly router6: string;
  readonly neighbour6: string;
}

/** Behind the router. */
export const beyond = '10.99.0.1';
/** Where the host, the router and the neighbour answer; containers do at 80 and 53. */
export const serverPorts = { tcp: 8001, udp: 8053 } as const;
export const containerPorts = { tcp: 80, udp: 53 } as const;

/** Not with `ipv6.disable=1`. */
export const hasIpv6 = existsSync('/proc/sys/net/ipv6');

const wires = ['router', 'neighbour'] as const;

/** @param number names its subnets: `192.168.<number>.0`, `fd00:<number>::/64` */
export const segment = (parent: string, number: number, prefix = 24): Segment => ({
  parent,
  prefix,
  subnet: `192.168.${number}.0/${prefix}`,
  host: `192.168.${number}.10`,
  router: `192.168.${number}.1`,
  neighbour: `192.168.${number}.20`,
  subnet6: `fd00:${number}::/64`,
  host6: `fd00:${number}::10`,
  router6: `fd00:${number}::1`,
  neighbour6: `fd00:${number}::20`,
});

/** @param vlans as segments of their own on another's parent: `eth0.30`; the host has no interface there */
export function makeLan(segments: readonly Segment[], vlans: readonly Segment[]): void {
  for (const name of wires) must('ip', 'netns', 'add', name);
  for (const name of wires) {
    // Duplicate address detection would only cost time.
    const sysctls = [
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
      'net.ipv6.conf.all.accept_dad=0',
      'net.ipv6.conf.default.accept_dad=0',
    ];
    const there = sysctls.filter((one) => hasIpv6 || one.startsWith('net.ipv4.'));
    must('ip', 'netns', 'exec', name, 'sysctl', '-qw', ...there);
  }
  for (const one of segments) plugIn(one);
  batch('router', [
    'link set dev lo up',
    `addr add ${beyond}/32 dev lo`,
    ...segments.flatMap(routerSegment),
    ...vlans.flatMap(routerVlan),
  ]);
  batch('neighbour', ['link set dev lo up', ...segments.flatMap(neighbourSegment), ...vlans.flatMap(neighbourVlan)]);
  batch(undefined, [...segments.flatMap(hostSegment), `route add default via ${segments[0]!.router}`]);
  const routers = [segments[0]!.router, ...(hasIpv6 ? [segments[0]!.router6] : [])];
  batch(
    'neighbour',
    routers.map((router) => `route add default via ${router}`),
  );
}

/** The other end of the parent's cable, in the router. */
export const cableOf = ({ router }: Segment): string => `h${numberOf(router)}`;

/** The router's interface on a segment. */
export const bridgeOf = ({ router }: Segment): string => `b${numberOf(router)}`;

/** The machine has its first card before its engine starts (`lab.sh`); the others come now. */
function plugIn(segment: Segment): void {
  const { parent } = segment;
  const port = cableOf(segment);
  if (parent === 'eth0') must('ip', 'link', 'set', 'dev', `${parent}-cable`, 'netns', 'router', 'name', port);
  else must('ip', 'link', 'add', 'name', parent, 'type', 'veth', 'peer', 'name', port, 'netns', 'router');
}

/**
 * The router is the switch as well. Names end in the number of the subnet, because a parent's may be as long as it
 * gets.
 */
function routerSegment({ prefix, router, router6 }: Segment): readonly string[] {
  const number = numberOf(router);
  return [
    `link add name b${number} type bridge`,
    `link add name n${number} type veth peer name e${number} netns neighbour`,
    ...['h', 'n'].map((port) => `link set dev ${port}${number} master b${number} up`),
    `link set dev b${number} up`,
    ...addresses(`b${number}`, prefix, router, router6),
  ];
}

const routerVlan = ({ parent, router, router6 }: Segment) =>
  tagged(parent, `b${numberOf(router, -1)}`, router, router6);
const neighbourVlan = ({ parent, neighbour, neighbour6 }: Segment) =>
  tagged(parent, `e${numberOf(neighbour, -1)}`, neighbour, neighbour6);

function neighbourSegment({ prefix, neighbour, neighbour6 }: Segment): readonly string[] {
  const name = `e${numberOf(neighbour)}`;
  return [`link set dev ${name} up`, ...addresses(name, prefix, neighbour, neighbour6)];
}

const hostSegment = ({ parent, prefix, host, host6 }: Segment) => [
  `link set dev ${parent} up`,
  ...addresses(parent, prefix, host, host6),
];

/** A VLAN's segment has the number after that of the segment whose wire it is on. */
function tagged(parent: string, below: string, v4: string, v6: string): readonly string[] {
  const name = `${below}.${parent.split('.')[1]}`;
  return [
    `link add link ${below} name ${name} type vlan id ${parent.split('.')[1]}`,
    `link set dev ${name} up`,
    ...addresses(name, 24, v4, v6),
  ];
}

const addresses = (device: string, prefix: number, v4: string, v6: string) => [
  `addr add ${v4}/${prefix} dev ${device}`,
  ...(hasIpv6 ? [`addr add ${v6}/64 dev ${device} nodad`] : []),
];

const numberOf = (address: string, offset = 0) => Number(address.split('.')[2]) + offset;

/** Many commands of `ip` by one process: a process costs more than what it does. */
function batch(namespace: string | undefined, lines: readonly string[]): void {
  const argv = ['ip', ...(namespace === undefined ? [] : ['-n', namespace]), '-batch', '-'];
  const { code, stderr } = run(argv, { input: lines.map((line) => `${line}\n`).join('') });
  if (code !== 0) throw new Error(`the LAN cannot be made: ${stderr.trim()}`);
}

/** Runs in a namespace, or on the host. */
export const inNamespace = (name: string | undefined, ...argv: readonly string[]): readonly string[] =>
  name === undefined ? argv : ['ip', 'netns', 'exec', name, ...argv];
