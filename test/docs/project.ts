/** A snippet of the documentation as a project, on a host that is not there. */
import { load } from '../../src/compose/load.ts';
import { type Diagnostic, Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { intentsOf } from '../../src/netmode/intents.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { planOf } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';

export const cwd = '/home/me/stack';

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** Absent where the files make no project. */
  readonly plan?: Plan;
}

/**
 * What `check` and `plan` would work out.
 *
 * @param given texts by name, in the order of `-f`
 * @param present names of further files that are there, with nothing in them
 * @param env variables that are set
 */
export function checkSnippet(
  given: ReadonlyMap<string, string>,
  facts: Facts,
  present: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Checked {
  const files = new Map([...given].map(([name, text]) => [`${cwd}/${name}`, text]));
  const named = [...files.keys()];
  for (const name of present) files.set(`${cwd}/${name}`, 'services: {}\n');
  const diagnostics = new Diagnostics();
  const project = load(
    { files: named, profiles: [], envFiles: [], cwd, env },
    {
      read: (path) => (files.has(path) ? { text: files.get(path)! } : { error: 'missing', detail: 'no such file' }),
      exists: (path) => files.has(path),
      isDirectory: () => false,
    },
    diagnostics.report,
  );
  const plan = project && planOf(intentsOf(project, diagnostics.report), facts, diagnostics.report);
  return { diagnostics: diagnostics.sorted(), ...(plan && { plan }) };
}
