/** Network namespaces for measuring: what is made in them is gone with them. */
import { benchPrefix } from '../../plan/facts/ownership.ts';
import { commandFailure, failureText, HostError } from '../system/errors.ts';
import type { Host, RunResult } from '../system/host.ts';
import { look } from '../system/run-look.ts';

/** Ctrl-C reaches the commands that remove, too; what one of them left, the next attempt removes. */
const attempts = 5;

/**
 * Runs `work`, which may make namespaces of `bench-net`; whatever comes of it, none is left. Those that a killed run
 * has left are removed first, so it is to be called under a lock.
 */
export async function withBenchNamespaces<T>(host: Host, work: () => Promise<T>): Promise<T> {
  await removeNamespaces(host);
  try {
    return await work();
  } finally {
    await removeNamespaces(host);
  }
}

async function removeNamespaces(host: Host): Promise<void> {
  let left = await benchNamespaces(host);
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++) {
    for (const name of left) await removeNamespace(host, name);
    left = await benchNamespaces(host);
  }
  if (left.length === 0) return;
  throw new HostError({
    message: `the network namespaces ${left.join(', ')} could not be removed`,
    notUndone: left.map((name) => ['ip', 'netns', 'del', name]),
  });
}

/** A namespace lives as long as a process in it, even after its name is gone. */
async function removeNamespace(host: Host, name: string): Promise<void> {
  const { stdout } = await look(host, ['ip', 'netns', 'pids', name]);
  for (const [pid] of stdout.matchAll(/^\d+$/gm)) host.endProcess(Number(pid));
  await look(host, ['ip', 'netns', 'del', name]);
}

async function benchNamespaces(host: Host): Promise<readonly string[]> {
  const command = ['ip', 'netns', 'list'];
  const result = await look(host, command);
  if (result.code !== 0) throw new HostError(commandFailure(command, result));
  return result.stdout.split('\n').flatMap((line) => (line.startsWith(benchPrefix) ? line.split(' ')[0]! : []));
}

/** A command that failed. */
interface Failed {
  readonly command: readonly string[];
  readonly result: RunResult;
}

/**
 * Runs commands until one fails.
 *
 * @param check called after each; throws where it is to end
 * @returns the one that failed, or nothing
 */
export async function firstFailure(
  host: Host,
  commands: readonly (readonly string[])[],
  check: () => void,
): Promise<Failed | undefined> {
  for (const command of commands) {
    const result = await look(host, command);
    check();
    if (result.code !== 0) return { command, result };
  }
  return undefined;
}

/**
 * The first of several ways that works, each tried in a namespace that is made for it.
 *
 * @param ways the commands in that namespace, by name
 * @returns its name, or what the others failed with
 */
export async function firstThatWorks<Name extends string>(
  host: Host,
  namespace: string,
  ways: Readonly<Record<Name, readonly (readonly string[])[]>>,
  check: () => void,
): Promise<{ readonly found: Name } | { readonly reason: string }> {
  const reasons: string[] = [];
  for (const [name, commands] of Object.entries(ways) as [Name, readonly (readonly string[])[]][]) {
    const failed = await firstFailure(host, [['ip', 'netns', 'add', namespace], ...commands], check);
    await removeNamespace(host, namespace);
    if (!failed) return { found: name };
    reasons.push(`${name} (${failed.result.stderr.trim().split('\n')[0]})`);
  }
  return { reason: reasons.join(', ') };
}

/** What iproute2 says where the kernel has no such kind of interface, by itself or as a module. */
const unknownKind = /Unknown device type|Operation not supported/;

/** Why a command failed, for people. */
export function reasonOf({ command, result }: Failed): string {
  const kind = command.includes('link') ? command[command.indexOf('type') + 1] : undefined;
  return kind !== undefined && unknownKind.test(result.stderr)
    ? `this kernel has no ${kind}`
    : failureText(commandFailure(command, result));
}
