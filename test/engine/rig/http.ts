/**
 * Asks web servers of tests, from the host or from the LAN. With Node: the `wget` of Debian 12's busybox crashes when
 * given a time limit (`-T`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { patiently } from '../../support/patiently.ts';
import type { Lan } from './lan.ts';

const attempts = 50;
const pauseMilliseconds = 100;
const program = `
  const response = fetch(process.argv[1], { signal: AbortSignal.timeout(2000) });
  response.then((r) => r.text()).then((text) => process.stdout.write(text), () => process.exit(1));
`;

/**
 * The answer's text without its last line break, once there is one; nothing where there is none. One attempt with
 * `once`.
 */
export async function fetchText(
  url: string,
  { from, once = false }: { readonly from?: Lan; readonly once?: boolean } = {},
): Promise<string | undefined> {
  const argv = [process.execPath, '--eval', program, url] as const;
  for (let attempt = 0; attempt < (once ? 1 : attempts); attempt += 1) {
    if (attempt > 0) await sleep(pauseMilliseconds);
    const { code, stdout } = from ? await from.exec(argv) : await patiently(process.execPath, argv.slice(1));
    if (code === 0) return stdout.replace(/\n$/, '');
  }
  return undefined;
}
