/** `# netcompose-ignore <rule>[, <rule>]` in a file silences what is said of that line and of the next. */
import type { Diagnostic } from './diagnostic.ts';

/** What follows the names is a reason, and is not looked at. */
const comment = /(?:^|\s)#\s*netcompose-ignore:?\s+(?<rules>[\w/-]+(?:\s*,\s*[\w/-]+)*)/;

/**
 * Leaves out the warnings and infos that a comment silences: on the line where the span starts, or on the one above.
 * Errors stay; a name that is no rule's silences nothing and is not reported.
 */
export function withoutIgnored(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.severity === 'error' || !isIgnored(diagnostic));
}

function isIgnored({ rule, span }: Diagnostic): boolean {
  if (!span) return false;
  const { line } = span.source.position(span.start);
  return [line, line - 1].some((number) => rulesIn(span.source.line(number)).includes(rule));
}

function rulesIn(line: string): readonly string[] {
  return (
    comment
      .exec(line)
      ?.groups?.['rules']?.split(',')
      .map((name) => name.trim()) ?? []
  );
}
