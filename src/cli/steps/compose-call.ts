/** Calls Compose with the project's own files and, last, the override. */

import type { Project } from '../../compose/project/project.ts';
import { requireCompose } from '../../host/engine/find-compose.ts';
import type { Session } from '../session.ts';

/**
 * The argument vector. The files are named one by one, because Compose looks for its default names only while no `-f`
 * is given; everything else is as the user wrote it. Throws a `HostError` where there is no Compose.
 *
 * @param override absent where nothing changes
 */
export function composeCall(
  { host, globals }: Session,
  project: Project,
  override: string | undefined,
  rest: readonly string[],
): readonly string[] {
  const compose = requireCompose(host);
  const files = [...project.files, ...(override === undefined ? [] : [override])].flatMap((path) => ['-f', path]);
  return [...compose, ...globals.forCompose, ...files, ...rest];
}
