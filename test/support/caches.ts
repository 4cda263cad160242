/** What the places of a LAN have learned of each other's MAC addresses: forgotten, or out of date. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a program in one place's network. */
export type Place = (
  argv: readonly string[],
  input?: string,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

interface Entry {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
  readonly state: readonly string[];
}

async function must(place: Place, argv: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await place(argv, input);
  if (code !== 0) throw new Error(`"${argv.join(' ')}" failed: ${stderr}`);
  return stdout;
}

/** Of IPv4; what was entered for good is not learned. */
async function learnedAt(place: Place): Promise<readonly Entry[]> {
  const entries = JSON.parse(await must(place, ['ip', '-4', '-json', 'neigh'])) as readonly Entry[];
  return entries.filter(({ lladdr, state }) => lladdr !== undefined && !state.includes('PERMANENT'));
}

export async function forget(places: readonly Place[]): Promise<void> {
  for (const place of places) await must(place, ['ip', 'neigh', 'flush', 'all']);
}

/**
 * Makes out of date what was learned; each place asks whether it is still so a second after it was used.
 *
 * @param use has the places send each other something
 * @returns once all of them have asked, how many entries there were
 */
export async function outdate(places: readonly Place[], use: () => Promise<void>): Promise<number> {
  let count = 0;
  for (const place of places) {
    const entries = await learnedAt(place);
    count += entries.length;
    if (entries.length === 0) continue;
    const delays = new Set(entries.map(({ dev }) => `net/ipv4/neigh/${dev}/delay_first_probe_time=1`));
    await must(place, ['sysctl', '-q', '-w', ...delays]);
    const lines = entries.map(({ dst, dev, lladdr }) => `neigh replace ${dst} lladdr ${lladdr} dev ${dev} nud stale\n`);
    await must(place, ['ip', '-batch', '-'], lines.join(''));
  }
  await use();
  for (const place of places) {
    const isOver = async () =>
      (await learnedAt(place)).every(({ state }) => !state.includes('DELAY') && !state.includes('PROBE'));
    for (let tries = 0; !(await isOver()); tries++) {
      if (tries === 150) throw new Error('it still asks whether what it has learned is so');
      await sleep(100);
    }
  }
  return count;
}
