/**
 * What Compose has agreed with once need not be asked again: everything that decides its answer is hashed, and the hash
 * of the last agreement is kept beside the project's override.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Diagnostics } from '../../../diagnostics/diagnostic.ts';
import { requireCompose } from '../../../host/engine/find-compose.ts';
import { verifiedPath } from '../../../host/override-store.ts';
import { HostError } from '../../../host/system/errors.ts';
import type { FileMark, Host } from '../../../host/system/host.ts';
import { which } from '../../../host/system/which.ts';
import { comparedText } from '../../../plan/checks/compose-agrees.ts';
import type { Plan } from '../../../plan/types.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import type { Look } from '../read-project.ts';
import { verify } from './verify.ts';

declare const NETCOMPOSE_VERSION: string | undefined;

export interface Verified {
  /** Compose's, where it refuses the files. */
  readonly exitCode: number;
  /** Keeps the agreement, for when the command has succeeded: one that fails or only pretends leaves nothing. */
  readonly remember?: () => void;
}

/**
 * As `verify`, unless nothing has changed since Compose last agreed.
 *
 * @param looks everything that was read of the file system to make the plan
 */
export async function verifyOnce(
  session: Session,
  plan: Plan,
  override: string | undefined,
  looks: readonly Look[],
  stdin: string | undefined,
  diagnostics: Diagnostics,
): Promise<Verified> {
  const { host } = session;
  const path = verifiedPath(host, plan.project.name);
  const hash = hashOf(session, plan, override, looks);
  if (hash !== undefined && readOwn(host, path) === hash) return { exitCode: exitCodes.fine };
  const exitCode = await verify(session, plan, override, stdin, diagnostics);
  const agreed = exitCode === exitCodes.fine && !diagnostics.hasErrors;
  return { exitCode, ...(agreed && hash !== undefined && { remember: () => keep(host, path, hash) }) };
}

/**
 * Texts that make Compose read what netcompose does not: files of a container's environment or labels, other machines.
 * A key may be written with escapes.
 */
const readsMore = /env_file|label_file|provider|\b(?:https?|git|ssh|oci):|git@|github\.com|\\[xuU]/;

/** Nothing where not all of what decides is known. */
function hashOf(
  { host, argv, globals }: Session,
  plan: Plan,
  override: string | undefined,
  looks: readonly Look[],
): string | undefined {
  if (looks.some(([, , found]) => typeof found === 'string' && readsMore.test(found))) return undefined;
  const compose = requireCompose(host);
  const [program = ''] = compose.argv;
  // Which plugin `docker` then takes is its business.
  if (program === 'docker') return undefined;
  const binary = program.includes('/') ? program : (which(host, program) ?? '');
  const mark = host.mark(binary);
  if (!mark || startsAnother(mark)) return undefined;
  const decides = [
    ...[typeof NETCOMPOSE_VERSION === 'string' ? NETCOMPOSE_VERSION : '', host.cwd, argv, globals.forCompose],
    ...[compose.argv, binary, mark, Object.entries(host.env).sort(([a], [b]) => (a < b ? -1 : 1))],
    ...[looks, override ?? null, comparedText(plan)],
  ];
  const text = JSON.stringify(decides);
  // Bytes that are no UTF-8 all look the same here.
  return text.includes('\uFFFD') ? undefined : createHash('sha256').update(text).digest('hex');
}

/**
 * A script around Compose, or a program of many names (snap, mise): a new Compose behind it leaves it as it is.
 */
const startsAnother = ({ path, isScript }: FileMark) => isScript || !posix.basename(path).includes('docker-compose');

/** A file that somebody else may have written proves nothing. */
function readOwn(host: Host, path: string): string | undefined {
  const mark = host.mark(path);
  if (!mark || mark.owner !== host.uid || (mark.mode & 0o022) !== 0) return undefined;
  return host.readText(path)?.trim();
}

/** Where it cannot be kept, Compose is asked again the next time. */
function keep(host: Host, path: string, hash: string): void {
  try {
    host.writePrivate(path, `${hash}\n`);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}
