/** The networks that are tried, each with one container that the engine starts again with the host. */
import { vlan } from './lan.ts';

export interface Network {
  readonly name: string;
  readonly netmode: Readonly<Record<string, unknown>>;
  readonly address: string;
  /** Of its router, on the LAN. */
  readonly router?: string;
  readonly address6?: string;
  readonly router6?: string;
}

/** A card's LAN with both families: `10.<number>.0.0/24` and `fd00:<number>::/64`. */
const dual = (number: number) =>
  ({
    netmode: {
      subnet: [`10.${number}.0.0/24`, `fd00:${number}::/64`],
      gateway: [`10.${number}.0.1`, `fd00:${number}::1`],
      ip_range: [`10.${number}.0.192/29`, `fd00:${number}::1:0/112`],
    },
    address: `10.${number}.0.200`,
    router: `10.${number}.0.1`,
    address6: `fd00:${number}::53`,
    router6: `fd00:${number}::1`,
  }) as const;

export const networks: readonly Network[] = [
  { ...dual(10), name: 'macvlan', netmode: { ...dual(10).netmode, mode: 'macvlan', parent: 'eth0' } },
  { ...dual(11), name: 'ipvlan-l2', netmode: { ...dual(11).netmode, mode: 'ipvlan-l2', parent: 'eth1' } },
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
    networks.map(({ name, address, address6 }) => [
      name,
      {
        ...{ image: 'busybox', command: ['sleep', '86400'], init: true, restart: 'always', pull_policy: 'never' },
        'x-netmode': { network: name, ipv4_address: address, ...(address6 && { ipv6_address: address6 }) },
      },
    ]),
  ),
  networks: Object.fromEntries(networks.map(({ name, netmode }) => [name, { 'x-netmode': netmode }])),
};
