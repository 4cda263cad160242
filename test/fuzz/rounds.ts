/** Round after round of every target, until the time is over. */
import type { Finding, Target } from './target.ts';

export interface RoundsOptions {
  /** The first round's; the next one's is one more. */
  readonly seed: number;
  /** Whether there is time for another round. */
  readonly goesOn: () => boolean;
  /** Called with each input before it is tried. */
  readonly begin: (target: string, seed: number, input: string) => void;
  readonly found: (finding: Finding) => void;
}

/** How many inputs each target was given. */
export type Counts = ReadonlyMap<string, number>;

/** A target of which something does not hold is not tried again: the others go on. */
export async function rounds(
  targets: readonly Target[],
  { seed: first, goesOn, begin, found }: RoundsOptions,
): Promise<Counts> {
  const counts = new Map<string, number>(targets.map(({ name }) => [name, 0]));
  const failed = new Set<string>();
  for (let seed = first; failed.size < targets.length; seed += 1) {
    for (const { name, runs, round } of targets) {
      if (!goesOn()) return counts;
      if (failed.has(name)) continue;
      const finding = await round({
        seed,
        runs,
        begin: (input) => {
          counts.set(name, counts.get(name)! + 1);
          begin(name, seed, input);
        },
      });
      if (!finding) continue;
      failed.add(name);
      found(finding);
    }
  }
  return counts;
}
