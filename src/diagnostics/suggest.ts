/** "Did you mean": the nearest of the words that would have been right. */
import { distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to `word`, or nothing where none is near enough to be what was meant:
 * at most a third of the word's letters may differ (at least one).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    // As many letters are wrong at least, and a word of a megabyte is not gone through.
    if (Math.abs(word.length - candidate.length) >= least) continue;
    const errors = typingErrors(word.toLowerCase(), candidate.toLowerCase());
    if (errors < least) [best, least] = [candidate, errors];
  }
  return best;
}

/** Letters wrong, missing or too many; the right ones in another order are one slip (`eht0`), not two. */
function typingErrors(word: string, candidate: string): number {
  const sorted = (text: string) => [...text].sort().join('');
  return word !== candidate && sorted(word) === sorted(candidate) ? 1 : distance(word, candidate);
}

/** `nearest` as the help of a diagnostic. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const best = nearest(word, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}
