/** Advice on netmodes, for people and for programs. */
import { safeJson, safeLine } from '../../diagnostics/format/safe.ts';
import type { Advice } from '../../plan/advise/advice.ts';

/** One paragraph for each service, and how to follow what is to be written. */
export function adviceText(advice: readonly Advice[]): string {
  const lines = advice.flatMap(({ service, netmode, reason, source, write }) => [
    safeLine(`${service}: ${netmode}${write ? ' (advised)' : ''}`),
    safeLine(`    ${reason}`),
    ...(source === undefined ? [] : [`    source: ${source}`]),
  ]);
  const end = advice.some(({ write }) => write)
    ? 'To see it as changes of your files: netcompose annotate --suggest --dry-run'
    : 'Nothing needs to be changed.';
  return `${[...lines, '', end].join('\n')}\n`;
}

/** `advised` says whether `annotate --suggest` would write it. */
export function adviceJson(project: string, advice: readonly Advice[]): string {
  const services = Object.fromEntries(
    advice.map(({ service, write, ...rest }) => [service, { ...rest, advised: write !== undefined }]),
  );
  return `${safeJson({ version: 1, project, services })}\n`;
}
