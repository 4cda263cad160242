/**
 * Compares netcompose's loader with `docker compose config`, project by project: `npm run conformance -- DIR…`.
 *
 * A folder with one of Compose's default file names is a project; any other YAML file that has `services:` or
 * `include:` is one by itself. A folder with `conformance.json`, `{ "args": ["--profile", "x"], "env": { "A": "b" } }`,
 * is one project, read with these. Where both agree, a second pass gives Compose what netcompose writes (override,
 * rendered file) and compares that with the plan. Compose is the binary named by DOCKER_COMPOSE, else `docker compose`,
 * else `docker-compose`.
 *
 * With `--annotate`, every project gets every netmode instead, all its services at once: whether each file is the same
 * to the byte when that is taken out again, whether it is the same project to Compose, and whether what netcompose
 * makes of it is the plan. Nothing is written below the folders.
 */
import { resolve } from 'node:path';
import { annotationPasses, annotations } from '../test/conformance/annotated.ts';
import {
  type Case,
  composeCommand,
  conformance,
  findCases,
  inOrder,
  type Verdict,
} from '../test/conformance/compare.ts';
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

async function main(words: readonly string[]): Promise<number> {
  const directories = words.filter((word) => word !== '--annotate');
  if (directories.length === 0) {
    process.stderr.write('usage: npm run conformance -- [--annotate] DIR...\n');
    return 2;
  }
  const compose = await composeCommand(process.env);
  if (!compose) {
    process.stderr.write('docker compose is not installed; name its binary with DOCKER_COMPOSE\n');
    return 2;
  }
  const cases = directories.flatMap((directory) => findCases(resolve(directory)));
  return words.includes('--annotate') ? annotateAll(cases, compose) : compareAll(cases, compose);
}

async function compareAll(cases: readonly Case[], compose: readonly string[]): Promise<number> {
  const counts = new Map<Verdict, number>(verdicts.map(([verdict]) => [verdict, 0]));
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

async function annotateAll(cases: readonly Case[], compose: readonly string[]): Promise<number> {
  const counts = { projects: 0, annotations: 0, services: 0, faults: 0 };
  const refusals = new Map<string, number>();
  const passes = inOrder(cases, async (given) => ({
    given,
    results: await annotationPasses(given, annotations, lanFacts, compose),
  }));
  for await (const { given, results } of passes) {
    for (const [index, result] of results.entries()) {
      if (result.kind === 'nothing') continue;
      if (result.kind === 'refused') {
        for (const rule of result.rules) refusals.set(rule, (refusals.get(rule) ?? 0) + 1);
        continue;
      }
      counts.annotations += 1;
      counts.services += result.services;
      if (result.faults.length > 0) counts.faults += 1;
      const set = JSON.stringify(annotations[index]);
      for (const line of result.faults) process.stdout.write(`${given.name}: ${set}: ${line}\n`);
    }
    if (results.some(({ kind }) => kind !== 'nothing')) counts.projects += 1;
  }
  process.stdout.write(
    `${cases.length} projects, of which ${counts.projects} can be annotated\n` +
      `${String(counts.annotations).padStart(6)} times annotated, ${counts.services} services, ` +
      `${counts.faults} with a fault\n`,
  );
  for (const [rule, count] of [...refusals].sort())
    process.stdout.write(`${String(count).padStart(6)} times refused: ${rule}\n`);
  return counts.faults > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
