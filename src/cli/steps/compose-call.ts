/** Calls Compose with the project's own files and, last, the override. */

import type { Project } from '../../compose/project/project.ts';
import { findCompose } from '../../host/engine/find-compose.ts';
import { HostError } from '../../host/system/errors.ts';
import type { Session } from '../session.ts';

/**
 * The argument vector. The files are named one by one, because Compose looks for its default names only while no `-f`
 * is given; everything else is as the user wrote it.
 *
 * @param override absent where nothing changes
 */
export function composeCall(
  { host, globals }: Session,
  project: Project,
  override: string | undefined,
  rest: readonly string[],
): readonly string[] {
  const compose = findCompose(host);
  if (!compose)
    throw new HostError({
      message: 'Docker Compose is not installed',
      help: 'install the "docker compose" plugin, 2.24.4 or newer',
    });
  const files = [...project.files, ...(override === undefined ? [] : [override])].flatMap((path) => ['-f', path]);
  return [...compose, ...globals.forCompose, ...files, ...rest];
}
