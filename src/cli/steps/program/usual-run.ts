/**
 * Whether this run is one as most are: then its compiled code is what the next ones need (`bin/netcompose.cjs`). An
 * `up` that makes something goes other ways than one that finds everything there.
 */

let isUsual = true;

/** Something was made of which a run like this one, the next time, finds that it is there. */
export function madeSomething(): void {
  isUsual = false;
}

export const wasUsual = (): boolean => isUsual;
