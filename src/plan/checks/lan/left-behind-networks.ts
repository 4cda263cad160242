/** Whether the networks that exist are still in this host's LAN. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { formatCidr } from '../../facts/ip.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { leftBehind } from '../../networks/left-behind.ts';
import { parentName } from '../../networks/parents.ts';
import { membersOf } from '../../services/members.ts';
import type { Plan } from '../../types.ts';

/** Reports `subnet/lan-has-changed` for the networks that started services join. */
export function checkLeftBehind({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const joined = membersOf(services.values());
  for (const network of networks.values()) {
    const found = leftBehind(network, facts);
    if (!found || !network.underlay || !joined.has(network.key)) continue;
    const parent = parentName(network.underlay.parent);
    const written = network.pools[0]?.spans.subnet;
    const isOthers = project.networks.get(network.key)?.external === true;
    report(
      'subnet/lan-has-changed',
      written ?? network.span,
      `"${network.dockerName}" has ${formatCidr(found.network)}, but "${parent}" is in ${formatCidr(found.lan)}: ` +
        'in that LAN nobody reaches the containers, nor they its router',
      {
        help: isOthers
          ? 'if the LAN has changed, make that network anew'
          : 'if the LAN has changed, run "netcompose down" in every project on that network' +
            `${written ? ', write the new subnet' : ''}, and "netcompose up" makes it anew`,
      },
    );
  }
}
