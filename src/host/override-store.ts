/** What netcompose keeps for this user: each project's override, and which hooks are trusted. */
import { posix } from 'node:path';
import { HostError } from './system/errors.ts';
import type { Host } from './system/host.ts';

/**
 * Where netcompose keeps what it writes for this user. A relative `XDG_STATE_HOME` counts as none
 * (XDG Base Directory Specification).
 */
function stateFolder(host: Host): string {
  const given = host.env['XDG_STATE_HOME'];
  const base = given !== undefined && posix.isAbsolute(given) ? given : posix.join(host.home, '.local', 'state');
  return posix.join(base, 'netcompose');
}

/**
 * The path of a project's override. The name is checked, because it becomes a folder's name. Throws a `HostError` for
 * anything else.
 */
export function overridePath(host: Host, project: string): string {
  return posix.join(projectFolder(host, project), 'override.yaml');
}

/** Writes a project's override, readable by its owner only, whole or not at all; gives its path. */
export function writeOverride(host: Host, project: string, text: string): string {
  const path = overridePath(host, project);
  host.writePrivate(path, text);
  return path;
}

/**
 * Gives an override to a command that must not change which one was last applied: to ask Compose, or to pretend.
 *
 * @param text absent where nothing changes; then there is no path either
 */
export async function withTemporaryOverride<T>(
  host: Host,
  project: string,
  text: string | undefined,
  work: (path: string | undefined) => Promise<T>,
): Promise<T> {
  if (text === undefined) return work(undefined);
  const path = posix.join(projectFolder(host, project), `override.${host.pid}.yaml`);
  const remove = () => host.remove(path);
  // An interrupt ends this process while Compose still reads.
  process.once('exit', remove);
  try {
    host.writePrivate(path, text);
    return await work(path);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** The override last applied, or nothing. */
export function readOverride(host: Host, project: string): string | undefined {
  return host.readText(overridePath(host, project));
}

/**
 * Where netcompose keeps answers that need not be asked for again, each with all that decides it: nothing is lost with
 * them. Beside the folder of the compiled code, in which each build removes what is not its own.
 */
function answersFolder(host: Host): string {
  const given = host.env['XDG_CACHE_HOME'];
  const base = given !== undefined && posix.isAbsolute(given) ? given : posix.join(host.home, '.cache');
  return posix.join(base, 'netcompose-answers');
}

/** Where the hash of what was last verified of a project is kept; after `down` too, as it still decides. */
export function verifiedPath(host: Host, project: string): string {
  return posix.join(answersFolder(host), 'verified', checkedName(project));
}

/** Where it is kept which version Compose's program has. */
export const composeVersionPath = (host: Host): string => posix.join(answersFolder(host), 'compose-version');

/** Where it is kept what the engine is. */
export const enginePath = (host: Host): string => posix.join(answersFolder(host), 'engine');

/** Removes what is kept of a project. */
export function removeOverride(host: Host, project: string): void {
  host.remove(projectFolder(host, project));
}

/**
 * Where it is remembered that hooks are trusted. No project's name begins with a dot, so none can share this folder.
 *
 * @param hash of the hooks, in hexadecimal
 */
export function trustedHooksPath(host: Host, hash: string): string {
  return posix.join(stateFolder(host), '.trusted-hooks', `${hash}.json`);
}

function projectFolder(host: Host, project: string): string {
  return posix.join(stateFolder(host), checkedName(project));
}

/** The name, by Compose's own rule for names; nothing else becomes part of a path. */
function checkedName(project: string): string {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(project)) {
    throw new HostError({
      message: `"${project}" is not a project name`,
      help: 'use lower-case letters, digits, "-" and "_", and begin with a letter or digit',
    });
  }
  return project;
}
