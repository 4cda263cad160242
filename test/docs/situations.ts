/** The hosts and engines on which the examples of the rule pages stand. */
import type { RuleName } from '../../src/diagnostics/rules.ts';
import type {
  EngineContainer,
  EngineFacts,
  EngineNetwork,
  Facts,
  HostFacts,
  HostInterface,
} from '../../src/plan/facts/facts.ts';

const card = (name: string, index: number, rest: Partial<HostInterface> = {}): HostInterface => ({
  name,
  index,
  up: true,
  loopback: false,
  wireless: false,
  mac: `52:54:00:00:00:0${index}`,
  mtu: 1500,
  addresses: [],
  ...rest,
});

const interfaces = [
  card('lo', 1, { loopback: true, addresses: ['127.0.0.1/8'] }),
  card('eth0', 2, { addresses: ['192.168.1.10/24'] }),
] as const;

const engine: EngineFacts = {
  version: '28.5.2',
  kind: 'engine',
  remote: false,
  swarm: 'inactive',
  networks: [],
  containers: [],
};

/** A computer on an ordinary LAN. */
export const usual = {
  version: 1,
  host: {
    platform: 'linux',
    interfaces,
    routes: [
      { destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.1.1' },
      { destination: '192.168.1.0/24', family: 4, interface: 'eth0', source: '192.168.1.10' },
    ],
    rpFilter: { all: 0, eth0: 0 },
  },
  engine,
  compose: { version: '2.40.3' },
} as const satisfies Facts;

const withInterfaces = (...more: readonly HostInterface[]): Facts => ({
  ...usual,
  host: { ...usual.host, interfaces: [...interfaces, ...more] },
});

const withEngine = (changes: Partial<EngineFacts>): Facts => ({ ...usual, engine: { ...engine, ...changes } });

/** What Compose 2.40.3 leaves on the page's network `lan`, with the one gateway and the other. */
export const hashes = {
  gateway1: 'a95d5eb48107b060a3d4b5ef1c1103908e7f228ae1e10cbf20071ca8850efdfa',
  gateway254: 'e5b2c733cfdb1bc79f6b18da9f88d5d6433b34febc40ef49d4ed806251cabc42',
} as const;

const oldLan: EngineNetwork = {
  id: 'f3a1',
  name: 'old-lan',
  driver: 'ipvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0' },
  labels: {},
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.192/27', auxiliaryAddresses: {} }],
};

/** The same computer with a LAN network that somebody made by hand. */
export const withOldLan: Facts = withEngine({ networks: [oldLan] });
/** The shared network of `eth0`, without an address for a shim. */
const madeBefore: EngineNetwork = {
  ...{ id: 'f3a2', name: 'netcompose-eth0', driver: 'macvlan', scope: 'local', internal: false },
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.192/27', auxiliaryAddresses: {} }],
};

const withHost = (changes: Partial<HostFacts>): Facts => ({ ...usual, host: { ...usual.host, ...changes } });

const shop: EngineContainer = {
  id: 'c0ffee',
  name: 'shop-web-1',
  project: 'shop',
  service: 'web',
  running: true,
  networkMode: 'shop_default',
  networks: {},
  ports: [{ ip: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp' }],
};

const special: { readonly [rule in RuleName]?: Facts } = {
  'service/default-route': { ...withEngine({ version: '26.1.5' }), compose: { version: '2.26.1' } },
  'subnet/taken-by-network': withOldLan,
  'parent/down': withInterfaces(card('eth1', 3, { up: false })),
  'parent/wireless': withInterfaces(card('wlan0', 3, { wireless: true, addresses: ['192.168.1.11/24'] })),
  'parent/enslaved': withInterfaces(
    card('br0', 3, { kind: 'bridge', addresses: ['192.168.1.12/24'] }),
    card('eth2', 4, { master: 'br0' }),
  ),
  'parent/taken-by-network': withOldLan,
  'shim/other-source': {
    ...usual,
    host: {
      ...usual.host,
      interfaces: [
        interfaces[0],
        card('docker0', 2, { kind: 'bridge', addresses: ['172.17.0.1/16'] }),
        card('eth0', 3, { addresses: ['192.168.1.10/24'] }),
      ],
    },
    engine: { ...engine, networks: [madeBefore] },
  },
  'shim/address-not-kept': {
    ...usual,
    host: { ...usual.host, rpFilter: { all: 1 } },
    engine: {
      ...engine,
      networks: [{ ...madeBefore, driver: 'ipvlan', options: { parent: 'eth0', ipvlan_mode: 'l2' } }],
    },
  },
  'subnet/lan-has-changed': {
    ...usual,
    host: {
      ...usual.host,
      interfaces: [interfaces[0], card('eth0', 2, { addresses: ['192.168.7.10/24'] })],
      routes: [{ destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.7.1' }],
    },
    engine: { ...engine, networks: [madeBefore] },
  },
  'engine/network-made-anew': withEngine({
    networks: [
      {
        ...{ ...oldLan, name: 'shop_lan', driver: 'macvlan' },
        labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.config-hash': hashes.gateway1 },
      },
    ],
    containers: [
      {
        ...{ id: 'c1', name: 'shop-web-1', project: 'shop', service: 'web', running: true, networkMode: 'shop_lan' },
        networks: { shop_lan: { ipv4: '192.168.1.200', fixed: ['192.168.1.200'] } },
        ports: [],
      },
    ],
  }),
  'service/name-of-another-project': withEngine({
    networks: [madeBefore],
    containers: [
      {
        ...{ id: 'c1', name: 'other-db-1', project: 'other', service: 'db', running: true },
        ...{ networkMode: 'netcompose-eth0', networks: { 'netcompose-eth0': { ipv4: '192.168.1.200' } }, ports: [] },
      },
    ],
  }),
  'shim/name-taken': withInterfaces(card('nc-eth0', 3, { kind: 'macvlan', link: 'eth0' })),
  'host/manager-takes-shim': withHost({
    managers: { networkd: [{ path: '/etc/systemd/network/50-wired.network', match: { Type: ['ether'] } }] },
  }),
  'host/address-given-up': withHost({
    managers: { dhcpcd: { denied: ['nc-*'], allowed: [], defended: [], version: '10.1.0' } },
  }),
  'host/renamed-by-mac': withHost({
    managers: {
      links: [
        { path: '/etc/systemd/network/10-lan.link', match: { MACAddress: ['52:54:00:00:00:02'] }, gives: 'lan0' },
      ],
    },
  }),
  'host/firewall-zone': withHost({
    managers: { firewalld: { defaultZone: 'public', open: false, zones: { eth0: 'home' } } },
  }),
  'ports/in-use-on-host': withHost({
    sockets: [{ protocol: 'udp', address: '127.0.0.53', port: 53, owner: { pid: 612, name: 'systemd-resolve' } }],
  }),
  'ports/in-use-by-container': withEngine({ containers: [shop] }),
  'address/answers-on-lan': withHost({
    neighbours: [{ address: '192.168.1.53', interface: 'eth0', mac: '00:1b:a9:5e:12:07', state: 'reachable' }],
  }),
  'engine/kernel-lacks-driver': withHost({ drivers: { macvlan: 'ready', ipvlan: 'missing' } }),
  'engine/too-old': { ...withEngine({ version: '20.10.24' }), compose: { version: '2.26.1' } },
  'engine/desktop': withEngine({ kind: 'desktop', product: 'Docker Desktop' }),
  'engine/podman': withEngine({ version: '5.4.2', kind: 'podman' }),
  'service/falls-back': withEngine({ kind: 'desktop', product: 'Docker Desktop' }),
  'engine/rootless': withEngine({ kind: 'rootless' }),
  'engine/remote': withEngine({ remote: true }),
};

export function factsFor(rule: RuleName): Facts {
  return special[rule] ?? usual;
}

const present: { readonly [rule in RuleName]?: readonly string[] } = {
  'compose/missing-file': ['compose.monitoring.yaml'],
  'compose/remote-include': ['monitoring/compose.yaml'],
};

/** Files that are there beside those of the page. */
export function presentFor(rule: RuleName): readonly string[] {
  return present[rule] ?? [];
}
