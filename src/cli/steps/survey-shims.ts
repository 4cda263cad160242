/** Looks at the shims of this host, and finds what is wrong with each: what `shim ls`, `up` and `watch` begin with. */
import { undoneOf } from '../../host/execute/left.ts';
import { createObserver } from '../../host/execute/observer.ts';
import { observeEngine } from '../../host/observe/engine-facts.ts';
import { observeHost } from '../../host/observe/host-facts.ts';
import { observeShims } from '../../host/observe/shims.ts';
import type { Host } from '../../host/system/host.ts';
import type { Release, Step } from '../../plan/actions/action.ts';
import { stepsOf } from '../../plan/actions/commands.ts';
import type { EngineFacts, HostInterface } from '../../plan/facts/facts.ts';
import { isOurs, servedNetwork } from '../../plan/facts/ownership.ts';
import { parseFacts } from '../../plan/facts/parsed-facts.ts';
import { hostActions } from '../../plan/host-changes/host-actions.ts';
import { type StaleFacts, staleOn } from '../../plan/host-changes/stale.ts';
import { faultOf, staleFault } from '../../plan/shims/faults.ts';
import { type SeenShim, wantedShims } from '../../plan/shims/wanted-shims.ts';
import type { ShimPlan } from '../../plan/types.ts';
import { leasedNetworks } from './release.ts';

/** A shim as it is to be, with all steps to it and those that are not done. */
export interface Surveyed {
  readonly plan: ShimPlan;
  readonly steps: readonly Step[];
  readonly faults: readonly string[];
}

export interface Survey {
  readonly shims: readonly Surveyed[];
  /** What shims lead to although it is gone. */
  readonly stale: readonly Release[];
  /** Interfaces of ours that no network has a use for, with what is the matter. */
  readonly useless: readonly { readonly link: HostInterface; readonly fault: string }[];
  readonly facts: StaleFacts;
}

/**
 * Changes nothing. Throws a `HostError` where the host or its engine cannot be looked at.
 *
 * @param remembered shims that were seen earlier, perhaps gone by now
 * @param lastEngine what is taken for the engine where it does not answer
 */
export async function surveyShims(
  host: Host,
  {
    remembered = [],
    lastEngine,
  }: { readonly remembered?: readonly SeenShim[]; readonly lastEngine?: EngineFacts } = {},
): Promise<Survey> {
  const [hostFacts, observed] = await Promise.all([observeHost(host, { lan: true }), observeEngine(host)]);
  const engine = observed.kind === 'reached' ? observed.facts : lastEngine;
  if (observed.kind === 'unreachable' && !engine) throw observed.error;
  const facts: StaleFacts = {
    ...{ host: hostFacts, engine: engine! },
    state: await observeShims(host, hostFacts.interfaces),
  };
  const parsed = parseFacts({ version: 1, host: hostFacts, engine: facts.engine });
  const plans = wantedShims(parsed, remembered);
  const leased = leasedNetworks(host, facts, (pid) => pid !== host.pid);
  // While the host's address is away, what names it stays for when it comes back.
  const settled = plans.filter(({ ways }) => ways.every(({ source }) => source));
  const stale = observed.kind === 'reached' ? staleOn(facts, leased, settled) : [];
  const observer = createObserver(host);
  const shims: Surveyed[] = [];
  for (const plan of plans) {
    const steps = stepsOf(hostActions([], [plan], parsed));
    const left = await undoneOf(steps, observer);
    const faults = [
      ...left.map(({ action, conflict }) => conflict?.message ?? faultOf(action)),
      ...stale.flatMap((one) => ('shim' in one && one.shim === plan.name ? staleFault(one) : [])),
    ];
    shims.push({ plan, steps, faults });
  }
  const useless = facts.host.interfaces.flatMap((link) => {
    if (!isOurs(link) || plans.some(({ name }) => name === link.name)) return [];
    const network = servedNetwork(link);
    return network !== undefined && leased.has(network) ? [] : { link, fault: uselessFault(network, facts.engine) };
  });
  return { shims, stale, useless, facts };
}

function uselessFault(network: string | undefined, { networks }: EngineFacts): string {
  if (network === undefined) return 'it is half-made';
  return networks.some(({ name }) => name === network)
    ? `it cannot serve the network "${network}" as that is now`
    : `its network "${network}" is gone`;
}
