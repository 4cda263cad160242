/** netcompose's programs that run by themselves, in the network namespaces of others. */
import { fileURLToPath } from 'node:url';
import type { Host } from '../../../host/system/host.ts';
import { embeddedAsset } from './asset.ts';

const sources = { ask: '../../../host/reach/ask.ts', traffic: '../../../host/bench/traffic.ts' } as const;

/**
 * How one of them is started; arguments of its own may follow. It lies beside the built program, or where its source
 * is, and runs as this process is run; of the one-file program it is a part.
 */
export function ownProgram(name: keyof typeof sources, host: Host): readonly string[] {
  const text = embeddedAsset(`${name}.cjs`);
  // The last word stands where the path of a program does.
  if (text !== undefined) return [process.execPath, '--eval', text, '--', name];
  const [built, source] = [`./${name}.cjs`, sources[name]].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return [process.execPath, ...process.execArgv, host.exists(built!) ? built! : source!];
}
