/**
 * Changes the code of the checks and of what services get, one place at a time, and tells which changes no test
 * notices.
 *
 *     npm run mutate                                      src/plan/checks and src/plan/services
 *     npm run mutate -- src/plan/checks/ports/ports.ts    these files or folders only; FILE:1-20: these lines
 *     npm run mutate -- --quick …                         without the few tests that take longest
 *
 * Stryker makes the changes. Its part that does is fetched when it is wanted, and never runs with the other tests. What
 * survives is printed, with the place; all of it is in `.cache/mutation.json`, where a later run of a file replaces an
 * earlier one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleTests } from './mutation/bundle.ts';
import type { Baseline, Killer, Order } from './mutation/child.ts';
import { type Children, children } from './mutation/children.ts';
import { instrument, type Mutant, type Target } from './mutation/instrument.ts';

type Status = 'killed' | 'survived' | 'not covered' | 'endless';

interface Result {
  readonly place: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly status: Status;
  readonly killedBy?: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache/mutation');
const resultsFile = join(root, '.cache/mutation.json');
/** A mutant that is passed so many times as often as the code it replaces runs in circles. */
const patience = 100;

/** What a test takes at most in a quick run, in milliseconds. */
const quickMs = 200;

const args = process.argv.slice(2);
process.exitCode = await mutate(
  args.filter((arg) => arg !== '--quick'),
  args.includes('--quick') ? quickMs : Number.POSITIVE_INFINITY,
);

async function mutate(args: readonly string[], mostMs: number): Promise<number> {
  const targets = (args.length > 0 ? args : ['src/plan/checks', 'src/plan/services']).flatMap(targetsOf);
  const { mutants, texts } = await instrument(root, cache, targets);
  mkdirSync(cache, { recursive: true });
  const bundle = join(cache, 'tests.cjs');
  await bundleTests(root, bundle, texts);
  const child = children(bundle);
  try {
    const first = await child.ask({ kind: 'baseline' });
    if (first.kind !== 'baseline') {
      console.error(`The tests fail without any change: ${JSON.stringify(first, null, 2)}`);
      return 1;
    }
    const { tests } = first.baseline;
    const seconds = Math.round(tests.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    console.log(`${mutants.length} changes in ${targets.length} files, ${tests.length} tests, which take ${seconds} s`);
    for (const target of targets) {
      const inFile = mutants.filter(({ fileName }) => fileName === target.file);
      const results = await resultsOf(inFile, first.baseline, mostMs, child);
      tell(target.file, results);
      if (!target.lines) keep(target.file, results);
    }
    return 0;
  } finally {
    child.end();
  }
}

function targetsOf(place: string): readonly Target[] {
  const [, file = place, first, last] = /^(.*):(\d+)-(\d+)$/.exec(place) ?? [];
  if (first && last) return [{ file, lines: [Number(first), Number(last)] }];
  if (!statSync(join(root, file)).isDirectory()) return [{ file }];
  return readdirSync(join(root, file), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ file: join(file, name) }));
}

async function resultsOf(
  mutants: readonly Mutant[],
  baseline: Baseline,
  mostMs: number,
  child: Children,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  // What has noticed the mutants beside it is likely to notice the next.
  const killers = new Map<number, number>();
  for (const mutant of mutants) {
    const { killer, ...result } = await outcome(orderOf(mutant.id, baseline, mostMs, killers), child);
    results.push({ ...described(mutant), ...result, ...(killer && { killedBy: killer.name }) });
    if (killer?.index !== undefined) killers.set(killer.index, results.length);
  }
  return results;
}

/**
 * The last that have noticed something come first, then the quickest tests. What is passed while tests are loaded may
 * matter to any of them.
 */
function orderOf(
  id: string,
  { tests, loading }: Baseline,
  mostMs: number,
  killers: ReadonlyMap<number, number>,
): Order & { kind: 'mutant' } {
  const fresh = id in loading;
  const killedAt = (index: number) => killers.get(index) ?? 0;
  const passing = [...tests.entries()]
    .filter(([, { hits, ms }]) => (fresh || id in hits) && ms <= mostMs)
    .sort(([first, a], [second, b]) => killedAt(second) - killedAt(first) || a.ms - b.ms)
    .map(([index, { hits }]) => [index, ((hits[id] ?? 0) + 10) * patience] as const);
  return { kind: 'mutant', id, fresh, tests: passing };
}

async function outcome(
  order: Order & { kind: 'mutant' },
  child: Children,
): Promise<{ readonly status: Status; readonly killer?: Killer }> {
  if (order.tests.length === 0) return { status: 'not covered' };
  const ending = await child.ask(order);
  if (ending.kind === 'gone') return { status: 'endless' };
  if (ending.kind !== 'mutant') throw new Error(`an answer to nothing: ${ending.kind}`);
  return ending.killedBy === undefined ? { status: 'survived' } : { status: 'killed', killer: ending.killedBy };
}

function described({ fileName, mutatorName, replacement, location: { start, end } }: Mutant) {
  const lines = readFileSync(join(root, fileName), 'utf8')
    .split('\n')
    .slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = lines[last]!.slice(0, end.column);
  lines[0] = lines[0]!.slice(start.column);
  const place = `${fileName}:${start.line + 1}:${start.column + 1}`;
  return { place, kind: mutatorName, from: oneLine(lines.join('\n')), to: oneLine(replacement) };
}

function oneLine(code: string): string {
  return code.replaceAll(/\s+/g, ' ');
}

function tell(file: string, results: readonly Result[]): void {
  const left = results.filter(({ status }) => status === 'survived' || status === 'not covered');
  console.log(`\n${file}: ${results.length - left.length} of ${results.length} noticed`);
  for (const { place, kind, from, to, status } of left) {
    console.log(`  ${place} ${kind}, ${status}\n    - ${from.slice(0, 110)}\n    + ${to.slice(0, 110)}`);
  }
}

function keep(file: string, results: readonly Result[]): void {
  const before = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
  writeFileSync(resultsFile, JSON.stringify({ ...before, [file]: results }, null, 2));
}
