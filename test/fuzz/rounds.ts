/** Round after round, each of the target that has had the least time, until the time is over. */
import type { Finding, Target } from './target.ts';

export interface RoundsOptions {
  /** The first round's of each target; the next one's is one more. */
  readonly seed: number;
  /** Milliseconds since whenever. */
  readonly now: () => number;
  /** When no other round is begun. */
  readonly end: number;
  /** Called with each input before it is tried. */
  readonly begin: (target: string, seed: number, input: string) => void;
  readonly found: (finding: Finding) => void;
}

interface Share {
  readonly target: Target;
  rounds: number;
  inputs: number;
  spent: number;
}

/**
 * A target of which something does not hold is not tried again: the others go on.
 *
 * @returns how many inputs each was given
 */
export async function rounds(
  targets: readonly Target[],
  { seed: first, now, end, begin, found }: RoundsOptions,
): Promise<ReadonlyMap<string, number>> {
  const shares = targets.map((target): Share => ({ target, rounds: 0, inputs: 0, spent: 0 }));
  const left = new Set(shares);
  while (left.size > 0 && now() < end) {
    const share = [...left].reduce((least, one) => (one.spent < least.spent ? one : least));
    const { target } = share;
    const seed = first + share.rounds;
    const begun = now();
    const finding = await target.round({
      seed,
      runs: target.runs,
      begin: (input, count) => {
        share.inputs += count;
        begin(target.name, seed, input);
      },
    });
    share.rounds += 1;
    share.spent += (now() - begun) / target.weight;
    if (!finding) continue;
    left.delete(share);
    found(finding);
  }
  return new Map(shares.map(({ target, inputs }) => [target.name, inputs]));
}
