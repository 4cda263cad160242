/** `up --wait-reach`: after the start, until every place answers or the time is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Project } from '../../../compose/project/project.ts';
import { Diagnostics } from '../../../diagnostics/diagnostic.ts';
import { answersText } from '../../../emit/text/answers-text.ts';
import { intentsOf } from '../../../netmode/intents.ts';
import { exitCodes } from '../../exit-codes.ts';
import { endedAtOnce } from '../../interrupt.ts';
import { startedBy } from '../../options/service-words.ts';
import type { Session } from '../../session.ts';
import { proveReach } from './prove-reach.ts';
import { planForReach } from './read-for-reach.ts';

const pauseMilliseconds = 1000;

/**
 * Asks again while a place does not answer: a program opens its ports some time after its container is started.
 *
 * @param project as it was read for the start
 * @param seconds how long it is asked again
 * @returns the exit code
 */
export async function waitReach(session: Session, project: Project, seconds: number): Promise<number> {
  const ignored = new Diagnostics();
  // The host is another one since the start: what a shim lacks now, it should have.
  const { plan, facts } = await planForReach(session, intentsOf(project, ignored.report), ignored);
  if (!plan) return exitCodes.engine;
  const only = startedBy(session, project);
  const options = { facts: async () => facts, ...(facts.engine && { engine: facts.engine }), ...(only && { only }) };
  const end = performance.now() + seconds * 1000;
  return endedAtOnce(async () => {
    for (;;) {
      const answers = await proveReach(session, plan, options);
      const failed = answers.some(({ answer }) => answer === 'no');
      if (!failed || performance.now() >= end) {
        session.terminal.err(`\n${answersText(answers, session.terminal.columns)}`);
        return failed ? exitCodes.diagnostics : exitCodes.fine;
      }
      const silent = new Set(answers.flatMap(({ answer, to }) => (answer === 'no' ? to : [])));
      await session.progress.during(listed([...silent]), 'Waiting', () => sleep(pauseMilliseconds));
    }
  });
}

/** Services that do not answer yet, as many as fit a line. */
const listed = (names: readonly string[], most = 3): string =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
