/** Where what a container sends to this host comes in. */
import { type Address, sameAddress } from '../facts/ip.ts';
import type { ShimPlan } from '../types.ts';

/**
 * The interface of this host by which a packet arrives that a container of the shim's network sends to one of this
 * host's addresses. On ipvlan no sibling has the host's own: at layer 2 the driver hands the packet to the parent, at
 * layer 3 to this host's routing, which sends it to itself and checks nothing (drivers/net/ipvlan/ipvlan_core.c).
 */
export function entranceOf({ name, parent, driver, mode, addresses }: ShimPlan, to: Address): string {
  if (driver === 'macvlan' || addresses.some((own) => sameAddress(own, to))) return name;
  return mode === 'l2' ? parent : 'lo';
}
