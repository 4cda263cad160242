/** Lines side by side, as few as it takes for none to lie on another. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Which track each takes, 0 the innermost: short ones first, so that long ones go around them.
 *
 * @param apart how much must lie between two on one track
 */
export function tracksFor(stretches: readonly Stretch[], apart: number): readonly number[] {
  const order = stretches
    .map((_, index) => index)
    .sort((a, b) => lengthOf(stretches[a]!) - lengthOf(stretches[b]!) || a - b);
  const taken: Stretch[][] = [];
  const tracks: number[] = [];
  for (const index of order) {
    const stretch = stretches[index]!;
    const free = taken.findIndex((others) =>
      others.every(({ from, to }) => to + apart < stretch.from || stretch.to + apart < from),
    );
    const track = free < 0 ? taken.push([]) - 1 : free;
    taken[track]!.push(stretch);
    tracks[index] = track;
  }
  return tracks;
}

const lengthOf = ({ from, to }: Stretch) => to - from;
