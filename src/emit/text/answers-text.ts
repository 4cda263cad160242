/** What the plan's places answered, for people. */
import groupBy from 'lodash/groupBy.js';
import { hintLines } from '../../diagnostics/format/hints.ts';
import { labelled, linesAfter } from '../../diagnostics/format/lines.ts';
import { safeLine } from '../../diagnostics/format/safe.ts';
import type { Answer } from '../../plan/reach/answers.ts';
import { table } from './table.ts';

const indent = '    ';

/** A line, and below it, set in, what it has no room for. */
const goingOn = (text: string, columns: number) => labelled('', indent, linesAfter(indent, text, columns));

/** Who asked: `this host`, `the LAN`, or a service. */
function askerText({ from }: Answer): string {
  if (from.kind === 'container') return from.service;
  return from.kind === 'host' ? 'this host' : 'the LAN';
}

/**
 * The table; below it, why a place does not answer, and why one was not asked.
 *
 * @param columns how wide it may be, where that is known
 */
export function answersText(answers: readonly Answer[], columns = Infinity): string {
  if (answers.length === 0) return 'The plan names no place that could be asked.\n';
  const rows = answers.map((one) => [askerText(one), one.to, one.place, one.answer, timeText(one)]);
  const shown = table([['FROM', 'TO', 'PLACE', 'ANSWER', 'TIME'], ...rows], columns);
  const failures = groupBy(
    answers.filter(({ answer }) => answer === 'no'),
    ({ reason, help }) => `${reason}\n${help}`,
  );
  const lines = [
    ...Object.values(failures).flatMap((group) => failureText(group, columns)),
    ...answers
      .filter(({ answer, reason }) => answer === 'yes' && reason !== undefined)
      .flatMap((one) => goingOn(noteText(one), columns)),
    ...notAskedText(answers.filter(({ answer }) => answer === 'not asked')).flatMap((line) => goingOn(line, columns)),
  ];
  return `${shown}${lines.length > 0 ? `\n${lines.map((line) => `${line}\n`).join('')}` : ''}`;
}

const timeText = ({ milliseconds }: Answer) => (milliseconds === undefined ? '' : `${milliseconds} ms`);

const placeOf = (answer: Answer) => safeLine(`${answer.place} from ${askerText(answer)}`);

/** Places that share a reason. */
function failureText(group: readonly Answer[], columns: number): readonly string[] {
  const [{ reason = '', help } = { reason: '' }] = group;
  const label = `${indent}help: `;
  const below = ' '.repeat(label.length);
  return [
    ...group.flatMap((answer) => goingOn(`${safeLine(answer.to)}: no answer at ${placeOf(answer)}:`, columns)),
    ...linesAfter(indent, safeLine(reason), columns),
    ...(help === undefined ? [] : labelled(label, below, hintLines(below, safeLine(help), columns))),
  ];
}

const noteText = (answer: Answer) => `${safeLine(answer.to)}: ${placeOf(answer)}: ${safeLine(answer.reason ?? '')}`;

/** Many places share a reason. */
const notAskedText = (answers: readonly Answer[]): readonly string[] =>
  Object.entries(groupBy(answers, ({ reason }) => reason ?? '')).map(
    ([reason, group]) => `not asked (${group.length}): ${safeLine(reason)}`,
  );
