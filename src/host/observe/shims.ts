/** What shims carry, beside what everybody looks at: our own table, the rules, neighbour entries. */
import type { HostInterface } from '../../plan/facts/facts.ts';
import { isOurs, shimTable } from '../../plan/facts/ownership.ts';
import type { ShimState } from '../../plan/facts/shim-state.ts';
import type { Host } from '../system/host.ts';
import { observeNeighbours, observeRules, observeTable } from './host-facts.ts';

/** @param interfaces those of the host; of these the shims are looked at */
export async function observeShims(host: Host, interfaces: readonly HostInterface[]): Promise<ShimState> {
  const shims = interfaces.filter(isOurs).map(({ name }) => name);
  if (host.platform !== 'linux') return { tableRoutes: [], rules: [], neighbours: [] };
  const [tableRoutes, rules, ...neighbours] = await Promise.all([
    ...([observeTable(host, shimTable.number), observeRules(host)] as const),
    ...shims.map(async (shim) => (await observeNeighbours(host, shim)).map((neighbour) => ({ shim, ...neighbour }))),
  ]);
  return { tableRoutes, rules, neighbours: neighbours.flat() };
}
