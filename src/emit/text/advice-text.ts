/** Advice on netmodes, for people and for programs. */
import { hintLines } from '../../diagnostics/format/hints.ts';
import { linesAfter } from '../../diagnostics/format/lines.ts';
import { safeJson, safeLine } from '../../diagnostics/format/safe.ts';
import type { Advice } from '../../plan/advise/advice.ts';

/**
 * One paragraph for each service, and how to follow what is to be written.
 *
 * @param columns how wide the terminal is; absent: no terminal, and nothing is broken into lines
 */
export function adviceText(advice: readonly Advice[], columns?: number): string {
  const lines = advice.flatMap(({ service, netmode, reason, source, write }) => [
    safeLine(`${service}: ${netmode}${write ? ' (advised)' : ''}`),
    ...linesAfter('    ', safeLine(reason), columns),
    ...(source === undefined ? [] : linesAfter('    ', `source: ${source}`, columns)),
  ]);
  const end = advice.some(({ write }) => write)
    ? 'To see it as changes of your files: netcompose annotate --suggest --dry-run'
    : 'Nothing needs to be changed.';
  return `${[...lines, '', ...hintLines('', end, columns)].join('\n')}\n`;
}

/** `advised` says whether `annotate --suggest` would write it. */
export function adviceJson(project: string, advice: readonly Advice[]): string {
  const services = Object.fromEntries(
    advice.map(({ service, write, ...rest }) => [service, { ...rest, advised: write !== undefined }]),
  );
  return `${safeJson({ version: 1, project, services })}\n`;
}
