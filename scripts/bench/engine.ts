/**
 * What is compared on an engine: a project of netcompose's and, as the same file without `x-netmode`, one of Compose's
 * on a LAN of its own. Runs in the tests' sandbox (`test/engine/rig/sandbox.sh`), and prints the results as JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLan } from '../../test/engine/rig/lan.ts';
import { startRig } from '../../test/engine/rig/rig.ts';
import { engineFile } from './files.ts';
import { type Command, compared, costOf, measure, type Result, type Surroundings } from './measure.ts';
import { netcompose } from './programs.ts';

/** Both have a parent of their own, and ports. */
const sides = {
  netcompose: { lan: 'ours', third: 213, firstPort: 20_000 },
  compose: { lan: 'theirs', third: 214, firstPort: 21_000 },
} as const;
type Side = keyof typeof sides;

const results: Result[] = [];
const rig = await startRig({ engine: '28' });
const surroundings: Surroundings = { cwd: rig.directory, env: rig.env };
const lans = await Promise.all(
  Object.values(sides).map(({ lan, third }) => makeLan({ name: lan, third, defaultRoute: third === 213 })),
);
try {
  for (const size of [3, 30] as const) await withProject(size);
  await facts(3);
  await facts(100);
} finally {
  await rig.stop();
  for (const lan of lans) await lan.remove();
}
process.stdout.write(`${JSON.stringify(results)}\n`);

/** The folder of a project; Compose's has the rendered file. */
function project(side: Side, size: number): string {
  const folder = join(rig.directory, side, `${size}`);
  mkdirSync(folder, { recursive: true });
  const { lan, third, firstPort } = sides[side];
  const text = engineFile(size, { name: `${side}-${size}`, parent: `ncp-${lan}`, third, firstPort });
  writeFileSync(join(folder, 'compose.yaml'), text);
  if (side === 'compose') {
    const [program, ...args] = netcompose('render', 'render').argv;
    const rendered = execFileSync(program!, args, { cwd: folder, env: rig.env, encoding: 'utf8' });
    writeFileSync(join(folder, 'compose.yaml'), rendered);
  }
  return folder;
}

function calls(size: number, ...args: readonly string[]): Record<Side, Command> {
  return {
    netcompose: { ...netcompose(`${args.join(' ')}, ${size} services`, ...args), cwd: project('netcompose', size) },
    compose: {
      name: `docker compose ${args.join(' ')}`,
      argv: ['docker', 'compose', ...args],
      cwd: project('compose', size),
    },
  };
}

/** First `up` and `down` in turn, then with all of it there. */
async function withProject(size: number): Promise<void> {
  const [up, down, ps] = [calls(size, 'up', '-d'), calls(size, 'down'), calls(size, 'ps')];
  const times = size > 3 ? 3 : 9;
  const ratios: { readonly first: number; readonly last: number }[] = [];
  const failures: string[] = [];
  const seconds = async (command: Command) => {
    const { amount, code } = await costOf(command, 'wall clock', surroundings);
    if (code !== 0) failures.push(`${command.name} ended with ${code}`);
    return amount;
  };
  for (let time = 0; time <= times; time += 1) {
    const [ours, oursDown] = [await seconds(up.netcompose), await seconds(down.netcompose)];
    const [theirs, theirsDown] = [await seconds(up.compose), await seconds(down.compose)];
    if (time > 0) ratios.push({ first: ours / theirs, last: oursDown / theirsDown });
  }
  for (const [what, call, key] of [
    ['first up -d', up, 'first'],
    ['down', down, 'last'],
  ] as const) {
    const row = { what: `netcompose ${what}, ${size} services`, against: call.compose.name };
    results.push(
      compared(
        { ...row, quantity: 'wall clock', atMost: 1.2 },
        ratios.map((each) => each[key]),
        failures,
      ),
    );
  }

  await seconds(up.netcompose);
  await seconds(up.compose);
  const idle = { ...up.netcompose, name: `netcompose up -d with nothing to do, ${size} services` };
  for (const [measured, yardstick, atMost] of [
    [idle, up.compose, 1.3],
    [ps.netcompose, ps.compose, 1],
  ] as const) {
    results.push(await measure({ measured, yardstick, quantity: 'wall clock', atMost, times: 15 }, surroundings));
  }
  await seconds(down.netcompose);
  await seconds(down.compose);
}

/** `check` asks the host and the engine for everything. */
async function facts(size: number): Promise<void> {
  const { netcompose: measured } = calls(size, 'check');
  const { compose: yardstick } = calls(size, 'config', '-q');
  results.push(await measure({ measured, yardstick, quantity: 'wall clock', atMost: 1, times: 15 }, surroundings));
}
