/** Facts after asking the LAN for the addresses that a plan is about to use. */
import { probeTargets } from '../../plan/checks/lan/lan-conflicts.ts';
import type { Facts } from '../../plan/facts/facts.ts';
import { isOurs } from '../../plan/facts/ownership.ts';
import type { Plan } from '../../plan/types.ts';
import type { Session } from '../session.ts';

/**
 * @param starting the services that are started now, where that is not all
 * @param beforeAsking called before the LAN is asked, which takes a while
 */
export async function probed(
  { host, progress }: Session,
  plan: Plan,
  facts: Facts,
  starting?: ReadonlySet<string>,
  beforeAsking?: () => Promise<void>,
): Promise<Facts> {
  if (!facts.host || facts.engine?.remote || host.platform !== 'linux') return facts;
  const targets = probeTargets(plan, facts, starting);
  if (targets.length === 0) return facts;
  const { probe } = await import('../../host/observe/probe.ts');
  await beforeAsking?.();
  const shims = new Set(facts.host.interfaces.filter(isOurs).map(({ name }) => name));
  const ask = () => progress.during('Addresses on the LAN', 'Asking', () => probe(host, targets, { shims }));
  return { ...facts, host: { ...facts.host, neighbours: await ask() } };
}
