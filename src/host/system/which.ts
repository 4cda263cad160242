/** Commands on PATH, found without running anything. */
import { posix } from 'node:path';
import type { Host } from './host.ts';

/** The path of a command, as a shell would find it, or nothing. */
export function which(host: Host, name: string): string | undefined {
  const folders = (host.env['PATH'] ?? '').split(':').map((folder) => posix.resolve(host.cwd, folder));
  return folders.map((folder) => posix.join(folder, name)).find((path) => host.isExecutable(path));
}

/** The same for a program of the system, which the search paths of users may leave out. */
export function programOf(host: Host, name: string): string | undefined {
  const path = posix.join('/usr/sbin', name);
  return which(host, name) ?? (host.exists(path) ? path : undefined);
}
