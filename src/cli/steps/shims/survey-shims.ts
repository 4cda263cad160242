/** Looks at the shims of this host, and finds what is wrong with each: what `shim ls`, `up` and `watch` begin with. */
import { undoneOf } from '../../../host/execute/left.ts';
import { createObserver } from '../../../host/execute/observer.ts';
import { observeEngine } from '../../../host/observe/engine-facts.ts';
import { observeHostAndShims } from '../../../host/observe/host-facts.ts';
import { observeRules6, stateOfShims } from '../../../host/observe/shims.ts';
import type { Host } from '../../../host/system/host.ts';
import type { Release, Step } from '../../../plan/actions/action.ts';
import { stepsOf } from '../../../plan/actions/commands.ts';
import type { EngineFacts, HostInterface } from '../../../plan/facts/facts.ts';
import { isOurs, servedNetwork } from '../../../plan/facts/ownership.ts';
import { parseFacts } from '../../../plan/facts/parsed-facts.ts';
import { hostActions } from '../../../plan/host-changes/host-actions.ts';
import { type StaleFacts, staleOn } from '../../../plan/host-changes/stale.ts';
import { faultsOf } from '../../../plan/shims/faults.ts';
import { type SeenShim, wantedShims } from '../../../plan/shims/wanted-shims.ts';
import type { ShimPlan } from '../../../plan/types.ts';
import { UsageError } from '../../usage-error.ts';
import { leasedNetworks } from '../release.ts';

/** A shim as it is to be, with all steps to it and what is wrong. */
interface Surveyed {
  readonly plan: ShimPlan;
  readonly steps: readonly Step[];
  /** Whether it is to be made. */
  readonly isGone: boolean;
  /** What is not as it is to be, in words. */
  readonly missing: readonly string[];
  /** What it leads to although it is gone. */
  readonly stale: readonly Release[];
}

export interface Survey {
  readonly shims: readonly Surveyed[];
  /** What shims lead to although it is gone, in the order in which it may go. */
  readonly stale: readonly Release[];
  /** Interfaces of ours that no network has a use for, with what is the matter. */
  readonly useless: readonly { readonly link: HostInterface; readonly fault: string }[];
  readonly facts: StaleFacts;
  /** Whether the engine answered; if not, its facts are the last ones. */
  readonly isEngineThere: boolean;
}

export interface SurveyOptions {
  /** Shims that were seen earlier, perhaps gone by now. */
  readonly remembered?: readonly SeenShim[];
  /** What is taken for the engine where it does not answer. */
  readonly lastEngine?: EngineFacts | undefined;
}

/** Changes nothing. Throws a `HostError` where the host or its engine cannot be looked at. */
export async function surveyShims(host: Host, { remembered = [], lastEngine }: SurveyOptions = {}): Promise<Survey> {
  const [seen, observed, rules6] = await Promise.all([
    observeHostAndShims(host, { manager: true }),
    observeEngine(host),
    observeRules6(host),
  ]);
  const { facts: hostFacts, shims: carried } = seen;
  const isEngineThere = observed.kind === 'reached';
  const engine = isEngineThere ? observed.facts : lastEngine;
  if (!engine) throw (observed as Extract<typeof observed, { kind: 'unreachable' }>).error;
  const state = await stateOfShims(host, seen, rules6);
  const facts: StaleFacts = { host: hostFacts, engine, state };
  const parsed = parseFacts({ version: 1, host: hostFacts, engine });
  const plans = wantedShims(parsed, remembered);
  const leased = await leasedNetworks(host, facts, (pid) => pid !== host.pid);
  // While the host's address is away, what names it stays for when it comes back.
  const settled = plans.filter(({ ways }) => ways.every(({ source }) => source));
  const stale = isEngineThere ? staleOn(facts, leased, settled) : [];
  const observer = createObserver(host, { ...hostFacts, ...(carried && { shims: state }) });
  const shims: Surveyed[] = [];
  for (const plan of plans) {
    const steps = stepsOf(hostActions([], [plan], parsed));
    const left = await undoneOf(steps, observer);
    shims.push({
      plan,
      steps,
      isGone: left.some(({ action }) => action.kind === 'create-shim'),
      missing: faultsOf(left),
      stale: stale.filter((one) => 'shim' in one && one.shim === plan.name),
    });
  }
  const useless = hostFacts.interfaces.flatMap((link) => {
    if (!isOurs(link) || plans.some(({ name }) => name === link.name)) return [];
    const network = servedNetwork(link);
    return network !== undefined && leased.has(network) ? [] : { link, fault: uselessFault(network, engine) };
  });
  return { shims, stale, useless, facts, isEngineThere };
}

interface Named {
  readonly name: string;
  readonly network?: string | undefined;
}

/**
 * Whether a shim is meant by names of networks, by Docker's names, or of shims; every one where there are no names.
 * Throws a `UsageError` for a name that means none of these.
 */
export function namedOf(shims: readonly Named[], names: readonly string[]): (shim: Named) => boolean {
  for (const name of names)
    if (!shims.some((shim) => shim.name === name || shim.network === name))
      throw new UsageError(
        `no network "${name}" has a shim here, and no shim has that name`,
        'see: netcompose shim ls',
      );
  return ({ name, network }) =>
    names.length === 0 || names.includes(name) || (network !== undefined && names.includes(network));
}

function uselessFault(network: string | undefined, { networks }: EngineFacts): string {
  if (network === undefined) return 'it is half-made';
  return networks.some(({ name }) => name === network)
    ? `it cannot serve the network "${network}" as that is now`
    : `its network "${network}" is gone`;
}
