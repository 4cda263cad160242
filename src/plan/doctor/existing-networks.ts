/**
 * What stands in the way of a netmode on the engine, or of its shim on the host: what `check` says of the shortest
 * project that asks for it, so that the two cannot differ.
 */
import type { Files } from '../../compose/input.ts';
import { load } from '../../compose/load.ts';
import type { Diagnostic, Report } from '../../diagnostics/diagnostic.ts';
import { Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { RuleName } from '../../diagnostics/rules.ts';
import { intentsOf } from '../../netmode/intents.ts';
import { isUnderlay, type UnderlayMode } from '../../netmode/modes.ts';
import type { Facts } from '../facts/facts.ts';
import { planOf } from '../plan.ts';
import type { Finding, Situation } from './finding.ts';

/** The rules that tell of Docker networks that exist. */
const aboutNetworks: ReadonlySet<RuleName> = new Set<RuleName>([
  'parent/taken-by-network',
  'parent/driver-clash',
  'parent/mode-clash',
  'parent/passthru-exclusive',
  'subnet/taken-by-network',
  'netmode/conflicting-network',
]);

/** One finding for each network in the way; none where the engine or the parent is not known. */
export function networksInTheWay(observed: Facts, { mode, facts, parent, card }: Situation): readonly Finding[] {
  if (!isUnderlay(mode) || !card || parent === undefined || !facts.engine || facts.engine.remote) return [];
  return diagnosticsOf(mode, parent, 'none', observed)
    .filter(({ rule, severity }) => severity === 'error' && aboutNetworks.has(rule))
    .map(toFinding);
}

/** One finding for each program of the host that would take, rename or block the shim. */
export function programsInTheWay(observed: Facts, { mode, facts, parent, card }: Situation): readonly Finding[] {
  if (!isUnderlay(mode) || !card || parent === undefined || !facts.host?.managers || facts.engine?.remote) return [];
  return diagnosticsOf(mode, parent, 'shim', observed)
    .filter(({ rule }) => rule.startsWith('host/'))
    .map(toFinding);
}

const toFinding = ({ message, help }: Diagnostic): Finding => ({
  verdict: 'with-change',
  reason: message,
  ...(help !== undefined && { mend: help }),
});

function diagnosticsOf(
  mode: UnderlayMode,
  parent: string,
  access: 'none' | 'shim',
  facts: Facts,
): readonly Diagnostic[] {
  const diagnostics = new Diagnostics();
  const report: Report = diagnostics.report;
  // JSON is YAML, whatever is in the name.
  const text = JSON.stringify({
    name: 'doctor',
    services: { web: { image: 'web', 'x-netmode': { mode, parent, host_access: access } } },
  });
  const project = load({ files: [], profiles: [], envFiles: [], cwd: '/', env: {} }, oneFile(text), report);
  if (project) planOf(intentsOf(project, report), facts, report);
  return diagnostics.sorted();
}

const file = '/compose.yaml';
const oneFile = (text: string): Files => ({
  read: (path) => (path === file ? { text } : { error: 'missing', detail: 'no such file' }),
  exists: (path) => path === file,
  isDirectory: (path) => path === '/',
});
