/**
 * Compose is asked for the resolved model, and it must be the plan: a difference is an error now, not a surprise later.
 */

import type { Diagnostics } from '../../../diagnostics/diagnostic.ts';
import { safeLines } from '../../../diagnostics/format/safe.ts';
import { withTemporaryOverride } from '../../../host/override-store.ts';
import { HostError } from '../../../host/system/errors.ts';
import { compareResolved, type ResolvedModel } from '../../../plan/checks/compose-agrees.ts';
import type { Plan } from '../../../plan/types.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { composeCall } from '../compose-call.ts';

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
    const model = json.code === 0 ? jsonModelIn(json.stdout) : undefined;
    if (model) return { model };
    // Compose's JSON writer fails at models that `up` has no trouble with, such as `build.ssh` with a path.
    const yaml = await ask();
    if (yaml.code !== 0) return { refused: yaml };
    const { parse } = await import('yaml');
    const read = modelIn(yaml.stdout, parse);
    if (read) return { model: read };
    throw new HostError({
      message: `"docker compose config" did not print a model, but: ${yaml.stdout.trim().slice(0, 200)}`,
      help: 'is the program of that name Docker Compose, and does it work by itself?',
    });
  });
  if ('refused' in resolved) {
    // Compose quotes names as they are, whatever they do to a terminal.
    terminal.err(safeLines(resolved.refused.stderr).join('\n'));
    return resolved.refused.code;
  }
  report(plan, resolved.model, diagnostics);
  return exitCodes.fine;
}

/** A wrapper around Compose may print whatever it likes, before the model and behind it too. */
function jsonModelIn(text: string): ResolvedModel | undefined {
  const alone = /^\{$[^]*^\}$/m.exec(text.replaceAll('\r\n', '\n'))?.[0];
  return modelIn(text, JSON.parse) ?? (alone === undefined ? undefined : modelIn(alone, JSON.parse));
}

function modelIn(text: string, parse: (text: string) => unknown): ResolvedModel | undefined {
  try {
    const model = parse(text);
    return typeof model === 'object' && model !== null && !Array.isArray(model) ? model : undefined;
  } catch {
    return undefined;
  }
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
