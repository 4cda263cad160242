/**
 * What Compose has agreed with once need not be asked again: everything that decides its answer is hashed, and the hash
 * of the last agreement is kept for each project.
 */
import { createHash } from 'node:crypto';
import { composeMark, requireCompose } from '../../../host/engine/find-compose.ts';
import { keep, readKept } from '../../../host/kept.ts';
import { verifiedPath } from '../../../host/override-store.ts';
import type { Host } from '../../../host/system/host.ts';
import { comparedText } from '../../../plan/checks/compose-agrees.ts';
import type { Plan } from '../../../plan/types.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import type { Look } from '../read-project.ts';

declare const NETCOMPOSE_VERSION: string | undefined;

export interface Verified {
  /** Compose's, where it refuses the files. */
  readonly exitCode: number;
  /** Keeps the agreement, for when the command has succeeded: one that fails or only pretends leaves nothing. */
  readonly remember?: () => void;
}

/**
 * Asks Compose, unless nothing has changed since it last agreed.
 *
 * @param looks everything that was read of the file system to make the plan
 * @param verify asks it, and gives its exit code and whether it agrees
 */
export async function verifyOnce(
  session: Session,
  plan: Plan,
  override: string | undefined,
  looks: readonly Look[],
  verify: () => Promise<{ readonly exitCode: number; readonly agrees: boolean }>,
): Promise<Verified> {
  const { host } = session;
  const path = verifiedPath(host, plan.project.name);
  const hash = hashOf(session, plan, override, looks);
  if (hash !== undefined && readKept(host, path) === hash) return { exitCode: exitCodes.fine };
  const { exitCode, agrees } = await verify();
  return { exitCode, ...(agrees && hash !== undefined && { remember: () => keep(host, path, hash) }) };
}

/**
 * Texts that make Compose read what netcompose does not: files of a container's environment or labels, other machines.
 * A key may be written with escapes.
 */
const readsMore = /env_file|label_file|provider|\b(?:https?|git|ssh|oci):|git@|github\.com|\\[xuU]/;

/** Whether what was read is all that Compose reads, too. */
const isAll = (looks: readonly Look[]): boolean =>
  !looks.some(([, , found]) => typeof found === 'string' && readsMore.test(found));

const isNamed = (name: string, looks: readonly Look[]): boolean =>
  looks.some(([, , found]) => typeof found === 'string' && new RegExp(`(?<!\\w)${name}(?!\\w)`).test(found));

/** How much Go's garbage collector lets the heap grow, in percent; 100 is usual (go.dev/doc/gc-guide). */
const growth = { GOGC: '800' } as const;

/**
 * Variables for a Compose that soon ends: a fifth of what it takes for a small project goes into garbage. None where
 * somebody would notice: where files may name the variable, so that a container gets it, or it has a value already.
 *
 * @param looks everything that was read of the file system to make the plan
 */
export function quickCompose({ host, argv }: Session, looks: readonly Look[]): Readonly<Record<string, string>> {
  const isSaid = 'GOGC' in host.env || argv.some((word) => word.includes('GOGC')) || isNamed('GOGC', looks);
  return isSaid || !isAll(looks) ? {} : growth;
}

/** What a shell counts for itself, and is other in each terminal and script. */
const shellsOwn: ReadonlySet<string> = new Set(['_', 'SHLVL', 'OLDPWD']);

/** The environment in a fixed order; of what is a shell's own, what stands in a file. */
function variablesOf(
  { env }: Host,
  looks: readonly Look[],
): readonly (readonly [name: string, value: string | undefined])[] {
  return Object.entries(env)
    .filter(([name]) => !shellsOwn.has(name) || isNamed(name, looks))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Nothing where not all of what decides is known. */
function hashOf(
  { host, argv, globals }: Session,
  plan: Plan,
  override: string | undefined,
  looks: readonly Look[],
): string | undefined {
  if (!isAll(looks)) return undefined;
  const compose = requireCompose(host);
  const mark = composeMark(host, compose);
  if (!mark) return undefined;
  const decides = [
    ...[typeof NETCOMPOSE_VERSION === 'string' ? NETCOMPOSE_VERSION : '', host.cwd, argv, globals.forCompose],
    ...[compose.argv, mark, variablesOf(host, looks)],
    ...[looks, override ?? null, comparedText(plan)],
  ];
  const text = JSON.stringify(decides);
  // Bytes that are no UTF-8 all look the same here.
  return text.includes('\uFFFD') ? undefined : createHash('sha256').update(text).digest('hex');
}
