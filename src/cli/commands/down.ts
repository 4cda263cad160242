/** `netcompose down`: Compose with the override last applied, then what nothing needs any more is released. */
import { overridePath, readOverride, removeOverride } from '../../host/override-store.ts';
import { hooksOf } from '../../plan/host-changes/host-actions.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { composeCall } from '../steps/compose-call.ts';
import { areTrusted, runHooks, trustOption, untrusted } from '../steps/hooks.ts';
import { passThrough } from '../steps/pass-through.ts';
import { readProject } from '../steps/read-project.ts';
import { release } from '../steps/release.ts';

export async function run(session: Session): Promise<number> {
  const { host, terminal, argv, globals, command, args } = session;
  const { project, intents, annotated, stdin } = readProject(session);
  const hooks = intents ? hooksOf(intents.top) : [];
  const name = project?.name ?? globals.projectName;
  const applied = name !== undefined && readOverride(host, name) !== undefined;
  if (!applied && !annotated) return passThrough(argv, host, terminal, stdin);

  // A file that is broken by now must not keep its containers: Compose finds them by the project's name, or says why not.
  const exitCode = project
    ? await host.attach(
        composeCall(session, project, applied ? overridePath(host, project.name) : undefined, [
          command,
          ...args.filter((word) => word !== trustOption),
        ]),
        stdin === undefined ? {} : { input: stdin },
      )
    : await passThrough(argv, host, terminal, stdin);
  const pretends = globals.dryRun || args.includes('--dry-run');
  if (exitCode !== exitCodes.fine || pretends || args.includes('--help') || args.includes('-h')) return exitCode;
  await release(host);
  if (project && areTrusted(session, project, hooks)) await runHooks(session, project, hooks, 'post_down');
  else if (project) terminal.err(`netcompose: not run: ${untrusted(project, hooks).message}\n`);
  // With services named, the others run on and the next `down` needs the override again.
  if (name !== undefined && !namesServices(args, project?.services)) removeOverride(host, name);
  return exitCode;
}

const namesServices = (args: readonly string[], services: ReadonlyMap<string, unknown> | undefined) =>
  args.some((word) => services?.has(word));
