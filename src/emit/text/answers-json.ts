/** What the plan's places answered, for programs. */
import { safeJson } from '../../diagnostics/format/safe.ts';
import type { Answer } from '../../plan/reach/answers.ts';

/** Keys: `from` is `host`, `lan` or a service with its container; `time_ms` only where something answered. */
export function answersJson(project: string, answers: readonly Answer[]): string {
  const data = {
    version: 1,
    project,
    kept: answers.every(({ answer }) => answer !== 'no'),
    answers: answers.map(({ from, to, place, answer, milliseconds, reason, help }) => ({
      from: from.kind === 'container' ? { service: from.service, container: from.container } : from.kind,
      to,
      place,
      answer,
      ...(milliseconds !== undefined && { time_ms: milliseconds }),
      ...(reason !== undefined && { reason }),
      ...(help !== undefined && { help }),
    })),
  };
  return `${safeJson(data)}\n`;
}
