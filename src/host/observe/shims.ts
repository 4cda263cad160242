/** What shims carry, beside what everybody looks at: our own table, the rules, neighbour entries. */
import type { HostInterface } from '../../plan/facts/facts.ts';
import { isOurs, shimTable } from '../../plan/facts/ownership.ts';
import type { ShimState } from '../../plan/facts/shim-state.ts';
import type { Host } from '../system/host.ts';
import { type HostObservation, observeNeighbours, observeRules, observeTable } from './host-facts.ts';
import type { Rule } from './ip-json.ts';

/** The rules of IPv6, which `ip` tells for themselves alone. */
export const observeRules6 = async (host: Host): Promise<readonly Rule[]> =>
  host.platform === 'linux' ? observeRules(host, 6) : [];

/**
 * All that shims carry.
 *
 * @param rules6 the rules of IPv6, where they have been asked for; else they are where a shim has an IPv6 address, and
 *   those of a shim that is gone are not seen
 */
export async function stateOfShims(
  host: Host,
  { facts, shims }: HostObservation,
  rules6?: readonly Rule[],
): Promise<ShimState> {
  const state = shims ?? (await observeShims(host, facts.interfaces));
  const isIpv6 = facts.interfaces.some((one) => isOurs(one) && one.addresses.some((address) => address.includes(':')));
  return { ...state, ...(rules6 ? { rules6 } : isIpv6 && { rules6: await observeRules6(host) }) };
}

/** @param interfaces those of the host; of these the shims are looked at */
async function observeShims(host: Host, interfaces: readonly HostInterface[]): Promise<ShimState> {
  const shims = interfaces.filter(isOurs).map(({ name }) => name);
  if (host.platform !== 'linux') return { tableRoutes: [], rules: [], neighbours: [] };
  const [rules, routes4, routes6, ...neighbours] = await Promise.all([
    ...([observeRules(host, 4), observeTable(host, shimTable.number, 4)] as const),
    observeTable(host, shimTable.number, 6),
    ...shims.map(async (shim) => (await observeNeighbours(host, shim)).map((neighbour) => ({ shim, ...neighbour }))),
  ]);
  return { tableRoutes: [...routes4, ...routes6], rules, neighbours: neighbours.flat() };
}
