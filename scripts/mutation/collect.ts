/**
 * Takes uvu's place in the bundle of the tests: it keeps them, so that each can be run alone and as often as wanted.
 * Hooks and suites with names are missing, because no test here uses them; a test that does fails to load.
 */

export interface CollectedTest {
  readonly file: string;
  readonly name: string;
  readonly run: () => unknown;
}

/** What the bundle and who loads it share. */
export interface Collection {
  /** The test file that is being loaded. */
  file: string;
  readonly tests: CollectedTest[];
}

const waiting: CollectedTest[] = [];
const collection = () => (globalThis as unknown as { collection: Collection }).collection;

/** @public the tests import it as uvu's */
export const test = Object.assign(
  (name: string, run: () => unknown): void => void waiting.push({ file: collection().file, name, run }),
  { run: (): void => void collection().tests.push(...waiting.splice(0)) },
);
