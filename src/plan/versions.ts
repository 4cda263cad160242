/** Versions as engine and Compose tell them. */

/** Compose knows `!override` from here on. */
export const oldestCompose = '2.24.4';

/** Whether a version comes before another; what is not a number counts as 0. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    if (a![index] !== b![index]) return (a![index] ?? 0) < (b![index] ?? 0);
  }
  return false;
}
