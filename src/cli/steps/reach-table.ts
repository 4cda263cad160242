/**
 * After `up -d`: how each service is reached, with the addresses that Docker has chosen, and what the LAN needs for
 * that.
 */
import { lanRoutesText, reachText } from '../../emit/text/plan-text.ts';
import { table } from '../../emit/text/table.ts';
import { observeEngine } from '../../host/observe/engine-facts.ts';
import type { EngineFacts } from '../../plan/facts/facts.ts';
import { dynamic } from '../../plan/services/reach.ts';
import type { Plan, ServicePlan } from '../../plan/types.ts';
import type { Session } from '../session.ts';

/** @returns the table, and below it the routes that the LAN's router needs; nothing where no service is started */
export async function reachTable({ host }: Pick<Session, 'host'>, plan: Plan): Promise<string> {
  const active = [...plan.services.values()].filter(({ service }) => service.active);
  const observed = active.some(({ reach }) => reach.some(({ to }) => to.includes(dynamic)))
    ? await observeEngine(host)
    : undefined;
  const engine = observed?.kind === 'reached' ? observed.facts : undefined;
  const rows = active.map((service) => {
    const known = {
      ...service,
      reach: service.reach.map((one) => ({ ...one, to: withAddress(one.to, service, plan, engine) })),
    };
    return [service.service.name, service.netmode, reachText(known.reach, 'host'), reachText(known.reach, 'lan')];
  });
  if (rows.length === 0) return '';
  const routes = lanRoutesText(plan);
  const services = table([['SERVICE', 'NETMODE', 'FROM THIS HOST', 'FROM THE LAN'], ...rows]);
  return `\n${services}${routes === '' ? '' : `\n${routes}`}`;
}

/** Fills in the address of the service's container, where the engine tells it. */
function withAddress(
  to: string,
  { service, networks }: ServicePlan,
  plan: Plan,
  engine: EngineFacts | undefined,
): string {
  if (!to.startsWith(dynamic)) return to;
  const names = [...networks.keys()].flatMap((key) => {
    const network = plan.networks.get(key);
    return network?.underlay ? [network.dockerName ?? `${plan.project.name}_${key}`] : [];
  });
  const container = engine?.containers.find(
    (one) => one.running && one.project === plan.project.name && one.service === service.name,
  );
  const address = names
    .map((name) => container?.networks[name]?.ipv4 ?? container?.networks[name]?.ipv6)
    .find((found) => found !== undefined);
  return address === undefined ? to : to.replace(dynamic, address.includes(':') ? `[${address}]` : address);
}
