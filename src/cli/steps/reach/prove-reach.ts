/** Asks every place of a plan, and finds out why one does not answer. */

import { askPlaces, type Batch } from '../../../host/reach/ask-places.ts';
import { observeContainers } from '../../../host/reach/live-containers.ts';
import { lookAround, lookAtPacketFilter } from '../../../host/reach/look.ts';
import type { Host } from '../../../host/system/host.ts';
import type { EngineFacts, Facts } from '../../../plan/facts/facts.ts';
import { addressesOf, parseFacts } from '../../../plan/facts/parsed-facts.ts';
import { pendingFor } from '../../../plan/host-changes/pending.ts';
import { type Answer, type Asked, answerOf, hasFailed } from '../../../plan/reach/answers.ts';
import type { Evidence } from '../../../plan/reach/evidence.ts';
import type { LiveContainer } from '../../../plan/reach/live-container.ts';
import type { Question } from '../../../plan/reach/question.ts';
import { questionsOf } from '../../../plan/reach/questions.ts';
import type { Plan } from '../../../plan/types.ts';
import type { Session } from '../../session.ts';
import { ownProgram } from '../program/own-program.ts';

interface ProveOptions {
  readonly engine?: Pick<EngineFacts, 'kind' | 'remote'>;
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
  const evidence = asked.some(hasFailed)
    ? await progress.during('What does not answer', 'Looking', async () =>
        look(host, plan, containers, isHere ? await facts() : { version: 1 }, isHere),
      )
    : nothingSeen(containers);
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

const byName = (containers: readonly LiveContainer[]) => new Map(containers.map((one) => [one.name, one]));

const nothingSeen = (containers: readonly LiveContainer[]): Evidence => ({
  containers: byName(containers),
  sockets: new Map(),
  defaultRoutes: new Map(),
  pendingShims: new Map(),
  shimNames: new Map(),
  dropping: new Set(),
  zones: new Map(),
});

async function look(
  host: Host,
  plan: Plan,
  containers: readonly LiveContainer[],
  facts: Facts,
  isHere: boolean,
): Promise<Evidence> {
  if (!isHere) return nothingSeen(containers);
  const around = containers.flatMap(({ name, pid }) =>
    pid === undefined ? [] : [[name, lookAround(host, pid)] as const],
  );
  const { host: parsed } = parseFacts(facts);
  const shims = plan.shims.map(({ name }) => name);
  return {
    ...nothingSeen(containers),
    sockets: new Map(
      around.flatMap(([name, { sockets }]) =>
        sockets
          ? [[name, sockets.flatMap((one) => addressesOf([one.address]).map((address) => ({ ...one, address })))]]
          : [],
      ),
    ),
    defaultRoutes: new Map(
      around.flatMap(([name, { hasDefaultRoute }]) => (hasDefaultRoute === undefined ? [] : [[name, hasDefaultRoute]])),
    ),
    pendingShims: new Map(plan.shims.map(({ key, name }) => [key, pendingFor(name, plan.actions, facts)])),
    shimNames: new Map(plan.shims.map(({ key, name }) => [key, name])),
    ...(parsed && { host: parsed }),
    ...(await lookAtPacketFilter(host, shims)),
  };
}
