/**
 * Compares netcompose's loader with `docker compose config`, project by project: `npm run conformance -- DIR…`.
 *
 * A folder with one of Compose's default file names is a project; any other YAML file that has `services:` or
 * `include:` is one by itself. A folder with `conformance.json`, `{ "args": ["--profile", "x"], "env": { "A": "b" } }`,
 * is one project, read with these. Where both agree, a second pass gives Compose what netcompose writes (override,
 * rendered file) and compares that with the plan. Compose is the binary named by DOCKER_COMPOSE, else `docker compose`,
 * else `docker-compose`.
 */
import { resolve } from 'node:path';
import { composeCommand, conformance, findCases, type Verdict } from '../test/conformance/compare.ts';
import { secondPass } from '../test/conformance/second-pass.ts';
import { lanFacts } from '../test/support/in-memory.ts';

const verdicts: readonly (readonly [Verdict, string])[] = [
  ['agree', 'agree'],
  ['differ', 'differ'],
  ['both-refuse', 'refused by both'],
  ['we-refuse', 'refused by netcompose alone'],
  ['compose-refuses', 'refused by Compose alone over structure or networking'],
  ['compose-refuses-else', 'refused by Compose alone over anything else'],
];

async function main(directories: readonly string[]): Promise<number> {
  if (directories.length === 0) {
    process.stderr.write('usage: npm run conformance -- DIR...\n');
    return 2;
  }
  const compose = await composeCommand(process.env);
  if (!compose) {
    process.stderr.write('docker compose is not installed; name its binary with DOCKER_COMPOSE\n');
    return 2;
  }
  const counts = new Map<Verdict, number>(verdicts.map(([verdict]) => [verdict, 0]));
  const cases = directories.flatMap((directory) => findCases(resolve(directory)));
  const second = { same: 0, differ: 0 };
  let index = 0;
  for await (const { name, verdict, lines } of conformance(cases, compose)) {
    counts.set(verdict, counts.get(verdict)! + 1);
    const given = cases[index++]!;
    if (verdict === 'agree') {
      // What netcompose would make of it (on an ordinary LAN), given to Compose again.
      const unlike = await secondPass(given, lanFacts, compose);
      if (unlike) second[unlike.length > 0 ? 'differ' : 'same']++;
      for (const line of unlike ?? []) process.stdout.write(`${name}: second pass: ${line}\n`);
    }
    const silent = verdict === 'agree' || (verdict === 'both-refuse' && process.env['VERBOSE'] === undefined);
    if (!silent) for (const line of lines) process.stdout.write(`${name}: ${verdict}: ${line}\n`);
  }
  process.stdout.write(`${cases.length} projects\n`);
  for (const [verdict, title] of verdicts)
    process.stdout.write(`${String(counts.get(verdict)).padStart(6)} ${title}\n`);
  process.stdout.write(`second pass: ${second.same} as planned, ${second.differ} not\n`);
  const bad: readonly Verdict[] = ['differ', 'we-refuse', 'compose-refuses'];
  return second.differ > 0 || bad.some((verdict) => counts.get(verdict)! > 0) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
