/**
 * Compose is asked for the resolved model, and it must be the plan: a difference is an error now, not a surprise later.
 */
import type { Diagnostics } from '../../diagnostics/diagnostic.ts';
import { withTemporaryOverride } from '../../host/override-store.ts';
import { compareResolved, type ResolvedModel } from '../../plan/checks/compose-agrees.ts';
import type { Plan } from '../../plan/types.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { composeCall } from './compose-call.ts';

/**
 * @param diagnostics gets `compose/resolved-differently`
 * @returns Compose's exit code where it refuses the files; its words have been passed on
 */
export async function verify(
  session: Session,
  plan: Plan,
  override: string | undefined,
  stdin: string | undefined,
  diagnostics: Diagnostics,
): Promise<number> {
  const { host, terminal } = session;
  const resolved = await withTemporaryOverride(host, plan.project.name, override, async (path) => {
    const ask = (...form: readonly string[]) =>
      host.run(...composeCall(session, plan.project, path, ['config', ...form], stdin));
    const json = await ask('--format', 'json');
    if (json.code === 0) return { model: JSON.parse(json.stdout) as ResolvedModel };
    // Compose's JSON writer fails at models that `up` has no trouble with, such as `build.ssh` with a path.
    const yaml = await ask();
    if (yaml.code !== 0) return { refused: yaml };
    const { parse } = await import('yaml');
    return { model: parse(yaml.stdout) as ResolvedModel };
  });
  if ('refused' in resolved) {
    terminal.err(resolved.refused.stderr);
    return resolved.refused.code;
  }
  report(plan, resolved.model, diagnostics);
  return exitCodes.fine;
}

function report(plan: Plan, model: ResolvedModel, diagnostics: Diagnostics): void {
  for (const { service, what, planned, resolved } of compareResolved(plan, model)) {
    const subject = service === undefined ? '' : `"${service}": `;
    const span = service === undefined ? undefined : plan.services.get(service)?.service.span;
    diagnostics.report(
      'compose/resolved-differently',
      span,
      `${subject}${what} is planned as ${planned}, but Compose resolves it to ${resolved}`,
      {
        help: 'nothing was started; this is a fault of netcompose: please report it with these files',
      },
    );
  }
}
