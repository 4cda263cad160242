/** Shows diagnostics to people, and turns them into an exit code. */
import { createColors } from 'picocolors';
import type { Diagnostic, Diagnostics } from '../diagnostics/diagnostic.ts';
import { brokenAt } from '../diagnostics/format/lines.ts';
import { placeOf } from '../diagnostics/format/place.ts';
import { pretty } from '../diagnostics/format/pretty.ts';
import { safeLine } from '../diagnostics/format/safe.ts';
import { withoutIgnored } from '../diagnostics/ignore.ts';
import type { RuleName } from '../diagnostics/rules.ts';
import { exitCodes } from './exit-codes.ts';
import type { Session } from './session.ts';
import { errColumns, notify } from './terminal.ts';

/** Shows errors and warnings on standard error; `info` would only distract while something is being done. */
export function reportProblems(
  { host, terminal }: Session,
  diagnostics: Diagnostics,
  wanted: (diagnostic: Diagnostic) => boolean = () => true,
): void {
  const shown = withoutIgnored(diagnostics.sorted()).filter(
    (diagnostic) => diagnostic.severity !== 'info' && wanted(diagnostic),
  );
  if (shown.length > 0)
    terminal.err(pretty(shown, { cwd: host.cwd, color: terminal.color.err, columns: errColumns(terminal) }));
}

/**
 * For commands that are about something else: a line for each warning, and where they are told in full. What keeps the
 * command from its work is told as by `check`.
 */
export function reportBriefly(session: Session, diagnostics: Diagnostics): void {
  if (diagnostics.hasErrors) {
    reportProblems(session, diagnostics);
    return;
  }
  const { host, terminal } = session;
  const warnings = withoutIgnored(diagnostics.sorted()).filter(({ severity }) => severity === 'warning');
  if (warnings.length === 0) return;
  const label = createColors(terminal.color.err).yellow;
  const columns = errColumns(terminal) ?? Infinity;
  const lines = warnings.map(({ rule, span, message }) => {
    const place = span && placeOf(span, host.cwd);
    const text = safeLine(`warning[${rule}] ${place ? `${place.file}:${place.line}: ` : ''}${message}`);
    const [first = '', ...others] = brokenAt(text, columns - 2);
    return `${[first.replace(/^\S+/, label), ...others].join('\n  ')}\n`;
  });
  terminal.err(lines.join(''));
  notify(terminal, `what to do about ${warnings.length === 1 ? 'it' : 'them'}: netcompose check`);
}

const unreadable: ReadonlySet<RuleName> = new Set(['compose/missing-file', 'compose/invalid-yaml']);
const noEngine: ReadonlySet<RuleName> = new Set([
  'engine/unreachable',
  'engine/compose-missing',
  'engine/compose-too-old',
]);

/** The exit code for what was found; the most serious diagnostic decides. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  if (errors.some((rule) => unreadable.has(rule))) return exitCodes.usage;
  if (errors.some((rule) => noEngine.has(rule))) return exitCodes.engine;
  return errors.length > 0 ? exitCodes.diagnostics : exitCodes.fine;
}
