/** Asks every place of a plan, and finds out why one does not answer. */

import { askPlaces, type Batch } from '../../../host/reach/ask-places.ts';
import { observeContainers } from '../../../host/reach/live-containers.ts';
import type { Host } from '../../../host/system/host.ts';
import type { EngineFacts, Facts } from '../../../plan/facts/facts.ts';
import { type Answer, type Asked, answerOf, hasFailed } from '../../../plan/reach/answers.ts';
import type { LiveContainer } from '../../../plan/reach/live-container.ts';
import type { Question } from '../../../plan/reach/question.ts';
import { questionsOf } from '../../../plan/reach/questions.ts';
import type { Plan } from '../../../plan/types.ts';
import type { Session } from '../../session.ts';
import { ownProgram } from '../program/own-program.ts';
import { lookFor, seenAlways } from './look-for.ts';

interface ProveOptions {
  readonly engine?: Pick<EngineFacts, 'kind' | 'remote' | 'version'>;
  /** The services to ask about; all active ones unless given. */
  readonly only?: ReadonlySet<string>;
  /** What was observed of the host after the start: asked for only where a place does not answer. */
  readonly facts: () => Promise<Facts>;
}

/** Throws a `HostError` where the engine cannot be reached. */
export async function proveReach(
  { host, progress }: Pick<Session, 'host' | 'progress'>,
  plan: Plan,
  { engine, only, facts }: ProveOptions,
): Promise<readonly Answer[]> {
  const observed = await progress.during('Containers', 'Looking', () => observeContainers(host, plan.project.name));
  if (observed.kind === 'unreachable') throw observed.error;
  const { containers } = observed;
  const questions = questionsOf(plan, containers, engine, only);
  const places = `${questions.length} place${questions.length === 1 ? '' : 's'}`;
  const asked = await progress.during(places, 'Asking', () => askAll(host, questions, containers));
  const isHere = engine === undefined || !(engine.remote || engine.kind === 'desktop');
  const always = seenAlways(host, asked, containers, isHere);
  // What does not answer may have ended meanwhile.
  const seenAgain = async () => {
    const again = await observeContainers(host, plan.project.name);
    return again.kind === 'reached' ? seenAlways(host, asked, again.containers, isHere) : always;
  };
  const evidence = asked.some(hasFailed)
    ? await progress.during('What does not answer', 'Looking', async () =>
        isHere ? lookFor(host, plan, asked, await seenAgain(), await facts()) : always,
      )
    : always;
  return asked.map((one) => answerOf(one, evidence));
}

/** What goes out from one namespace is one call. */
async function askAll(
  host: Host,
  questions: readonly Question[],
  containers: readonly LiveContainer[],
): Promise<readonly Asked[]> {
  const pids = new Map(containers.map(({ name, pid }) => [name, pid]));
  const sideOf = ({ from }: Question) => (from.kind === 'container' ? from.container : '');
  const groups = new Map<string, Question[]>();
  for (const question of questions) {
    if (question.probes.length === 0) continue;
    const side = sideOf(question);
    groups.set(side, [...(groups.get(side) ?? []), question]);
  }
  const batches = [...groups].map(([side, group]): Batch => {
    const pid = pids.get(side);
    return { ...(pid !== undefined && { pid }), probes: group.flatMap(({ probes }) => probes) };
  });
  const outcomes = await askPlaces(host, ownProgram('ask', host), batches);
  const queues = new Map([...groups.keys()].map((side, at) => [side, [...outcomes[at]!]]));
  return questions.map((question) => ({
    question,
    outcomes: queues.get(sideOf(question))?.splice(0, question.probes.length) ?? [],
  }));
}
