/** Diagnostics as GitHub workflow commands, which become annotations of the lines of a pull request. */
import type { Diagnostic } from '../diagnostic.ts';
import { type FormatOptions, placeOf } from './place.ts';
import { safeLine, safeLines } from './safe.ts';

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** One line for each diagnostic. */
export function github(diagnostics: readonly Diagnostic[], { cwd }: FormatOptions): string {
  return diagnostics.map((diagnostic) => `${command(diagnostic, cwd)}\n`).join('');
}

function command({ rule, severity, message, span, help, related }: Diagnostic, cwd: string): string {
  const properties = { ...(span && placeProperties(span, cwd)), title: rule };
  const notes = related.map((note) => {
    const { file, line, column } = placeOf(note.span, cwd);
    return `${note.message}: ${file}:${line}:${column}`;
  });
  const text = [message, ...(help !== undefined ? [help] : []), ...notes].flatMap(safeLines).join('\n');
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${commands[severity]} ${written.join(',')}::${escapeData(text)}`;
}

/** The runner drops columns, with a complaint, where a place has more than one line. */
function placeProperties(span: NonNullable<Diagnostic['span']>, cwd: string) {
  const { file, line, column, endLine, endColumn } = placeOf(span, cwd);
  return line === endLine ? { file, line, col: column, endLine, endColumn } : { file, line, endLine };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return safeLine(escapeData(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
