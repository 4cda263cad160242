/** Calls Compose with the project's own files and, last, the override. */

import type { Project } from '../../compose/project/project.ts';
import { requireCompose } from '../../host/engine/find-compose.ts';
import type { RunOptions } from '../../host/system/host.ts';
import type { Session } from '../session.ts';

/**
 * What to give `Host.run` or `Host.attach`. The files are named one by one, because Compose looks for its default names
 * only while no `-f` is given; everything else is as the user wrote it. Throws a `HostError` where there is no Compose.
 *
 * @param override absent where nothing changes
 * @param stdin what netcompose has read of its standard input, and Compose is to read too
 */
export function composeCall(
  { host, globals }: Session,
  project: Project,
  override: string | undefined,
  rest: readonly string[],
  stdin?: string,
): readonly [argv: readonly string[], options: RunOptions] {
  const { argv, env } = requireCompose(host);
  const files = [...project.files, ...(override === undefined ? [] : [override])].flatMap((path) => ['-f', path]);
  return [[...argv, ...globals.forCompose, ...files, ...rest], { env, ...(stdin !== undefined && { input: stdin }) }];
}
