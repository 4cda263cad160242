/**
 * After `up -d`: how each service is reached, with the addresses that Docker has chosen, and what the LAN needs for
 * that.
 */
import { lanRoutesText } from '../../../emit/text/plan-text.ts';
import { reachText } from '../../../emit/text/reach-text.ts';
import { table } from '../../../emit/text/table.ts';
import { observeEngine } from '../../../host/observe/engine-facts.ts';
import { type ParsedEngine, parseEngine } from '../../../plan/facts/parsed-facts.ts';
import type { Plan, Reach, ServicePlan } from '../../../plan/types.ts';
import type { Session } from '../../session.ts';

/** @returns the table, and below it the routes that the LAN's router needs; nothing where no service is started */
export async function reachTable(
  { host, progress }: Pick<Session, 'host' | 'progress'>,
  plan: Plan,
  columns?: number,
): Promise<string> {
  const active = [...plan.services.values()].filter(({ service }) => service.active);
  const observed = active.some(({ reach }) => reach.some(({ at }) => at.kind === 'dynamic'))
    ? await progress.during('Containers', 'Looking', () => observeEngine(host))
    : undefined;
  const engine = observed?.kind === 'reached' ? parseEngine(observed.facts) : undefined;
  const rows = active.map((service) => {
    const reach = service.reach.map((one) => withAddress(one, service, plan, engine));
    return [service.service.name, service.netmode, reachText(reach, 'host'), reachText(reach, 'lan')];
  });
  if (rows.length === 0) return '';
  const routes = lanRoutesText(plan);
  const services = table([['SERVICE', 'NETMODE', 'FROM THIS HOST', 'FROM THE LAN'], ...rows], columns);
  return `\n${services}${routes === '' ? '' : `\n${routes}`}`;
}

/** Fills in the address of the service's container, where the engine knows it. */
function withAddress(reach: Reach, { service }: ServicePlan, plan: Plan, engine: ParsedEngine | undefined): Reach {
  const { at } = reach;
  if (at.kind !== 'dynamic') return reach;
  const container = engine?.containers.find(
    (one) => one.running && one.project === plan.project.name && one.service === service.name,
  );
  const [address] = container?.networks.get(at.network)?.addresses ?? [];
  return address ? { ...reach, at: { kind: 'address', address } } : reach;
}
