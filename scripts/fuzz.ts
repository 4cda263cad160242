/**
 * Tries inputs that nobody has thought of on every part of netcompose that reads something:
 *
 *     npm run fuzz                                          a minute of it
 *     npm run fuzz -- --seconds 3600 --seed 1               an hour, with the inputs of this seed
 *     npm run fuzz -- --target project --target Compose     these parts only; `--target ?` names them
 *     npm run fuzz -- --target project --seed 7 --path 3:1  one input again, as a failure has named it
 *     npm run fuzz -- --offline                             without Docker Compose, to which the files are given too
 *
 * What does not hold is made smaller and printed. An input that never ends, or ends the process, is printed too.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz/fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true, default: [] },
    path: { type: 'string' },
    offline: { type: 'boolean', default: false },
  },
});
// Another each time, and known afterwards.
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const seconds = Number(values.seconds);
if (!Number.isSafeInteger(seed) || !(seconds > 0)) {
  process.stderr.write('usage: npm run fuzz -- [--seconds N] [--seed N [--path P]] [--target NAME]… [--offline]\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`seed ${seed}\n`);
  const orders = { seconds, seed, only: values.target, offline: values.offline };
  process.exitCode = await fuzz({ ...orders, ...(values.path !== undefined && { path: values.path }) }, (text) =>
    process.stdout.write(text),
  );
}
