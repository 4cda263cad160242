/** What `doctor` found, for people. */
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
export function doctorText({ parent, netmodes, shims }: Diagnosis): string {
  const width = Math.max(...netmodes.map(({ netmode }) => netmode.length));
  const lines = netmodes.flatMap(({ netmode, verdict, findings }) => [
    `${netmode.padEnd(width)}  ${words[verdict]}`,
    ...findings.flatMap((finding) => findingText(finding, ' '.repeat(width + 4))),
  ]);
  const faults = shims.flatMap(({ shim, parent: on, reason, mend }) => [
    safeLine(`"${shim}" on ${on}: ${reason}`),
    `    ${displayCommand(mend)}`,
  ]);
  const head = parent === undefined ? [] : [`For macvlan and ipvlan on "${parent}":`, ''];
  return [
    ...head,
    ...lines,
    ...(faults.length > 0 ? ['', 'Interfaces that netcompose did not make:', ...faults] : []),
    '',
  ].join('\n');
}

function findingText({ reason, mend }: Finding, indent: string): readonly string[] {
  const how = mend === undefined ? [] : typeof mend === 'string' ? safeLines(mend) : [displayCommand(mend)];
  return [`${indent}${safeLine(reason)}`, ...how.map((line) => `${indent}  ${line}`)];
}
