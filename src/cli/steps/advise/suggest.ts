/** `annotate --suggest`: advice → the wishes that write it. */
import type { Project } from '../../../compose/project/project.ts';
import type { Wish } from '../../../emit/annotate/wish.ts';
import { adviceFor } from '../../../plan/advise/advice.ts';
import type { Session } from '../../session.ts';
import { factsForAdvice } from './facts-for-advice.ts';

/**
 * @param names the services to advise; none: all
 * @param values the command's options, of which `--facts` counts
 */
export async function suggestedWishes(
  session: Session,
  project: Project,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
): Promise<readonly Wish[]> {
  const advice = adviceFor(project, await factsForAdvice(session, values));
  return advice.flatMap(({ service, netmode, write }): readonly Wish[] => {
    if (!write || (names.length > 0 && !names.includes(service))) return [];
    return [
      {
        place: { kind: 'service', name: service },
        change: { kind: 'merge', set: { mode: netmode }, unset: [] },
        replaces: write.replaces,
      },
    ];
  });
}
