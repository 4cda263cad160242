/** The shim that the kernel tests make: macvlan, in each of the forms that a plan may have. */

import type { HostAction, Step } from '../../src/plan/actions/action.ts';
import { stepsOf } from '../../src/plan/actions/commands.ts';
import { cidr, ip } from '../support/addresses.ts';
import { hostAddress, parent } from './lab.ts';

export const shim = 'nc-p0';
export const network = 'netcompose-p0';
export const range = '192.168.77.192/27';
export const spare = '192.168.77.222';
const spare6 = 'fd00:77::cf';

const make: readonly HostAction[] = [
  { kind: 'create-shim', id: 'shim', reason: 'test', shim, parent, network, driver: 'macvlan', mode: 'bridge' },
  { kind: 'mark-shim', id: 'mark', reason: 'test', shim, network },
  { kind: 'set-sysctl', id: 'arp', reason: 'test', shim, key: ['ipv4', 'conf', shim, 'arp_filter'], value: '1' },
  { kind: 'set-sysctl', id: 'announce', reason: 'test', shim, key: ['ipv4', 'conf', shim, 'arp_announce'], value: '2' },
  { kind: 'set-sysctl', id: 'v6', reason: 'test', shim, key: ['ipv6', 'conf', shim, 'disable_ipv6'], value: '1' },
];
const multicast: HostAction = { kind: 'set-multicast', id: 'multicast', reason: 'test', shim, to: 'off' };
const sender: HostAction = {
  ...{ kind: 'add-shim-address', id: 'sender', reason: 'test', shim, address: ip('169.254.255.28'), scope: 'link' },
};
const address: HostAction = { kind: 'add-shim-address', id: 'address', reason: 'test', shim, address: ip(spare) };
const up: HostAction = { kind: 'bring-shim-up', id: 'up', reason: 'test', shim };
const route: HostAction = { kind: 'add-shim-route', id: 'route', reason: 'test', shim, destination: cidr(range) };
const tableRoute = (source: string): HostAction => ({
  ...{ kind: 'add-table-route', id: 'table-route', reason: 'test', shim, destination: cidr(range) },
  source: ip(source),
});
const rule: HostAction = { kind: 'add-rule', id: 'rule', reason: 'test', shim, destination: cidr(range) };
const neighbour: HostAction = {
  kind: 'add-shim-neighbour',
  id: 'neighbour',
  reason: 'test',
  shim,
  address: ip('192.168.77.200'),
  mac: '02:42:C0:A8:4D:C8',
};

const withIpv6: readonly HostAction[] = [
  ...make.filter(({ id }) => id !== 'v6'),
  { kind: 'set-sysctl', id: 'ra', reason: 'test', shim, key: ['ipv6', 'conf', shim, 'accept_ra'], value: '0' },
];
const address6: HostAction = { kind: 'add-shim-address', id: 'address6', reason: 'test', shim, address: ip(spare6) };
const returns: readonly HostAction[] = [
  { kind: 'add-return-route', id: 'return-route', reason: 'test', shim, subnet: cidr('fd00:77::/64') },
  { kind: 'add-return-rule', id: 'return-rule', reason: 'test', shim, source: ip(spare6) },
];

/** The kernel gives the host's own address by itself. */
export const steps: readonly Step[] = stepsOf([...make, multicast, sender, up, route]);

/** An address of the shim's own. */
export const stepsWithAddress: readonly Step[] = stepsOf([...make, multicast, address, up, route]);

/** The host's own address is named, in a table of ours. */
export const stepsWithTable: readonly Step[] = stepsOf([
  ...[...make, multicast, sender, up],
  ...[tableRoute(hostAddress), rule, route],
]);

/** Every kind of step for interfaces. */
export const everyStep: readonly Step[] = stepsOf([
  ...[...withIpv6, multicast, sender, address, up],
  // The kernel drops it when the interface goes down, as "up" is undone.
  ...[address6, tableRoute(hostAddress), rule, route, ...returns, neighbour],
]);

/** As `steps`, but the last one names a source that the host does not have. */
export const refusedSteps: readonly Step[] = stepsOf([...make, multicast, sender, up, tableRoute('192.168.77.99')]);
