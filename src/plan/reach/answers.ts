/** What came of the questions, as the table shows it. */
import { isLoopback } from '../facts/ip.ts';
import { formatPort } from '../services/listeners.ts';
import type { Evidence } from './evidence.ts';
import type { Failure, NeighbourProtocol, Outcome } from './probe.ts';
import type { Question } from './question.ts';
import { addressAsked, familyAsked, lacksDefaultRoute, sideAndAddress } from './reason.ts';
import { reasonFor } from './reasons.ts';
import { lostDefaultRoute } from './route-reasons.ts';

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
    if (
      to === 'gateway' &&
      from.kind === 'container' &&
      lacksDefaultRoute(from.container, addressAsked(question), evidence)
    )
      return { ...base, answer: 'no', ...lostDefaultRoute(from.container, familyAsked(question)) };
    const milliseconds = Math.min(...yes.map((outcome) => outcome.milliseconds));
    const reason = noteOf(yes.length, asked, yes[0]!.by, evidence);
    const time = yes[0]!.by === undefined && { milliseconds };
    return { ...base, answer: 'yes', ...time, ...(reason !== undefined && { reason }) };
  }
  const refused = outcomes.flatMap((outcome) => (outcome.kind === 'not-asked' ? outcome.reason : []));
  if (refused.length > 0) return { ...base, answer: 'not asked', reason: refused[0]! };
  // A ping is how an address is asked of which nothing else is known.
  const other = outcomes.length > 0 && question.probes.every(isPing) ? otherAnswer(question, evidence) : undefined;
  if (other !== undefined) return { ...base, answer: 'yes', reason: `it answers ${other}, but no ping` };
  const shut = to === 'gateway' ? shutFilter(question, evidence) : undefined;
  if (shut !== undefined) return { ...base, answer: 'not asked', reason: shut };
  if (question.gateway?.route && evidence.silentRouters.has(addressAsked(question) ?? ''))
    return { ...base, answer: 'not asked', reason: "the LAN's router answers no ping, this host's neither" };
  const why = failureOf(outcomes);
  const found = reasonFor({ question, ...(why && { why }), evidence });
  // Docker's proxy closes where nothing is behind it; a program that listens may have its own reason to.
  if (why === 'closed' && listens(question, evidence))
    return { ...base, answer: 'yes', reason: 'the service closes the connection at once' };
  return { ...base, answer: 'no', ...found };
}

/** What is to be known of a yes. */
function noteOf(
  answered: number,
  { question, outcomes }: Asked,
  by: NeighbourProtocol | undefined,
  { containers }: Evidence,
): string | undefined {
  if (by !== undefined) return `it answers ${by}, but no ping`;
  if (answered < outcomes.length) return `${answered} of ${outcomes.length} ports that were asked`;
  const { health } = containers.get(question.container ?? '') ?? {};
  return health === 'unhealthy' && !question.probes.every(isPing) ? 'its health check says "unhealthy"' : undefined;
}

/** Why a container cannot ask its gateway; what is asked of IPv6 is found by ICMP alone, which a filter drops, too. */
function shutFilter(question: Question, { ownDropping }: Evidence): string | undefined {
  const { from } = question;
  if (from.kind !== 'container') return undefined;
  const family = familyAsked(question);
  const dropping = ownDropping.get(from.container)?.[family];
  if (dropping?.has('output')) return `the packet filter of "${from.container}" lets no ping out`;
  if (family === 6 && dropping?.has('input')) return `the packet filter of "${from.container}" lets no answer in`;
  return undefined;
}

const isPing = ({ kind }: Question['probes'][number]) => kind === 'ping';

const otherAnswer = (question: Question, { answering }: Evidence): string | undefined =>
  answering.get(sideAndAddress(question, addressAsked(question) ?? ''));

/** What has answered each asker at each address. */
export function answeringOf(all: readonly Asked[]): Evidence['answering'] {
  const found = all.flatMap(({ question, outcomes }) =>
    outcomes.flatMap((outcome, at): readonly (readonly [string, string])[] => {
      const probe = question.probes[at]!;
      if (outcome.kind !== 'yes' || question.mapped) return [];
      const what =
        probe.kind === 'ping' ? 'a ping' : formatPort({ first: probe.port, last: probe.port, protocol: probe.kind });
      return [[sideAndAddress(question, probe.address), what]];
    }),
  );
  return new Map(found);
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
