/** What the plan's places answered, for people. */
import groupBy from 'lodash/groupBy.js';
import { safeLine } from '../../diagnostics/format/safe.ts';
import type { Answer } from '../../plan/reach/answers.ts';
import { table } from './table.ts';

/** Who asked: `this host`, `the LAN`, or a service. */
function askerText({ from }: Answer): string {
  if (from.kind === 'container') return from.service;
  return from.kind === 'host' ? 'this host' : 'the LAN';
}

/** The table; below it, why a place does not answer, and why one was not asked. */
export function answersText(answers: readonly Answer[]): string {
  if (answers.length === 0) return 'The plan names no place that could be asked.\n';
  const rows = answers.map((one) => [askerText(one), one.to, one.place, one.answer, timeText(one)]);
  const shown = table([['FROM', 'TO', 'PLACE', 'ANSWER', 'TIME'], ...rows]);
  const lines = [
    ...answers.filter(({ answer }) => answer === 'no').flatMap(failureText),
    ...answers.filter(({ answer, reason }) => answer === 'yes' && reason !== undefined).map(noteText),
    ...notAskedText(answers.filter(({ answer }) => answer === 'not asked')),
  ];
  return `${shown}${lines.length > 0 ? `\n${lines.map((line) => `${line}\n`).join('')}` : ''}`;
}

const timeText = ({ milliseconds }: Answer) => (milliseconds === undefined ? '' : `${milliseconds} ms`);

const placeOf = (answer: Answer) => safeLine(`${answer.place} from ${askerText(answer)}`);

const failureText = (answer: Answer): readonly string[] => [
  `${safeLine(answer.to)}: no answer at ${placeOf(answer)}:`,
  `    ${safeLine(answer.reason ?? '')}`,
  ...(answer.help === undefined ? [] : [`    help: ${safeLine(answer.help)}`]),
];

const noteText = (answer: Answer) => `${safeLine(answer.to)}: ${placeOf(answer)}: ${safeLine(answer.reason ?? '')}`;

/** Many places share a reason. */
const notAskedText = (answers: readonly Answer[]): readonly string[] =>
  Object.entries(groupBy(answers, ({ reason }) => reason ?? '')).map(
    ([reason, group]) => `not asked (${group.length}): ${safeLine(reason)}`,
  );
