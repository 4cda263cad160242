/**
 * After `up -d`: how each service is reached, with the addresses that Docker has chosen, and what the LAN needs for
 * that.
 */
import { lanRoutesText } from '../../../emit/text/plan-text.ts';
import { reachText } from '../../../emit/text/reach-text.ts';
import { table } from '../../../emit/text/table.ts';
import { observeAgain, observeEngine } from '../../../host/observe/engine-facts.ts';
import type { EngineFacts, Facts } from '../../../plan/facts/facts.ts';
import { type ParsedEngine, parseEngine } from '../../../plan/facts/parsed-facts.ts';
import type { Plan, Reach, ServicePlan } from '../../../plan/types.ts';
import type { Session } from '../../session.ts';

/**
 * @param engine as it is now, where that is known; else it is asked, where an address is to be found out
 * @returns the table, and below it the routes that the LAN's router needs; nothing where no service is started
 */
export async function reachTable(
  { host, progress, terminal }: Pick<Session, 'host' | 'progress' | 'terminal'>,
  { plan, facts }: { readonly plan: Plan; readonly facts: Facts },
  engine?: EngineFacts,
): Promise<string> {
  const active = [...plan.services.values()].filter(({ service }) => service.active);
  const isAsked = !engine && active.some(({ reach }) => reach.some(({ at }) => at.kind === 'dynamic'));
  const observed = isAsked
    ? await progress.during('Containers', 'Looking', () =>
        facts.engine ? observeAgain(host, facts.engine) : observeEngine(host),
      )
    : undefined;
  const now = observed?.kind === 'reached' ? observed.facts : engine;
  const parsed = now && parseEngine(now);
  const rows = active.map((service) => {
    const reach = service.reach.map((one) => withAddress(one, service, plan, parsed));
    return [service.service.name, service.netmode, reachText(reach, 'host'), reachText(reach, 'lan')];
  });
  if (rows.length === 0) return '';
  const routes = lanRoutesText(plan);
  const services = table([['SERVICE', 'NETMODE', 'FROM THIS HOST', 'FROM THE LAN'], ...rows], terminal.columns);
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
