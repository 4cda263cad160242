/** Compose is asked for its version once: that costs a process, as long as the rest of a short command. */
import { type ComposeProgram, composeMark, composeVersion } from './engine/find-compose.ts';
import { keep, readKept } from './kept.ts';
import { composeVersionPath } from './override-store.ts';
import type { Host } from './system/host.ts';

export interface ComposeVersion {
  readonly version: string;
  /** Keeps it, for when the command has succeeded; absent where there is nothing new to keep. */
  readonly remember?: () => void;
}

/** As `composeVersion`, unless the program's file is the one that was asked the last time. */
export async function rememberedComposeVersion(host: Host, compose: ComposeProgram): Promise<ComposeVersion> {
  // Looked at before the program is asked: one that takes its place meanwhile has another mark.
  const mark = composeMark(host, compose);
  if (!mark) return { version: await composeVersion(host, compose) };
  const path = composeVersionPath(host);
  const key = JSON.stringify(mark);
  const [keptKey, kept] = readKept(host, path)?.split('\n') ?? [];
  if (keptKey === key && kept) return { version: kept };
  const version = await composeVersion(host, compose);
  return { version, remember: () => keep(host, path, `${key}\n${version}`) };
}
