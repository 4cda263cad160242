/** Diagnostics for programs; the shape is described in `docs/diagnostics.md` and changes only with `version`. */
import type { Diagnostic } from '../diagnostic.ts';
import type { RuleName, Severity } from '../rules.ts';
import { type FormatOptions, type Place, placeOf } from './place.ts';
import { safeJson } from './safe.ts';

export interface JsonDiagnostic extends Partial<Place> {
  readonly rule: RuleName;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly related: readonly JsonRelated[];
}

interface JsonRelated {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `{ "version": 1, "diagnostics": […] }` */
export function json(diagnostics: readonly Diagnostic[], { cwd }: FormatOptions): string {
  const plain = diagnostics.map((diagnostic) => plainDiagnostic(diagnostic, cwd));
  return `${safeJson({ version: 1, diagnostics: plain })}\n`;
}

/** One diagnostic as plain data: also what `plan --format json` holds. */
export function plainDiagnostic(
  { rule, severity, message, help, span, related }: Diagnostic,
  cwd: string,
): JsonDiagnostic {
  return {
    rule,
    severity,
    message,
    ...(help !== undefined && { help }),
    ...(span && placeOf(span, cwd)),
    related: related.map((note) => {
      const { file, line, column } = placeOf(note.span, cwd);
      return { message: note.message, file, line, column };
    }),
  };
}
