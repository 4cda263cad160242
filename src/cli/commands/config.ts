/** `netcompose config` and `convert`: Compose's own commands, with the override added. */
import { withTemporaryOverride } from '../../host/override-store.ts';
import { serviceWords } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { composeCall } from '../steps/compose-call.ts';
import { passThrough } from '../steps/pass-through.ts';
import { prepare } from '../steps/prepare.ts';

export async function run(session: Session): Promise<number> {
  if (serviceWords(session).help) return passThrough(session.argv, session.host);
  const prepared = await prepare(session, { starts: false });
  if (prepared.kind === 'refused') return prepared.exitCode;
  if (prepared.kind === 'plain') return passThrough(session.argv, session.host, prepared.stdin);
  const { project, override, stdin } = prepared;
  const { host, command, args } = session;
  return withTemporaryOverride(host, project.name, override, (path) =>
    host.attach(...composeCall(session, project, path, [command, ...args], stdin)),
  );
}
