/**
 * The process in which mutants run, one after the other, started by `children.ts` with the name of the bundle. It is
 * killed where a mutant runs in circles, and nothing else is lost with it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import type { CollectedTest, Collection } from './collect.ts';

/** How often a mutant is passed. */
export type Hits = Readonly<Record<string, number>>;

export interface Baseline {
  readonly tests: readonly { readonly name: string; readonly ms: number; readonly hits: Hits }[];
  /** The mutants that are passed while the tests are loaded. */
  readonly loading: Hits;
}

export type Order =
  | { readonly kind: 'baseline' }
  | {
      readonly kind: 'mutant';
      readonly id: string;
      /** Whether all is loaded anew: it is passed while tests are loaded, in a table perhaps. */
      readonly fresh: boolean;
      /** By their number, in this order until the first fails, and how often the mutant may be passed in each. */
      readonly tests: readonly (readonly [test: number, limit: number])[];
    };

export type Answer =
  | { readonly kind: 'baseline'; readonly baseline: Baseline }
  /** The tests fail without any mutant. */
  | { readonly kind: 'failed'; readonly test: string; readonly why: string }
  /** A sign of life. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'mutant'; readonly killedBy?: Killer };

/** The test that has noticed a mutant; without a number where loading the tests has failed. */
export interface Killer {
  readonly name: string;
  readonly index?: number;
}

/** What the instrumented code looks at. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}

const [, , bundle] = process.argv as [string, string, string];
const script = new vm.Script(`(function (require, module, exports) {${readFileSync(bundle, 'utf8')}\n})`, {
  filename: bundle,
});
const require = createRequire(bundle);
const switches: Switches = { mutantCoverage: { static: {}, perTest: {} } };
const shared = globalThis as unknown as { __stryker__: Switches; collection: Collection };
shared.__stryker__ = switches;
let loaded: readonly CollectedTest[] | undefined;

process.on('disconnect', () => process.exit());
process.on('message', async (order: Order) => {
  process.send?.(await (order.kind === 'baseline' ? baseline() : tried(order)));
});

function load(): readonly CollectedTest[] {
  shared.collection = { file: '', tests: [] };
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports);
  return shared.collection.tests;
}

/** Runs each test, to see which mutants it passes and how much processor time it takes. */
async function baseline(): Promise<Answer> {
  loaded = load();
  const loading = { ...switches.mutantCoverage.static };
  const tests: { name: string; ms: number; hits: Hits }[] = [];
  for (const [index, { file, name, run }] of loaded.entries()) {
    const id = String(index + 1);
    try {
      switches.currentTestId = id;
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      switches.currentTestId = undefined;
      const hits = switches.mutantCoverage.perTest[id] ?? {};
      tests.push({ name: `${file}: ${name}`, ms: (user + system) / 1000, hits });
    } catch (error) {
      return { kind: 'failed', test: `${file}: ${name}`, why: textOf(error) };
    }
    process.send?.({ kind: 'moved' } satisfies Answer);
  }
  return { kind: 'baseline', baseline: { tests, loading } };
}

async function tried({ id, fresh, tests }: Order & { kind: 'mutant' }): Promise<Answer> {
  if (!fresh) loaded ??= load();
  switches.activeMutant = id;
  let current: Killer = { name: 'while the tests are loaded' };
  try {
    switches.hitCount = undefined;
    const all = fresh ? load() : loaded!;
    for (const [index, limit] of tests) {
      const { file, name, run } = all[index]!;
      current = { name: `${file}: ${name}`, index };
      switches.hitCount = 0;
      switches.hitLimit = limit;
      await run();
      process.send?.({ kind: 'moved' } satisfies Answer);
    }
    return { kind: 'mutant' };
  } catch {
    return { kind: 'mutant', killedBy: current };
  } finally {
    switches.activeMutant = undefined;
    switches.hitCount = undefined;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
