/** Everything that can be wrong with a plan, as a table. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Facts } from '../facts/facts.ts';
import { type ParsedFacts, parseFacts } from '../facts/parsed-facts.ts';
import { inFileOrder } from '../file-order.ts';
import type { Plan } from '../types.ts';
import { checkEngine, checkExternal, checkNewerKeys } from './engine.ts';
import { checkHostPrograms } from './host/host-programs.ts';
import { checkDriverOptions } from './lan/driver-options.ts';
import { checkHostSubnets } from './lan/host-subnets.ts';
import { checkAnswers } from './lan/lan-conflicts.ts';
import { checkLeftBehind } from './lan/left-behind-networks.ts';
import { checkNamedNetworks } from './lan/named-networks.ts';
import { checkNativePools } from './lan/native-pools.ts';
import { checkNetworks } from './lan/network-clashes.ts';
import { checkOwnSubnets } from './lan/own-subnets.ts';
import { checkShimAddresses } from './lan/shim-addresses.ts';
import { checkShimNames } from './lan/shim-names.ts';
import { checkShimSources } from './lan/shim-sources.ts';
import { checkParents } from './lan/unfit-parents.ts';
import { checkMadeAnew } from './made-anew.ts';
import { checkPodman } from './podman.ts';
import { checkHostAddresses } from './ports/host-addresses.ts';
import { checkLivePorts } from './ports/live-ports.ts';
import { checkLost } from './ports/lost-ports.ts';
import { checkPorts } from './ports/ports.ts';
import { checkAddresses } from './services/addresses.ts';
import { checkBeside } from './services/beside.ts';
import { checkFallbacks } from './services/fallbacks.ts';
import { checkForeignNames } from './services/foreign-names.ts';
import { checkGuests } from './services/guest-keys.ts';
import { checkInterfaceNames } from './services/interface-names.ts';
import { checkPeers } from './services/peers.ts';
import { checkRefusedKeys } from './services/refused-keys.ts';
import { checkReplicas } from './services/replicas.ts';
import { checkSeveralAddresses } from './services/several-addresses.ts';
import { checkWaysOut } from './services/ways-out.ts';

type Check = (
  plan: Plan,
  facts: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
  recreated?: ReadonlySet<string>,
) => void;

const withoutFacts =
  (check: (plan: Plan, report: Report) => void): Check =>
  (plan, _, report) =>
    check(plan, report);

/** Where several report something at one place, in this order. */
const checks: readonly Check[] = [
  checkParents,
  checkNetworks,
  checkHostSubnets,
  checkLeftBehind,
  checkMadeAnew,
  checkNativePools,
  checkOwnSubnets,
  withoutFacts(checkDriverOptions),
  checkFallbacks,
  checkLost,
  withoutFacts(checkRefusedKeys),
  checkInterfaceNames,
  checkGuests,
  checkNamedNetworks,
  withoutFacts(checkReplicas),
  checkWaysOut,
  checkShimNames,
  withoutFacts(checkShimSources),
  checkShimAddresses,
  checkHostPrograms,
  checkAddresses,
  checkSeveralAddresses,
  withoutFacts(checkPorts),
  checkHostAddresses,
  checkLivePorts,
  checkAnswers,
  checkBeside,
  checkExternal,
  checkEngine,
  checkNewerKeys,
  checkPodman,
  withoutFacts(checkPeers),
  checkForeignNames,
];

/**
 * Looks for everything that is wrong with a plan.
 *
 * @param observed what was observed; more may be known by now than when the plan was decided
 * @param report gets every conflict found, all of them at once
 * @param starting the services that the command starts, where that is not all: what is in the way of others does not
 *   matter
 * @param recreated those whose containers the command makes anew in any case, or of whose networks it makes none
 */
export function check(
  plan: Plan,
  observed: Facts,
  report: Report,
  starting?: ReadonlySet<string>,
  recreated?: ReadonlySet<string>,
): void {
  const facts = parseFacts(observed);
  const ordered = inOrder(plan);
  for (const run of checks) run(ordered, facts, report, starting, recreated);
}

function inOrder(plan: Plan): Plan {
  const { project, services, networks } = plan;
  return {
    ...plan,
    project: { ...project, networks: inFileOrder(project.networks, ({ span }) => span, project) },
    services: inFileOrder(services, ({ service }) => service.span, project),
    networks: inFileOrder(networks, ({ span }) => span, project),
  };
}
