/** The shims of a host, for people and for programs. */
import { hintLines } from '../../diagnostics/format/hints.ts';
import { labelled } from '../../diagnostics/format/lines.ts';
import { safeJson, safeLine } from '../../diagnostics/format/safe.ts';
import { formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import type { ShimPlan } from '../../plan/types.ts';
import { table } from './table.ts';

/** A shim and what is wrong with it. */
export interface ListedShim {
  readonly name: string;
  readonly network?: string;
  readonly parent?: string;
  /** As it is to be; absent where no network has a use for it. */
  readonly plan?: ShimPlan;
  readonly faults: readonly string[];
}

/** Which of the three forms of `docs/shim.md` a shim has. */
function formOf({ addresses, routes }: ShimPlan): string {
  if (addresses.length > 0) return addresses.map(formatAddress).join(', ');
  return routes.some(({ named }) => named === 'table') ? 'table' : 'by itself';
}

const kindOf = ({ driver, mode }: ShimPlan) => `${driver} ${mode}`;

/**
 * A table, one shim a row, and below it what is wrong.
 *
 * @param columns how wide the terminal is; absent: no terminal, and nothing is broken into lines
 */
export function shimsText(shims: readonly ListedShim[], columns?: number): string {
  if (shims.length === 0) return 'no shims\n';
  const rows = shims.map(({ name, network = '-', parent = '-', plan, faults }) => [
    ...[name, network, parent, plan ? kindOf(plan) : '-', plan ? formOf(plan) : '-'],
    faults.length === 0 ? 'ok' : `${faults.length} wrong`,
  ]);
  const faulty = shims.filter(({ faults }) => faults.length > 0);
  return (
    table([['SHIM', 'NETWORK', 'PARENT', 'KIND', 'FORM', 'STATE'], ...rows], columns) +
    faulty.map((shim) => `\n${faultLines(shim, columns).join('\n')}\n`).join('')
  );
}

/** Each after the shim's name. */
function faultLines({ name, faults }: ListedShim, columns?: number): readonly string[] {
  const label = safeLine(`${name}:  `);
  const indent = ' '.repeat(label.length);
  return faults.flatMap((fault) => labelled(label, indent, hintLines(indent, safeLine(fault), columns)));
}

/** The same as JSON, whose form is in `docs/keeping-shims.md`. */
export function shimsJson(shims: readonly ListedShim[]): string {
  const listed = shims.map(({ name, network, parent, plan, faults }) => ({
    name,
    ...(network !== undefined && { network }),
    ...(parent !== undefined && { parent }),
    ...(plan && {
      ...{ driver: plan.driver, mode: plan.mode },
      ...{ form: plan.addresses.length > 0 ? 'own-address' : formOf(plan).replace(' ', '-') },
      ...{ addresses: plan.addresses.map(formatAddress), routes: plan.routes.map((to) => formatCidr(to.destination)) },
    }),
    faults,
  }));
  return `${safeJson({ version: 1, shims: listed })}\n`;
}
