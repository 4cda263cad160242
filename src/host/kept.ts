/** Short texts that netcompose keeps for itself, to be quicker the next time: without them all is as before. */
import { HostError } from './system/errors.ts';
import type { Host } from './system/host.ts';

/** What was kept there, or nothing. A file that somebody else may have written proves nothing. */
export function readKept(host: Host, path: string): string | undefined {
  const mark = host.mark(path);
  if (!mark || mark.owner !== host.uid || (mark.mode & 0o022) !== 0) return undefined;
  return host.readText(path)?.trim();
}

/** Keeps a text; where that cannot be, it is found out anew the next time. */
export function keep(host: Host, path: string, text: string): void {
  try {
    host.writePrivate(path, `${text}\n`);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}
