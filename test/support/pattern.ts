/**
 * One regular expression out of several, one after the other: a line of code need not be as long as what it looks for.
 */
export function inSequence(...parts: readonly RegExp[]): RegExp {
  return new RegExp(parts.map(({ source }) => source).join(''));
}
