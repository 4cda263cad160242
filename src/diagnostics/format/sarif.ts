/** Diagnostics as SARIF 2.1.0, which code scanning services read. */
import type { Diagnostic } from '../diagnostic.ts';
import { type RuleName, rules } from '../rules.ts';
import type { Span } from '../source.ts';
import { type FormatOptions, placeOf } from './place.ts';
import { safeJson } from './safe.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

const ruleNames = Object.keys(rules) as readonly RuleName[];

/** One run; all rules are listed, found or not, so that a rule's index never changes. */
export function sarif(diagnostics: readonly Diagnostic[], { cwd }: FormatOptions): string {
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'netcompose', rules: ruleNames.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => result(diagnostic, cwd)),
      },
    ],
  };
  return `${safeJson(log)}\n`;
}

function descriptor(id: RuleName) {
  const { summary, severity } = rules[id];
  return {
    id,
    shortDescription: message(summary),
    help: message(`netcompose explain ${id}`),
    defaultConfiguration: { level: levels[severity] },
  };
}

function result({ rule, severity, message: text, help, span, related }: Diagnostic, cwd: string) {
  return {
    ruleId: rule,
    ruleIndex: ruleNames.indexOf(rule),
    level: levels[severity],
    message: message(help === undefined ? text : `${text}\n${help}`),
    ...(span && { locations: [{ physicalLocation: physical(span, cwd) }] }),
    ...(related.length > 0 && {
      relatedLocations: related.map((note, id) => ({
        id,
        message: message(note.message),
        physicalLocation: physical(note.span, cwd),
      })),
    }),
  };
}

/** Braces are placeholders in SARIF's messages, and are doubled to stand for themselves (SARIF 2.1.0, 3.11.5). */
function message(text: string) {
  return { text: text.replaceAll('{', '{{').replaceAll('}', '}}') };
}

function physical(span: Span, cwd: string) {
  const { file, line, column, endLine, endColumn } = placeOf(span, cwd);
  return {
    artifactLocation: { uri: uriOf(file) },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  };
}

/**
 * A relative path stays a relative reference, which its reader takes as relative to the repository. Half a surrogate
 * pair has no encoding.
 */
function uriOf(path: string): string {
  const encoded = path
    .replace(/\p{Cs}/gu, '\uFFFD')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
