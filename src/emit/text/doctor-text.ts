/** What `doctor` found, for people. */
import { commandLines, hintLines } from '../../diagnostics/format/hints.ts';
import { linesAfter } from '../../diagnostics/format/lines.ts';
import { safeLine, safeLines } from '../../diagnostics/format/safe.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import type { Diagnosis } from '../../plan/doctor/doctor.ts';
import type { Finding, Verdict } from '../../plan/doctor/finding.ts';

const words: Readonly<Record<Verdict, string>> = {
  works: 'works here',
  'with-change': 'works with this change:',
  unknown: 'not known:',
  cannot: 'cannot work here:',
};

/** Each netmode with what stands in its way and what mends it, then the shims made by hand. */
export function doctorText({ parent, netmodes, shims }: Diagnosis, columns?: number): string {
  const width = Math.max(...netmodes.map(({ netmode }) => netmode.length));
  const lines = netmodes.flatMap(({ netmode, verdict, findings }) => [
    `${netmode.padEnd(width)}  ${words[verdict]}`,
    ...findings.flatMap((finding) => findingText(finding, ' '.repeat(width + 4), columns)),
  ]);
  const faults = shims.flatMap(({ shim, parent: on, reason, mend }) => [
    ...linesAfter('', safeLine(`"${shim}" on ${on}: ${reason}`), columns),
    ...mendText(mend, '    ', columns),
  ]);
  const head = parent === undefined ? [] : [`For macvlan and ipvlan on "${parent}":`, ''];
  return [
    ...head,
    ...lines,
    ...(faults.length > 0 ? ['', 'Interfaces that netcompose did not make:', ...faults] : []),
    '',
  ].join('\n');
}

function findingText({ reason, mend }: Finding, indent: string, columns?: number): readonly string[] {
  const how = mend === undefined ? [] : mendText(mend, `${indent}  `, columns);
  return [...linesAfter(indent, safeLine(reason), columns), ...how];
}

const mendText = (mend: NonNullable<Finding['mend']>, indent: string, columns?: number): readonly string[] =>
  typeof mend === 'string'
    ? safeLines(mend).flatMap((line) => hintLines(indent, line, columns))
    : commandLines(displayCommand(mend), columns, indent);
