/** The networks that are tried, each with one container that the engine starts again with the host. */
import { vlan } from './lan.ts';

export interface Network {
  readonly name: string;
  readonly netmode: Readonly<Record<string, unknown>>;
  readonly address: string;
  /** Of its router, on the LAN. */
  readonly router?: string;
}

export const networks: readonly Network[] = [
  {
    name: 'macvlan',
    netmode: {
      mode: 'macvlan',
      parent: 'eth0',
      subnet: '10.10.0.0/24',
      gateway: '10.10.0.1',
      ip_range: '10.10.0.192/29',
    },
    address: '10.10.0.200',
    router: '10.10.0.1',
  },
  {
    name: 'ipvlan-l2',
    netmode: {
      mode: 'ipvlan-l2',
      parent: 'eth1',
      subnet: '10.11.0.0/24',
      gateway: '10.11.0.1',
      ip_range: '10.11.0.192/29',
    },
    address: '10.11.0.200',
    router: '10.11.0.1',
  },
  {
    name: 'ipvlan-l3',
    netmode: { mode: 'ipvlan-l3', parent: 'eth2', subnet: '10.7.0.0/24' },
    address: '10.7.0.4',
  },
  {
    name: 'vlan',
    netmode: {
      ...{ mode: 'macvlan', parent: 'eth0', vlan, subnet: '10.30.0.0/24', gateway: '10.30.0.1' },
      ip_range: '10.30.0.192/29',
    },
    address: '10.30.0.200',
    router: '10.30.0.1',
  },
];

export const composeFile = {
  services: Object.fromEntries(
    networks.map(({ name, address }) => [
      name,
      {
        ...{ image: 'busybox', command: ['sleep', '86400'], init: true, restart: 'always', pull_policy: 'never' },
        'x-netmode': { network: name, ipv4_address: address },
      },
    ]),
  ),
  networks: Object.fromEntries(networks.map(({ name, netmode }) => [name, { 'x-netmode': netmode }])),
};
