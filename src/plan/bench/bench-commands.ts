/**
 * The namespaces of `bench-net` as argument vectors. Every command acts on a namespace of its own, none on this host's
 * network.
 */

import { commandOf } from '../actions/commands.ts';
import {
  type BenchedNetmode,
  type BenchedUnderlay,
  type BenchSetup,
  type BenchTopology,
  bench,
  benchTopology,
  benchUnderlay,
} from './topology.ts';

type Command = readonly string[];

export type PacketFilter = 'iptables' | 'nft';

export interface BenchKernel {
  /** What is there to translate addresses with, if anything. */
  readonly filter?: PacketFilter;
  /** Whether the kernel has IPv6, and so settings for it. */
  readonly ipv6: boolean;
}

const bridgeName = 'br0';
/** The service's interface. Not `eth0`: Linux 6.1 refuses a name that is taken where the command runs, too. */
const inside = 'service0';
const { lan, bridge, routed, parent, servicePort, publishedPort } = bench;

/** All that makes a netmode. Bridge mode needs a packet filter; the others have its rules where there is one. */
export function benchSetup(netmode: BenchedNetmode, kernel: BenchKernel): BenchSetup {
  const topology = benchTopology(netmode);
  const { host } = topology.namespaces;
  const rules = kernel.filter === undefined ? [] : filterRules[kernel.filter].always;
  return {
    ...topology,
    commands: [...lanCommands(topology), ...within(host, rules), ...parts[netmode](topology, kernel)],
  };
}

/** The rules that each packet filter is tried with, in a namespace made for that. */
export function filterTrials(namespace: string): Readonly<Record<PacketFilter, readonly Command[]>> {
  const all = ({ always, published }: Rules) => within(namespace, [...always, ...published]);
  return { iptables: all(filterRules.iptables), nft: all(filterRules.nft) };
}

/** The command as run in a namespace; `ip` by itself goes there. */
function inNamespace(namespace: string, [file, ...args]: Command): Command {
  return file === 'ip' ? ['ip', '-n', namespace, ...args] : ['ip', 'netns', 'exec', namespace, file!, ...args];
}

const within = (namespace: string, commands: readonly Command[]) =>
  commands.map((command) => inNamespace(namespace, command));

/** The namespaces, and the LAN between host and neighbour: a pair of interfaces, whose host end is the parent. */
function lanCommands({ namespaces }: BenchTopology): readonly Command[] {
  return [
    ...[...new Set(Object.values(namespaces))].map((name) => ['ip', 'netns', 'add', name]),
    ...within(namespaces.host, [
      [
        'ip',
        'link',
        'add',
        'name',
        parent.name,
        'address',
        parent.mac,
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        namespaces.lan,
      ],
      ['ip', 'link', 'set', 'dev', 'lo', 'up'],
      ...addressed(parent.name, `${lan.host}/24`),
    ]),
    ...within(namespaces.lan, addressed('eth0', `${lan.neighbour}/24`)),
  ];
}

const addressed = (name: string, address: string): readonly Command[] => [
  ['ip', 'addr', 'add', address, 'dev', name],
  ['ip', 'link', 'set', 'dev', name, 'up'],
];

/** What each netmode adds to the LAN. */
const parts: { readonly [M in BenchedNetmode]: (topology: BenchTopology, kernel: BenchKernel) => readonly Command[] } =
  {
    host: () => [],
    bridge: ({ namespaces: { host, service } }, { filter }) => [
      ...within(host, [
        ['sysctl', '-w', 'net/ipv4/ip_forward=1'],
        ['ip', 'link', 'add', 'name', bridgeName, 'type', 'bridge'],
        ...addressed(bridgeName, `${bridge.gateway}/24`),
        ['ip', 'link', 'add', 'name', 'veth0', 'type', 'veth', 'peer', 'name', inside, 'netns', service],
        ['ip', 'link', 'set', 'dev', 'veth0', 'master', bridgeName, 'up'],
        ...(filter === undefined ? [] : filterRules[filter].published),
      ]),
      ...within(service, [
        ...addressed(inside, `${bridge.service}/24`),
        ['ip', 'route', 'add', 'default', 'via', bridge.gateway],
      ]),
    ],
    macvlan: (topology, kernel) => underlayCommands('macvlan', topology, kernel),
    'ipvlan-l2': (topology, kernel) => [
      // Strict, it would drop the answers to a shim without an address; a new namespace may have this host's own
      // setting.
      ...within(
        topology.namespaces.host,
        ['all', parent.name].map((name) => ['sysctl', '-w', `net/ipv4/conf/${name}/rp_filter=0`]),
      ),
      ...underlayCommands('ipvlan-l2', topology, kernel),
    ],
    'ipvlan-l3': (topology, kernel) => [
      ...underlayCommands('ipvlan-l3', topology, kernel),
      inNamespace(topology.namespaces.lan, ['ip', 'route', 'add', routed.subnet, 'via', lan.host]),
    ],
  };

/** The service's interface on the parent, as Docker makes it, and the shim, as `up` makes it. */
function underlayCommands(
  netmode: BenchedUnderlay,
  { namespaces: { host, service }, endpoint }: BenchTopology,
  { ipv6 }: BenchKernel,
) {
  const { driver, mode, onLan, shim } = benchUnderlay(netmode);
  const kind = [driver, 'mode', mode, ...(driver === 'ipvlan' ? ['bridge'] : [])];
  const wanted = shim.filter((action) => ipv6 || action.kind !== 'set-sysctl' || action.key[0] !== 'ipv6');
  return [
    ...within(host, [
      ['ip', 'link', 'add', 'link', parent.name, 'name', inside, 'netns', service, 'type', ...kind],
      ...wanted.map(commandOf),
    ]),
    ...within(service, [
      ...addressed(inside, `${endpoint.address}/24`),
      ['ip', 'route', 'add', 'default', ...(onLan ? ['via', lan.neighbour] : ['dev', inside])],
    ]),
  ];
}

interface Rules {
  /**
   * Docker has it on every host, whatever its services' netmodes: it makes the kernel track all of the host's
   * connections.
   */
  readonly always: readonly Command[];
  /** The published port, for neighbours and for the host itself. */
  readonly published: readonly Command[];
}

const iptables = (...args: readonly string[]): Command => ['iptables', '-w', '5', ...args];
const nft = (statement: string): Command => ['nft', statement];
const toPublished = [
  '-d',
  lan.host,
  '-p',
  'tcp',
  '--dport',
  String(publishedPort),
  '-j',
  'DNAT',
  '--to-destination',
  `${bridge.service}:${servicePort}`,
];
const nftPublished = `ip daddr ${lan.host} tcp dport ${publishedPort} dnat to ${bridge.service}:${servicePort}`;

/** What Docker writes for a published port, with either program. */
const filterRules: Readonly<Record<PacketFilter, Rules>> = {
  iptables: {
    always: [
      iptables('-t', 'nat', '-A', 'POSTROUTING', '-s', bridge.subnet, '!', '-o', bridgeName, '-j', 'MASQUERADE'),
    ],
    published: [
      iptables('-t', 'nat', '-A', 'PREROUTING', ...toPublished),
      iptables('-t', 'nat', '-A', 'OUTPUT', ...toPublished),
      iptables(
        '-A',
        'FORWARD',
        '-o',
        bridgeName,
        '-m',
        'conntrack',
        '--ctstate',
        'RELATED,ESTABLISHED',
        '-j',
        'ACCEPT',
      ),
      iptables(
        '-A',
        'FORWARD',
        '-d',
        bridge.service,
        '-o',
        bridgeName,
        '-p',
        'tcp',
        '--dport',
        String(servicePort),
        '-j',
        'ACCEPT',
      ),
    ],
  },
  nft: {
    always: [
      nft('add table ip nat'),
      nft('add chain ip nat post { type nat hook postrouting priority 100; }'),
      nft(`add rule ip nat post ip saddr ${bridge.subnet} oifname != ${bridgeName} masquerade`),
    ],
    published: [
      nft('add chain ip nat pre { type nat hook prerouting priority -100; }'),
      nft(`add rule ip nat pre ${nftPublished}`),
      nft('add chain ip nat out { type nat hook output priority -100; }'),
      nft(`add rule ip nat out ${nftPublished}`),
      nft('add table ip filter'),
      nft('add chain ip filter forward { type filter hook forward priority 0; }'),
      nft(`add rule ip filter forward oifname ${bridgeName} ct state related,established accept`),
      nft(
        `add rule ip filter forward ip daddr ${bridge.service} oifname ${bridgeName} tcp dport ${servicePort} accept`,
      ),
    ],
  },
};
