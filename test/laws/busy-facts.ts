/** A host on which much is going on: several default routes, shims, networks, containers, sockets and neighbours. */
import type { EngineContainer, EngineNetwork, Facts, HostInterface } from '../../src/plan/facts/facts.ts';
import { lanFacts } from '../support/in-memory.ts';

const { host, engine } = lanFacts;
const [, eth0] = host!.interfaces;

const shim = (index: number, name: string, alias: string): HostInterface => ({
  ...eth0!,
  index,
  name,
  kind: 'macvlan',
  link: 'eth1',
  alias,
  addresses: [],
});

const network = (name: string, subnet: string, options: Readonly<Record<string, string>> = {}): EngineNetwork => ({
  id: name,
  name,
  driver: options['parent'] === undefined ? 'bridge' : 'macvlan',
  scope: 'local',
  internal: false,
  options,
  labels: {},
  pools: [{ subnet, auxiliaryAddresses: {} }],
});

const container = (name: string, on: string, ipv4: string, published: number): EngineContainer => ({
  id: name,
  name,
  project: 'other',
  service: name,
  running: true,
  networkMode: on,
  networks: { [on]: { ipv4, mac: '02:42:0a:00:00:01' } },
  ports: [{ ip: '0.0.0.0', published, target: 80, protocol: 'tcp' }],
});

export const busyFacts: Facts = {
  ...lanFacts,
  host: {
    ...host!,
    interfaces: [
      ...host!.interfaces,
      shim(9, 'nc-eth1', 'netcompose:netcompose-eth1'),
      shim(10, 'nc-other', 'netcompose:old'),
    ],
    routes: [
      ...host!.routes,
      { destination: 'default', family: 4, interface: 'eth1', gateway: '10.20.0.1', metric: 100 },
      { destination: 'default', family: 6, interface: 'eth0', gateway: 'fe80::1', metric: 100 },
      { destination: '10.70.0.0/16', family: 4, interface: 'eth1', gateway: '10.20.0.1' },
    ],
    neighbours: [
      { address: '192.168.1.50', interface: 'eth0', mac: '52:54:00:00:00:50', state: 'reachable' },
      { address: '192.168.1.51', interface: 'eth0', mac: '52:54:00:00:00:51', state: 'stale' },
      { address: '192.168.1.200', interface: 'eth0', mac: '52:54:00:00:00:c8', state: 'reachable' },
      { address: '192.168.1.230', interface: 'eth0', mac: '52:54:00:00:00:e6', state: 'reachable' },
    ],
    sockets: [
      { protocol: 'tcp', address: '0.0.0.0', port: 8080, owner: { pid: 7, name: 'nginx' } },
      { protocol: 'tcp', address: '::', port: 8080, owner: { pid: 8, name: 'caddy' } },
      { protocol: 'udp', address: '127.0.0.53', port: 53, owner: { pid: 9, name: 'systemd-resolve' } },
    ],
    privilege: 'sudo',
  },
  engine: {
    ...engine!,
    networks: [
      network('front', '10.1.0.0/24'),
      network('office', '10.30.0.0/24', { parent: 'eth0' }),
      network('cellar', '10.31.0.0/24', { parent: 'eth0' }),
    ],
    containers: [
      container('one', 'office', '192.168.1.50', 8080),
      container('two', 'cellar', '192.168.1.50', 8081),
      container('three', 'front', '10.1.0.2', 8080),
    ],
  },
};
