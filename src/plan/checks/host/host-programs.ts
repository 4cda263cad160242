/** Whether a program of this host would take, rename or block a shim, and what to write so that it does not. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import type { Plan, ShimPlan } from '../../types.ts';
import { blockedByFirewall } from './firewall-zone.ts';
import { addressGivenUp } from './given-up.ts';
import type { VirtualLink } from './match-link.ts';
import { renamedByLinkFile, renamedByUdevRule } from './renaming.ts';
import { takenByConnman, takenByDhcpcd, takenByNetworkd } from './takers.ts';
import type { Situation, Threat } from './threat.ts';

const threats: readonly ((situation: Situation) => Threat | undefined)[] = [
  takenByNetworkd,
  takenByDhcpcd,
  takenByConnman,
  addressGivenUp,
  renamedByLinkFile,
  renamedByUdevRule,
  blockedByFirewall,
];

/** Reports `host/manager-takes-shim`, `host/address-given-up`, `host/renamed-by-mac` and `host/firewall-zone`. */
export function checkHostPrograms(plan: Plan, { host, engine }: ParsedFacts, report: Report): void {
  if (!host?.managers || engine?.remote) return;
  const names = new Set(host.interfaces.map(({ name }) => name));
  for (const shim of plan.shims) {
    const parent = interfaceOf(host, shim.parent);
    const situation: Situation = {
      ...{ shim, link: linkOf(shim, plan, { host }), names, managers: host.managers },
      retyped: host.answersHeard === true,
      ...(parent && { parent }),
    };
    const { underlay, span } = plan.networks.get(shim.key) ?? {};
    for (const find of threats) {
      const threat = find(situation);
      if (threat) report(threat.rule, underlay?.shim.name?.span ?? span, threat.message, { help: threat.help });
    }
  }
}

/**
 * ipvlan has its parent's MAC address, and reports it as the permanent one, too (docs/shim.md); a macvlan shim is made
 * with one of its own, and has no permanent one.
 */
function linkOf({ name, parent, driver }: ShimPlan, { actions }: Plan, { host }: ParsedFacts): VirtualLink {
  const below = (interfaceOf(host, parent) ?? interfaceOf(host, parent.replace(/\.\d+$/, '')))?.mac;
  const made = actions.find((action) => action.kind === 'create-shim' && action.shim === name);
  const mac = driver === 'ipvlan' ? below : made?.kind === 'create-shim' ? made.mac : undefined;
  return {
    ...{ name, kind: driver },
    ...(mac !== undefined && { mac }),
    ...(driver === 'ipvlan' && below !== undefined && { permanentMac: below }),
  };
}
