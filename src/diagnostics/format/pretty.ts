/** Diagnostics for people at a terminal, as compilers print them. */
import { createColors } from 'picocolors';
import type { Diagnostic } from '../diagnostic.ts';
import type { Severity } from '../rules.ts';
import type { Span } from '../source.ts';
import { excerpt } from './excerpt.ts';
import { hintLines } from './hints.ts';
import { brokenAt } from './lines.ts';
import { type FormatOptions, placeOf } from './place.ts';
import { safeLine, safeLines } from './safe.ts';

type Paint = (text: string) => string;

interface Style {
  readonly severity: Readonly<Record<Severity, Paint>>;
  readonly strong: Paint;
  readonly frame: Paint;
  readonly hint: Paint;
}

/**
 * One block for each diagnostic, then how many there were; nothing for none.
 *
 *     error[netmode/unknown-mode]: "web": there is no netmode "ipvln"
 *      --> compose.yaml:5:16
 *       |
 *     5 |     x-netmode: ipvln
 *       |                ^^^^^
 *      help: did you mean "ipvlan"?
 */
export function pretty(diagnostics: readonly Diagnostic[], { cwd, color, columns }: FormatOptions): string {
  if (diagnostics.length === 0) return '';
  const style = styleOf(color);
  const blocks = diagnostics.map((diagnostic) => block(diagnostic, cwd, style, columns));
  return `${[...blocks, summary(diagnostics)].join('\n\n')}\n`;
}

function styleOf(color: boolean): Style {
  const { bold, red, yellow, cyan, blue, green } = createColors(color);
  return {
    severity: {
      error: (text) => bold(red(text)),
      warning: (text) => bold(yellow(text)),
      info: (text) => bold(cyan(text)),
    },
    strong: bold,
    frame: blue,
    hint: green,
  };
}

function block(
  { rule, severity, message, span, help, related }: Diagnostic,
  cwd: string,
  style: Style,
  columns?: number,
): string {
  const spans = [...(span ? [span] : []), ...related.map((note) => note.span)];
  const gutter = Math.max(1, ...spans.map(({ source, start }) => String(source.position(start).line).length));
  const paint = style.severity[severity];
  const label = `${severity}[${rule}]`;
  const lines = [`${paint(label)}${style.strong(`:${hanging(message, gutter, label.length + 1, columns)}`)}`];
  if (span) lines.push(...quote(span, gutter, cwd, style, paint, columns));
  for (const note of related) {
    lines.push(`${indent(gutter)}${style.strong('note:')}${hanging(note.message, gutter, gutter + 5, columns)}`);
    lines.push(...quote(note.span, gutter, cwd, style, style.frame, columns));
  }
  if (help !== undefined) {
    const below = indent(gutter + 6);
    const hints = safeLines(help).flatMap((line) => hintLines(below, line, columns));
    lines.push(`${indent(gutter)}${style.hint('help:')} ${hints.join('\n').slice(below.length)}`);
  }
  return lines.join('\n');
}

/** The place, the line, and the marks below it. */
function quote(
  span: Span,
  gutter: number,
  cwd: string,
  style: Style,
  paint: Paint,
  columns = Infinity,
): readonly string[] {
  const { file, line, column } = placeOf(span, cwd);
  const { text, marks } = excerpt(span, columns - gutter - ' | '.length);
  const edge = style.frame('|');
  return [
    `${indent(gutter)}${style.frame('-->')} ${safeLine(file)}:${line}:${column}`,
    `${indent(gutter)} ${edge}`,
    `${style.frame(String(line).padStart(gutter))} ${edge}${text && ` ${text}`}`,
    `${indent(gutter)} ${edge} ${marks.replace(/\^+/, paint)}`,
  ];
}

/**
 * Further lines of a text stand below its first, so that none can pass for a line of ours.
 *
 * @param before how many columns its label takes; a space follows, or all of the text is below
 */
function hanging(text: string, gutter: number, before: number, columns = Infinity): string {
  const below = indent(gutter + 6);
  const [first = '', ...others] = safeLines(text);
  // As far as it is longer than what is before the other lines, the label takes room of the first.
  const label = 'x'.repeat(Math.max(0, before - below.length));
  const lines = [`${label} ${first}`, ...others].flatMap((line) => brokenAt(line, columns - below.length));
  return lines.join(`\n${below}`).slice(label.length);
}

const indent = (width: number) => ' '.repeat(width);

function summary(diagnostics: readonly Diagnostic[]): string {
  const parts: string[] = [];
  for (const severity of ['error', 'warning', 'info'] as const) {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    if (count > 0) parts.push(`${count} ${severity}${count === 1 ? '' : 's'}`);
  }
  return parts.join(', ');
}
