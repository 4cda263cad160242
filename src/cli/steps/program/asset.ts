/** The files that netcompose brings along beside its code: pages, completion for shells. */
import { fileURLToPath } from 'node:url';
import { HostError } from '../../../host/system/errors.ts';
import type { Host } from '../../../host/system/host.ts';

/** Put in where netcompose is built as one file: all of them, by their paths. */
declare const NETCOMPOSE_ASSETS: Readonly<Record<string, string>> | undefined;

/** Only in the one-file program is there any. */
export const embeddedAsset = (path: string): string | undefined =>
  typeof NETCOMPOSE_ASSETS === 'object' ? NETCOMPOSE_ASSETS[path] : undefined;

/**
 * The text of such a file. They lie beside the built program's folder and, from source, at the root: both are some
 * levels above this file.
 *
 * @param path such as `docs/rules/parent/down.md`
 */
export function asset(path: string, host: Host): string {
  const embedded = embeddedAsset(path);
  if (embedded !== undefined) return embedded;
  const places = ['../../', '../../../', '../../../../'].map((up) =>
    fileURLToPath(new URL(`${up}${path}`, import.meta.url)),
  );
  const found = places.find((place) => host.exists(place)) ?? places[0]!;
  const read = host.read(found);
  if ('error' in read) throw new HostError({ message: `"${found}" cannot be read: ${read.detail}` });
  return read.text;
}
