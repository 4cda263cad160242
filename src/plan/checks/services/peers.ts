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
      if (peer && (answer?.kind === 'unreachable' || answer?.kind === 'nameless'))
        reportPeer(plan, peer, dependency, answer, report);
    }
  }
}

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
