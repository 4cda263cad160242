/**
 * The user's own commands around `up` and `down`. A Compose file can come from anywhere, so they run only once trusted,
 * as with direnv: what is remembered is exactly these commands in exactly this folder.
 */
import { createHash } from 'node:crypto';
import type { Project } from '../../compose/project/project.ts';
import { trustedHooksPath } from '../../host/override-store.ts';
import { HostError } from '../../host/system/errors.ts';
import type { Host } from '../../host/system/host.ts';
import type { RunHook } from '../../plan/actions/action.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { serviceWords, trustOption } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { sayingWhatIsAwaited } from './progress/waiting.ts';

/** Whether these hooks may run here; with `--trust-hooks` they may from now on. */
export function areTrusted(session: Session, project: Project, hooks: readonly RunHook[]): boolean {
  if (hooks.length === 0) return true;
  const { host } = session;
  const path = trustPath(host, project, hooks);
  if (!serviceWords(session).trustsHooks) return host.exists(path);
  host.writePrivate(path, `${JSON.stringify(contentOf(project, hooks), null, 2)}\n`);
  return true;
}

/** The error for hooks that nobody has trusted: what they would run, and how to allow it. */
export function untrusted(project: Project, hooks: readonly RunHook[]): UsageError {
  const list = hooks.map(({ when, command }) => `  ${when}: ${displayCommand(command)}`).join('\n');
  return new UsageError(
    `the hooks of "${project.name}" have not been trusted:\n${list}`,
    `if they are what you want, add ${trustOption}`,
  );
}

/** What an interrupt does to a hook. */
const consequences: Readonly<Record<RunHook['when'], string>> = {
  pre_up: 'Ctrl-C ends it, and undoes what was done',
  post_down: 'Ctrl-C ends it',
};

/**
 * Runs the hooks of one moment, in order, in the project's folder. Throws a `HostError` for the first that fails.
 *
 * A hook may take as long as its owner likes; that it is waited for is said. An interrupt is the hook's, which may tidy
 * up; a second one ends it.
 */
export async function runHooks(
  session: Session,
  project: Project,
  hooks: readonly RunHook[],
  when: RunHook['when'],
): Promise<void> {
  for (const { command } of hooks.filter((hook) => hook.when === when)) {
    const subject = `the ${when} hook "${displayCommand(command)}"`;
    const code = await sayingWhatIsAwaited(session, `${subject}; ${consequences[when]}`, () =>
      session.host.attach(command, { cwd: project.directory, endsAtSecondInterrupt: true }),
    );
    if (code !== 0)
      throw new HostError({
        message: `${subject} failed with exit code ${code}`,
        command,
        code,
      });
  }
}

const contentOf = ({ directory }: Project, hooks: readonly RunHook[]) => ({
  directory,
  hooks: hooks.map(({ when, command }) => ({ when, command })),
});

function trustPath(host: Host, project: Project, hooks: readonly RunHook[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(contentOf(project, hooks)))
    .digest('hex');
  return trustedHooksPath(host, hash);
}
