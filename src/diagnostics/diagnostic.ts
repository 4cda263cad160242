/** The one type for everything that is wrong with the user's input. */
import { type RuleName, rules, type Severity } from './rules.ts';
import { shortened } from './shorten.ts';
import type { Span } from './source.ts';

/** A second place that explains the first, such as "first published here". */
export interface Related {
  readonly message: string;
  readonly span: Span;
}

export interface Diagnostic {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** The subject in quotes and the fact: no "Error:", no hint, no full stop. */
  readonly message: string;
  /** Absent where the fault is not in a file (an engine that cannot be reached). */
  readonly span?: Span;
  /** What to write or do instead. */
  readonly help?: string;
  readonly related: readonly Related[];
}

export interface DiagnosticDetails {
  readonly help?: string | undefined;
  readonly related?: readonly Related[];
  /** Only where the severity depends on the case; the rule's own otherwise. */
  readonly severity?: Severity;
}

/**
 * Handed down to everything that looks for faults: nothing throws for what the user wrote, nothing stops at the first.
 */
export type Report = (rule: RuleName, span: Span | undefined, message: string, details?: DiagnosticDetails) => void;

/** Collects diagnostics; the same fault at the same place is kept once. */
export class Diagnostics {
  readonly #items: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  readonly report: Report = (rule, span, message, details = {}) => {
    const key = `${rule}\0${span?.source.path}\0${span?.start}\0${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#items.push({
      rule,
      severity: details.severity ?? rules[rule].severity,
      message: shortened(message),
      ...(span && { span }),
      ...(details.help !== undefined && { help: shortened(details.help) }),
      related: (details.related ?? []).map((one) => ({ ...one, message: shortened(one.message) })),
    });
  };

  /** In the order of the text, file by file in the order in which the files first appear. */
  sorted(): readonly Diagnostic[] {
    const order = new Map<string, number>();
    for (const { span } of this.#items)
      if (span && !order.has(span.source.path)) order.set(span.source.path, order.size);
    const rank = (d: Diagnostic) => (d.span ? order.get(d.span.source.path)! : -1);
    return [...this.#items].sort((a, b) => rank(a) - rank(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0));
  }

  get hasErrors(): boolean {
    return this.#items.some((d) => d.severity === 'error');
  }
}
