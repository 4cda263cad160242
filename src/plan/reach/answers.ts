/** What came of the questions, as the table shows it. */
import { isLoopback } from '../facts/ip.ts';
import type { Evidence } from './evidence.ts';
import type { Failure, Outcome } from './probe.ts';
import type { Question } from './question.ts';
import { reasonFor } from './reasons.ts';

export interface Answer {
  readonly from: Question['from'];
  readonly to: string;
  readonly place: string;
  readonly answer: 'yes' | 'no' | 'not asked';
  /** Of the quickest. */
  readonly milliseconds?: number;
  /** Why not; or what is to be known of a yes. */
  readonly reason?: string;
  readonly help?: string;
}

/** A question with what came of each of its probes. */
export interface Asked {
  readonly question: Question;
  readonly outcomes: readonly Outcome[];
}

/** Whether its promise fails, so that a reason must be looked for. */
export function hasFailed({ question, outcomes }: Asked): boolean {
  if (question.notAsked !== undefined) return false;
  return outcomes.every(({ kind }) => kind === 'no');
}

export function answerOf(asked: Asked, evidence: Evidence): Answer {
  const { question, outcomes } = asked;
  const { from, to, place, notAsked } = question;
  const base = { from, to, place };
  if (notAsked !== undefined) return { ...base, answer: 'not asked', reason: notAsked };
  const yes = outcomes.filter((outcome) => outcome.kind === 'yes');
  if (yes.length > 0) {
    const milliseconds = Math.min(...yes.map((outcome) => outcome.milliseconds));
    const reason = noteOf(yes.length, outcomes.length, yes[0]!.by);
    return { ...base, answer: 'yes', milliseconds, ...(reason !== undefined && { reason }) };
  }
  const refused = outcomes.flatMap((outcome) => (outcome.kind === 'not-asked' ? outcome.reason : []));
  if (refused.length > 0) return { ...base, answer: 'not asked', reason: refused[0]! };
  const why = failureOf(outcomes);
  const found = reasonFor({ question, ...(why && { why }), evidence });
  // Docker's proxy closes where nothing is behind it; a program that listens may have its own reason to.
  if (why === 'closed' && listens(question, evidence))
    return { ...base, answer: 'yes', reason: 'the service closes the connection at once' };
  return { ...base, answer: 'no', ...found };
}

/** What is to be known of a yes. */
function noteOf(answered: number, asked: number, by: 'arp' | undefined): string | undefined {
  if (by === 'arp') return 'it answers ARP, but no ping';
  return answered < asked ? `${answered} of ${asked} ports that were asked` : undefined;
}

function failureOf(outcomes: readonly Outcome[]): Failure | undefined {
  return outcomes.flatMap((outcome) => (outcome.kind === 'no' ? outcome.why : []))[0];
}

/** Whether something would take what comes from outside. */
function listens({ container = '', listens: wanted }: Question, { sockets }: Evidence): boolean {
  return (
    sockets
      .get(container)
      ?.some(
        ({ protocol, port, address }) =>
          protocol === wanted?.protocol && wanted.first <= port && port <= wanted.last && !isLoopback(address),
      ) === true
  );
}
