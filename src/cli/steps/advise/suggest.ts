/** `annotate --suggest`: advice → the wishes that write it, and as many of them as can come true. */
import type { Project } from '../../../compose/project/project.ts';
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts';
import type { Wish } from '../../../emit/annotate/wish.ts';
import { adviceFor } from '../../../plan/advise/advice.ts';
import type { Session } from '../../session.ts';
import { type AnnotationResult, annotateFiles } from '../annotate-files.ts';
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

export interface Followed {
  /** Refused where not one service can have what is advised. */
  readonly result: AnnotationResult;
  /** Those that come true. */
  readonly wishes: readonly Wish[];
  /** Why the others do not. */
  readonly left: readonly Diagnostic[];
}

/** Advice that one service cannot follow is none the less for the others. */
export function followAdvice(...[session, read, wishes, only]: Parameters<typeof annotateFiles>): Followed {
  const all = annotateFiles(session, read, wishes, only);
  if (all.kind === 'edited') return { result: all, wishes, left: [] };
  const kept: Wish[] = [];
  const left: Diagnostic[] = [];
  let result: AnnotationResult = all;
  for (const wish of wishes) {
    const next = annotateFiles(session, read, [...kept, wish], only);
    if (next.kind === 'refused') left.push(...next.diagnostics.sorted());
    else {
      kept.push(wish);
      result = next;
    }
  }
  return { result, wishes: kept, left };
}
