/**
 * The reasons that `reach` names on ipvlan, with real containers: at layer 2 and 3, by IPv4 and IPv6, from this host
 * and from the containers. `engine/reach-reasons.test.ts` has those that macvlan and bridges can show.
 */
import { type Missing, readReach } from '../../support/reach-rows.ts';
import { check, within } from './checks.ts';
import { stateOf } from './containers.ts';
import type { Segment } from './lan.ts';
import {
  containerOf,
  downAndCompare,
  makeProject,
  netcompose,
  netcomposeBeside,
  ownAddresses,
  type Project,
  snapshot,
} from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must, run } from './process.ts';

/** On the first parent a shim of layer 2 needs no address of its own; a native network of layer 3 keeps none for it. */
const { segment: two } = row('l2plain');
const { segment: three, routed } = row('l3');
const [routed4, routed6] = routed as [string, string];
const hostPort = 8099;
const at = { l2: '192.168.11.9', l26: 'fd00:11::53', l3: '10.7.17.53', l36: 'fd07:17::53' } as const;
/** Of the services whose program takes what comes from its own network namespace only. */
const shut = { shut2: '192.168.11.8', shut3: '10.7.17.54' } as const;
const shutNames = ['shut2', 'shut3'] as const;
type Service = keyof typeof at;
const services = Object.keys(at) as readonly Service[];
const hostAt = { l2: two.host, l26: two.host6, l3: three.host, l36: three.host6 } as const;

const web = (port: number, more: object) =>
  guest({ restart: 'no', expose: [], command: ['httpd', '-f', '-p', String(port), '-h', '/www'], ...more });

/** The machine's own Python: busybox binds nothing of UDP to an address. */
const listensWithin = `
import signal, socket
kept = [socket.create_server(("127.0.0.1", 80)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
kept[1].bind(("127.0.0.1", 53))
signal.pause()`;
const shutService = (name: keyof typeof shut) =>
  guest({
    ...{ restart: 'no', expose: [], command: ['/usr/bin/python3', '-c', listensWithin] },
    volumes: ['/usr', '/lib', '/lib64'].map((path) => `${path}:${path}:ro`),
    'x-netmode': {
      ...{ network: name === 'shut2' ? 'two' : 'three', ipv4_address: shut[name] },
      listen: [80, '53/udp'],
    },
  });

const onNetwork = (service: Service) =>
  web(80, {
    depends_on: ['hosty'],
    extra_hosts: [`hosty:${hostAt[service]}`],
    'x-netmode': {
      network: service.startsWith('l2') ? 'two' : 'three',
      [service.endsWith('6') ? 'ipv6_address' : 'ipv4_address']: at[service],
      listen: [80],
    },
  });

const file = {
  services: {
    hosty: web(hostPort, { 'x-netmode': { mode: 'host', listen: [hostPort] } }),
    ...Object.fromEntries(services.map((service) => [service, onNetwork(service)])),
    ...Object.fromEntries(shutNames.map((name) => [name, shutService(name)])),
  },
  networks: {
    two: {
      'x-netmode': {
        ...{ mode: 'ipvlan-l2', parent: two.parent },
        ...{ subnet: [two.subnet, two.subnet6], gateway: [two.router, two.router6] },
        ip_range: ['192.168.11.24/30', 'fd00:11::1:0/112'],
      },
    },
    three: {
      ...{ driver: 'ipvlan', enable_ipv6: true, driver_opts: { parent: three.parent, ipvlan_mode: 'l3' } },
      ipam: { config: [{ subnet: routed4 }, { subnet: routed6 }] },
      'x-netmode': { host_access: 'shim' },
    },
  },
};

const place = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
const toIt = (service: Service, answer: string) => `host > ${service} ${place(at[service], 80)}: ${answer}`;
const toHost = (service: Service, answer: string) =>
  `${service} > hosty ${place(hostAt[service], hostPort)}: ${answer}`;
const toRouter = (service: Service, answer: string) =>
  `${service} > gateway ${service.startsWith('l2') ? two.router : three.router} (ping): ${answer}`;
const toRouter6 = (answer: string) => `l26 > gateway ${two.router6} (ping): ${answer}`;

/** Runs a program of the machine's in the network of a service's container. */
const inside = (project: Project, service: Service, ...argv: readonly string[]) =>
  must('nsenter', '--net', '--target', String(stateOf(containerOf(project, service)).pid), '--', ...argv);
const strictness = ({ parent }: Segment, value: 0 | 1 | 2) =>
  must('sysctl', '-qw', `net.ipv4.conf.${parent}.rp_filter=${value}`);
/** Leads all that is for an address into nothing, as a VPN's tunnel may. */
const tunnel = (name: string, address: string) => [
  ['link', 'add', name, 'type', 'bridge'],
  ['link', 'set', 'dev', name, 'up'],
  ['route', 'add', address, 'dev', name],
];
const shimOf = ({ parent }: Segment) => `nc-${parent}`;
const shimAddress6 = () =>
  ownAddresses()
    .get(shimOf(two))!
    .find((address) => address.includes(':'))!;

interface Situation {
  readonly what: string;
  readonly happen: (project: Project) => void;
  /** Which services are asked about, none meaning all; absent: those to which something happens. */
  readonly asks?: readonly string[];
  readonly rows: () => readonly Readonly<Parameters<Missing>>[];
}

/** TCP, and a query of DNS. */
const shutRows = shutNames.flatMap((name) =>
  ([':80', ':53/udp'] as const).map((port) => {
    const wanted = port === ':80' ? '80/tcp' : '53/udp';
    const reason = `^"reasons-${name}-1" listens on ${wanted} at 127\\.0\\.0\\.1 only, which nothing outside `;
    return [
      `host > ${name} ${shut[name]}${port}: no`,
      new RegExp(reason),
      'set the program up to listen on 0.0.0.0 (or ::)',
    ] as const;
  }),
);

const situations: readonly Situation[] = [
  {
    what: 'nobody on the LAN has a route to the subnet of layer 3, and programs listen at 127.0.0.1',
    happen: () => undefined,
    asks: [],
    rows: () => [
      ...services.map((service) => [toIt(service, 'yes')] as const),
      ...(['l2', 'l3', 'l36'] as const).map((service) => [toHost(service, 'yes')] as const),
      [toRouter('l2', 'yes')],
      [toRouter6('yes')],
      [
        toHost('l26', 'no'),
        /^by IPv6, containers of this network find this host at an address of the shim "nc-eth0" only$/,
        `let it ask there: extra_hosts: ["hosty:${shimAddress6()}"]`,
      ],
      [
        toRouter('l3', 'no'),
        /^likely the LAN's router has no route to 10\.7\.17\.0\/24: it answers this host, and not "reasons-l3-1"$/,
        `on the router: ip route add ${routed4} via ${three.host}`,
      ],
      ...shutRows,
    ],
  },
  {
    what: 'rp_filter 1 on the parents; no default route for IPv6 in a container',
    happen: (project) => {
      // As the help said.
      must('ip', '-n', 'router', 'route', 'add', routed4, 'via', three.host);
      strictness(two, 1);
      strictness(three, 1);
      inside(project, 'l36', 'ip', '-6', 'route', 'delete', 'default');
    },
    rows: () => [
      [toRouter('l3', 'yes')],
      [toIt('l3', 'yes')],
      [toHost('l3', 'yes')],
      [toIt('l26', 'yes')],
      [
        toIt('l2', 'no'),
        /^rp_filter: this host's kernel drops what 192\.168\.11\.9 answers, as it comes by "eth0" \(.* by "nc-eth0"\)$/,
        'sysctl -w net.ipv4.conf.eth0.rp_filter=2',
      ],
      [
        toHost('l2', 'no'),
        /^rp_filter: this host's kernel drops what "reasons-l2-1" sends to 192\.168\.11\.10, as it comes by "eth0" /,
        'sysctl -w net.ipv4.conf.eth0.rp_filter=2',
      ],
      [toIt('l36', 'no'), /^"reasons-l36-1" has no way back to this host: it has no default route$/],
      [toHost('l36', 'no'), /^"reasons-l36-1" has no gateway: its network has no default route$/],
    ],
  },
  {
    what: 'no default routes for IPv4; a rule that leads past the shim by IPv6',
    happen: (project) => {
      // As the help said.
      strictness(two, 2);
      for (const service of ['l2', 'l3'] as const) inside(project, service, 'ip', 'route', 'delete', 'default');
      inside(project, 'l26', 'ip', '-6', 'route', 'delete', 'default');
      for (const command of tunnel('tun9', '2001:db8::/32')) must('ip', ...command);
      must('ip', '-6', 'route', 'add', 'default', 'dev', 'tun9', 'table', '9');
      must('ip', '-6', 'rule', 'add', 'pref', '60', 'to', at.l26, 'lookup', '9');
    },
    rows: () => [
      [toIt('l2', 'yes')],
      [toHost('l2', 'yes')],
      [toRouter('l2', 'no'), /^"reasons-l2-1" has no default route: nothing leaves by the gateway/],
      [toRouter6('no'), /^"reasons-l26-1" has no default route of IPv6: nothing leaves by the gateway/],
      [toRouter('l3', 'no'), /^"reasons-l3-1" has no default route: nothing leaves by the gateway/],
      [toIt('l3', 'no'), /^"reasons-l3-1" has no way back to this host: it has no default route$/],
      [toHost('l3', 'no'), /^"reasons-l3-1" has no gateway: its network has no default route$/],
      [toIt('l26', 'no'), /^this host's way to fd00:11::53 leads by "tun9", not by the shim "nc-eth0"$/],
    ],
  },
  {
    what: 'rp_filter 1 in containers, tunnels that take what is for this host; routes of the shim that are gone',
    happen: (project) => {
      for (const service of ['l2', 'l3'] as const)
        inside(project, service, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1');
      must('ip', '-6', 'rule', 'delete', 'pref', '60');
      for (const [service, address] of [
        ['l2', two.host],
        ['l26', shimAddress6()],
      ] as const)
        for (const command of tunnel('tun9', address)) inside(project, service, 'ip', ...command);
      must('ip', '-6', 'route', 'flush', 'dev', shimOf(three));
    },
    rows: () => [
      [
        toIt('l3', 'no'),
        /^rp_filter: the kernel drops what this host sends to "reasons-l3-1" by "nc-l3": it has no default route, /,
      ],
      [
        toIt('l2', 'no'),
        /^rp_filter: the kernel drops what this host sends to "reasons-l2-1" by .*: its way back leads by "tun9"$/,
      ],
      [
        toIt('l26', 'no'),
        /^"reasons-l26-1" sends what it answers to this host by its interface "tun9", where it does not come back$/,
      ],
      [toIt('l36', 'no'), /^the shim "nc-l3", by which this host and the network meet, is not as planned$/],
    ],
  },
];

export async function reasons(): Promise<void> {
  within('reach names the reason');
  const before = snapshot();
  // Only a router by which this host leaves is asked whether it knows the subnet of layer 3.
  const byRouter = ['default', 'via', three.router, 'dev', three.parent, 'metric', '900'];
  must('ip', 'route', 'add', ...byRouter);
  const project = makeProject('reasons', file);
  try {
    const up = netcompose(project, ['up', '-d']);
    check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
    if (up.code === 0) for (const situation of situations) await asked(project, situation);
  } finally {
    for (const one of [two, three]) strictness(one, 0);
    must('ip', 'route', 'delete', ...byRouter);
    // Where it has not come so far, they are not there.
    run(['ip', '-6', 'rule', 'delete', 'pref', '60']);
    run(['ip', 'link', 'delete', 'dev', 'tun9']);
    run(['ip', '-n', 'router', 'route', 'delete', routed4]);
    downAndCompare(project, before);
  }
}

async function asked(
  project: Project,
  { what, happen, asks = ['hosty', ...services], rows }: Situation,
): Promise<void> {
  happen(project);
  const [text, json] = await Promise.all(
    [[], ['--format', 'json']].map((more) => netcomposeBeside(project, ['reach', ...more, ...asks])),
  );
  const { wrong, missing } = readReach(text!, json!);
  const all = [wrong, ...rows().map((one) => missing(...one))].flatMap((one) => one ?? []);
  check(`${what}: ${rows().length} rows`, json!.code === 1 && all.length === 0, all.join('\n'));
}
