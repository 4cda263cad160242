/** The underlays that are tried, each from `up` to `down`. */
import { lan } from './lan.ts';
import type { Underlay } from './reach.ts';

const onLan = { parent: lan.parent, subnet: lan.subnet, gateway: lan.router, ip_range: '192.168.1.224/30' } as const;
const fixed = '192.168.1.53';
const routed = '10.7.1.0/24';

export const underlays: readonly Underlay[] = [
  { name: 'ipvlan-l2, rp_filter 0', further: true, netmode: { ...onLan, mode: 'ipvlan-l2' }, fixed, hostIsReachedAt: 'own' },
  { name: 'ipvlan-l2, rp_filter 2', netmode: { ...onLan, mode: 'ipvlan-l2' }, fixed, rpFilter: { parent: 2 }, hostIsReachedAt: 'own' },
  {
    name: 'ipvlan-l2, rp_filter 1',
    further: true,
    netmode: { ...onLan, mode: 'ipvlan-l2' },
    fixed,
    rpFilter: { parent: 1 },
    hostIsReachedAt: 'shim',
  },
  { name: 'ipvlan-l2, rp_filter 1 for all', netmode: { ...onLan, mode: 'ipvlan-l2' }, rpFilter: { all: 1 }, hostIsReachedAt: 'shim' },
  {
    name: 'ipvlan-l2 with an address for the shim',
    netmode: { ...onLan, mode: 'ipvlan-l2', shim: { ipv4_address: '192.168.1.227' } },
    fixed,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l2 with IPv6',
    further: true,
    netmode: {
      parent: lan.parent,
      mode: 'ipvlan-l2',
      subnet: [lan.subnet, lan.subnet6],
      gateway: [lan.router, lan.router6],
      ip_range: ['192.168.1.224/30', 'fd00:1::1:0/112'],
    },
    six: true,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l2, scope project',
    further: true,
    netmode: { ...onLan, mode: 'ipvlan-l2', scope: 'project' },
    fixed,
    hostIsReachedAt: 'own',
  },
  { name: 'ipvlan-l2, nothing said', netmode: { mode: 'ipvlan-l2' }, hostIsReachedAt: 'own' },
  {
    name: 'native ipvlan without a range',
    further: true,
    network: {
      driver: 'ipvlan',
      driver_opts: { parent: lan.parent, ipvlan_mode: 'l2' },
      ipam: { config: [{ subnet: lan.subnet, gateway: lan.router }] },
    },
    netmode: { host_access: 'shim' },
    dockerName: 'native-ipvlan-without-a-range_lan',
    fixed,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l3',
    further: true,
    netmode: { parent: lan.parent, mode: 'ipvlan-l3', subnet: routed },
    fixed: '10.7.1.53',
    routed,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l3, rp_filter 1 for all',
    netmode: { parent: lan.parent, mode: 'ipvlan-l3', subnet: routed },
    rpFilter: { all: 1 },
    routed,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l3s',
    further: true,
    netmode: { parent: lan.parent, mode: 'ipvlan-l3s', subnet: routed },
    fixed: '10.7.1.53',
    routed,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l3s, rp_filter 1 for all',
    netmode: { parent: lan.parent, mode: 'ipvlan-l3s', subnet: routed },
    rpFilter: { all: 1 },
    routed,
    hostIsReachedAt: 'own',
  },
  { name: 'macvlan', further: true, netmode: { ...onLan, mode: 'macvlan' }, fixed, hostIsReachedAt: 'own' },
  { name: 'macvlan, rp_filter 1 for all', netmode: { ...onLan, mode: 'macvlan' }, rpFilter: { all: 1 }, hostIsReachedAt: 'own' },
  {
    name: 'macvlan with IPv6',
    netmode: {
      parent: lan.parent,
      mode: 'macvlan',
      subnet: [lan.subnet, lan.subnet6],
      gateway: [lan.router, lan.router6],
      ip_range: ['192.168.1.224/30', 'fd00:1::1:0/112'],
    },
    six: true,
    hostIsReachedAt: 'own',
  },
  {
    name: 'ipvlan-l2 on a VLAN',
    netmode: {
      parent: lan.parent,
      vlan: lan.vlan,
      mode: 'ipvlan-l2',
      subnet: lan.vlanSubnet,
      gateway: lan.vlanRouter,
      ip_range: '192.168.30.224/30',
    },
    router: lan.vlanRouter,
    hostIsReachedAt: 'shim',
  },
];
