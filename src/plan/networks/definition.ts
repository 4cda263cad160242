/** A planned network in Compose's own words. */
import { formatAddress, formatCidr } from '../facts/ip.ts';
import type { Pool } from '../facts/pool.ts';
import type { NetworkPlan } from '../types.ts';

/** What netcompose has to say of a network under `networks.<key>`. */
export type NetworkDefinition = {
  readonly driver?: string;
  readonly attachable?: true;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly enable_ipv4?: false;
  readonly enable_ipv6?: true;
  readonly ipam?: { readonly config: readonly PoolDefinition[] };
};

type PoolDefinition = {
  readonly subnet: string;
  readonly gateway?: string;
  readonly ip_range?: string;
  readonly aux_addresses?: Readonly<Record<string, string>>;
};

/** The definition in full; `gateway` is written wherever there is one (engines from 29 on choose none). */
export function networkDefinition(network: NetworkPlan): NetworkDefinition {
  const { driver, options, pools, mode } = network;
  const has = (family: 4 | 6) => pools.some(({ subnet }) => subnet.family === family);
  return {
    ...(driver !== undefined && { driver }),
    ...(mode === 'overlay' && { attachable: true }),
    ...(Object.keys(options).length > 0 && { driver_opts: { ...options } }),
    ...(has(6) && !has(4) && { enable_ipv4: false }),
    ...(has(6) && { enable_ipv6: true }),
    ...(pools.length > 0 && { ipam: { config: pools.map(poolDefinition) } }),
  };
}

function poolDefinition({ subnet, gateway, ipRange, auxAddresses }: Pool): PoolDefinition {
  const aux = [...auxAddresses].map(([name, address]) => [name, formatAddress(address)] as const);
  return {
    subnet: formatCidr(subnet),
    ...(gateway && { gateway: formatAddress(gateway) }),
    ...(ipRange && { ip_range: formatCidr(ipRange) }),
    ...(aux.length > 0 && { aux_addresses: Object.fromEntries(aux) }),
  };
}

/** Whether the file says all that there is to say: netcompose's definition would be the one that is there. */
export const isAsDeclared = ({ kind, declared, driver, pools }: NetworkPlan): boolean =>
  kind === 'native' || (declared && driver === 'bridge' && pools.length === 0);
