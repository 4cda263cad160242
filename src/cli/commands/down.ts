/** `netcompose down`: Compose with the override last applied, then what nothing needs any more is released. */
import { overridePath, readOverride, removeOverride } from '../../host/override-store.ts';
import { hooksOf } from '../../plan/host-changes/host-actions.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { serviceWords } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { composeCall } from '../steps/compose-call.ts';
import { areTrusted, runHooks, untrusted } from '../steps/hooks.ts';
import { composesHelp, passThrough } from '../steps/pass-through.ts';
import { readProject, refusePipes } from '../steps/read-project.ts';
import { release } from '../steps/release.ts';
import { notify } from '../terminal.ts';

export async function run(session: Session): Promise<number> {
  const { host, terminal, argv, globals, command } = session;
  const words = serviceWords(session);
  if (words.help) return composesHelp(session);
  const read = readProject(session);
  refusePipes(read);
  const { project, intents, annotated, stdin } = read;
  const hooks = intents ? hooksOf(intents.top) : [];
  const name = project?.name ?? globals.projectName;
  const applied = name !== undefined && readOverride(host, name) !== undefined;
  if (!applied && !annotated) return passThrough(argv, host, stdin);

  // A file that has been broken since must not keep its containers running: Compose finds them by the project's name,
  // or says why it cannot.
  const exitCode = project
    ? await host.attach(
        ...composeCall(
          session,
          project,
          applied ? overridePath(host, project.name) : undefined,
          [command, ...words.forCompose],
          stdin,
        ),
      )
    : await passThrough(argv, host, stdin);
  if (exitCode !== exitCodes.fine || (words.dryRun ?? globals.dryRun)) return exitCode;
  await release(session);
  // If services are named, the others keep running: the project is not down, and the next `down` needs the override.
  if (words.services.length > 0) return exitCode;
  if (project && areTrusted(session, project, hooks))
    await interruptible(() => runHooks(session, project, hooks, 'post_down'));
  else if (project) notify(terminal, `not run: ${untrusted(project, hooks).message}`);
  if (name !== undefined) removeOverride(host, name);
  return exitCode;
}
