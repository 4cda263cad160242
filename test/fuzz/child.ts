/**
 * The process in which inputs are tried, started by `fuzz.ts`, which sees it hang or die. It keeps the input under way
 * in a file, and tells its starter of every one.
 */
import { writeFileSync } from 'node:fs';
import { safeJson } from '../../src/diagnostics/format/safe.ts';
import { rounds } from './rounds.ts';
import type { Finding, Target } from './target.ts';

/** What it is told, as JSON in its only argument. */
export interface Orders {
  readonly seconds: number;
  readonly seed: number;
  /** Where the input under way is kept. */
  readonly file: string;
  /** These targets only; all without it. */
  readonly only: readonly string[];
  /** One input of the seed's, of the one target. */
  readonly path?: string;
  /** Compose is not asked. */
  readonly offline: boolean;
  /** A module with targets of its own, instead of netcompose's: for the tests of this. */
  readonly instead?: string;
}

/** A module with targets. */
interface Targets {
  /** @param compose how the real Compose is started; without it, nothing is compared with it */
  readonly targetsWith: (compose: readonly string[] | undefined) => readonly Target[];
}

const { seconds, seed, file, only, path, offline, instead } = JSON.parse(process.argv[2]!) as Orders;
const compose = offline ? undefined : await findComposeCommand();
const all = (instead === undefined ? await import('./targets.ts') : ((await import(instead)) as Targets)).targetsWith(
  compose,
);
const targets = all.filter(({ name }) => only.length === 0 || only.includes(name));
if (targets.length === 0) {
  process.stdout.write(`there is no such target: ${all.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const end = performance.now() + seconds * 1000;
let failed = 0;

async function findComposeCommand(): Promise<readonly string[] | undefined> {
  const { findCompose } = await import('../runner/needs.ts');
  const found = findCompose();
  if (found) return [found.binary];
  const { composeCommand } = await import('../conformance/compare.ts');
  return composeCommand(process.env);
}

function begin(target: string, round: number, input: string): void {
  writeFileSync(file, JSON.stringify({ target, seed: round, input }));
  process.send?.({ kind: 'output' });
}

/** Everything in it may be hostile: JSON keeps it from the terminal. */
function found({ target, seed: of, path: where, input, error }: Finding): void {
  failed += 1;
  const lines = error.split('\n').map((line) => `  ${safeJson(line).slice(1, -1)}`);
  process.stdout.write(
    [
      `${target}: does not hold for`,
      `  ${safeJson(JSON.parse(input)).replaceAll('\n', '\n  ')}`,
      ...lines.slice(0, 40),
      `again: npm run fuzz -- --target ${JSON.stringify(target)} --seed ${of} --path ${where}`,
      '',
      '',
    ].join('\n'),
  );
}

if (path !== undefined) {
  for (const each of targets) {
    const finding = await each.round({ seed, runs: each.runs, path, begin: (input) => begin(each.name, seed, input) });
    if (finding) found(finding);
  }
} else {
  const counts = await rounds(targets, { seed, now: () => performance.now(), end, begin, found });
  for (const [name, count] of counts) process.stdout.write(`${String(count).padStart(8)} ${name}\n`);
  if (compose === undefined) process.stdout.write('         Compose was not asked\n');
}
process.stdout.write(failed === 0 ? 'everything holds\n' : `${failed} of ${targets.length} targets failed\n`);
process.disconnect?.();
process.exitCode = failed === 0 ? 0 : 1;
