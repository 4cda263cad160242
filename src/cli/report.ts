/** Shows diagnostics to people, and turns them into an exit code. */
import type { Diagnostic, Diagnostics } from '../diagnostics/diagnostic.ts';
import { pretty } from '../diagnostics/format/pretty.ts';
import { withoutIgnored } from '../diagnostics/ignore.ts';
import type { RuleName } from '../diagnostics/rules.ts';
import { exitCodes } from './exit-codes.ts';
import type { Session } from './session.ts';

/** Shows errors and warnings on standard error; `info` would only distract while something is being done. */
export function reportProblems(
  { host, terminal }: Session,
  diagnostics: Diagnostics,
  wanted: (diagnostic: Diagnostic) => boolean = () => true,
): void {
  const shown = withoutIgnored(diagnostics.sorted()).filter(
    (diagnostic) => diagnostic.severity !== 'info' && wanted(diagnostic),
  );
  if (shown.length > 0) terminal.err(pretty(shown, { cwd: host.cwd, color: terminal.color.err }));
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
