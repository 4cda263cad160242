/** Which services a command starts: what is in the way of the others must not stop it. */
import type { Project } from '../../compose/project/project.ts';
import type { Session } from '../session.ts';

/** Options of `up` and `run` whose value may be a service's name. */
const takesService: ReadonlySet<string> = new Set(['--attach', '--no-attach', '--exit-code-from']);

/** @returns nothing where the command starts all of them */
export function startedBy(
  { command, args }: Pick<Session, 'command' | 'args'>,
  project: Project,
): ReadonlySet<string> | undefined {
  const end = args.indexOf('--');
  const words = (end < 0 ? args : args.slice(0, end)).filter((_, at) => !takesService.has(args[at - 1] ?? ''));
  const names = words
    .map((word) => (command === 'scale' ? word.split('=')[0]! : word))
    .filter((word) => project.services.has(word));
  if (command === 'run') {
    const [service] = names;
    if (service === undefined) return undefined;
    // `run` publishes nothing, and runs another command than the one that opens the ports, unless it is told to.
    const own = words.includes('--service-ports') || words.includes('-P') ? [service] : [];
    return new Set([
      ...own,
      ...[...withDependencies([service], project)].filter((name) => name !== service && !words.includes('--no-deps')),
    ]);
  }
  if (names.length === 0) return undefined;
  return words.includes('--no-deps') ? new Set(names) : withDependencies(names, project);
}

function withDependencies(names: readonly string[], project: Project): ReadonlySet<string> {
  const found = new Set(names);
  // A set is iterated over what is added meanwhile, too.
  for (const name of found) {
    const service = project.services.get(name);
    for (const dependency of service?.dependsOn ?? []) found.add(dependency.service);
    const mode = service?.networkMode?.value;
    if (mode?.startsWith('service:')) found.add(mode.slice('service:'.length));
  }
  return found;
}
