/** Whether services still reach, and find by name, those that they depend on. */
import type { Dependency } from '../../../compose/project/project.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { answerFor } from '../../services/name-resolution.ts';
import type { Attached, Plan } from '../../types.ts';

/** Reports `service/peer-unreachable` and `service/name-not-resolvable`. */
export function checkPeers({ services, networks }: Plan, report: Report): void {
  for (const plan of services.values()) {
    for (const dependency of plan.service.dependsOn) {
      const peer = services.get(dependency.service);
      const answer = peer && answerFor(plan, peer, services, networks);
      if (!peer || !answer || answer.kind === 'resolves') continue;
      // The file has seen to it.
      if (plan.service.extraHosts.some(({ host }) => host === peer.service.name)) continue;
      if (answer.kind !== 'entry') reportPeer(plan, peer, dependency, answer, report);
      else if (!plan.managed && !peer.managed)
        reportPeer(plan, peer, dependency, { kind: 'nameless', help: writeEntry(peer, answer.address) }, report);
    }
  }
}

/** What netcompose writes itself where it attaches one of the two. */
const writeEntry = ({ service }: Attached, address: string): string =>
  `write "extra_hosts": ["${service.name}:${address}"]`;

function reportPeer(
  plan: Attached,
  peer: Attached,
  dependency: Dependency,
  answer: { readonly kind: 'nameless' | 'unreachable'; readonly help: string },
  report: Report,
): void {
  const [from, to] = [`"${plan.service.name}" (${plan.netmode})`, `"${peer.service.name}" (${peer.netmode})`];
  const related = [{ message: `"${peer.service.name}" is declared here`, span: peer.service.span }];
  if (answer.kind === 'unreachable') {
    report('service/peer-unreachable', dependency.span, `${from} depends on ${to}, but they share no network`, {
      help: answer.help,
      related,
    });
  } else {
    report('service/name-not-resolvable', dependency.span, `${from} depends on ${to}, whose name it cannot resolve`, {
      help: answer.help,
      related,
    });
  }
}
