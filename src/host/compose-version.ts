/** Compose is asked for its version once: that costs a process, as long as the rest of a short command. */
import { type ComposeProgram, composeMark, composeVersion } from './engine/find-compose.ts';
import { keep, readKept } from './kept.ts';
import { composeVersionPath } from './override-store.ts';
import type { Host } from './system/host.ts';

/** As `composeVersion`, unless the program is the one that was asked the last time. */
export async function rememberedComposeVersion(host: Host, compose: ComposeProgram): Promise<string> {
  const mark = composeMark(host, compose);
  if (!mark) return composeVersion(host, compose);
  const path = composeVersionPath(host);
  const key = JSON.stringify(mark);
  const [keptKey, kept] = readKept(host, path)?.split('\n') ?? [];
  if (keptKey === key && kept) return kept;
  const version = await composeVersion(host, compose);
  keep(host, path, `${key}\n${version}`);
  return version;
}
