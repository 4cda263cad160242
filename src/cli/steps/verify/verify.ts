/**
 * Compose is asked for the resolved model, and it must be the plan: a difference is an error now, not a surprise later.
 */

import type { Diagnostics } from '../../../diagnostics/diagnostic.ts';
import { safeLines } from '../../../diagnostics/format/safe.ts';
import { requireCompose } from '../../../host/engine/find-compose.ts';
import { withTemporaryOverride } from '../../../host/override-store.ts';
import { HostError } from '../../../host/system/errors.ts';
import { isLate } from '../../../host/system/run-look.ts';
import { compareResolved, type ResolvedModel } from '../../../plan/checks/compose-agrees.ts';
import type { Plan } from '../../../plan/types.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { composeCall } from '../compose-call.ts';
import { sayingWhatIsAwaited } from '../progress/waiting.ts';

/**
 * Far more than any project takes, on any machine: Compose reads files, and as remote ones are refused before, it asks
 * nobody else.
 */
const limitSeconds = 300;

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
    const asked = `"${[...requireCompose(host).shown, 'config'].join(' ')}"`;
    const ask = async (...form: readonly string[]) => {
      const [argv, options] = composeCall(session, plan.project, path, ['config', ...form], stdin);
      const result = await sayingWhatIsAwaited(session, `${asked}; Ctrl-C ends it, nothing was changed yet`, () =>
        host.run(argv, { ...options, seconds: limitSeconds }),
      );
      if (isLate(result)) throw new HostError({ ...late(asked), command: argv, code: result.code });
      return result;
    };
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
      message: `${asked} did not print a model, but: ${yaml.stdout.trim().slice(0, 200)}`,
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

const late = (asked: string) => ({
  message: `${asked} did not end within ${limitSeconds} seconds; nothing was changed`,
  help: 'see whether it ends by itself: it may wait for an env_file that is a pipe, or for a file system',
});

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
