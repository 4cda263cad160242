/** A minute of fuzzing, with the same inputs in every run; and that whatever does not hold is told. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seed } from '../support/property.ts';
import { fuzz } from './fuzz.ts';

/** `FUZZ_SECONDS` is for those who have more time. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60);
const instead = new URL('./samples.ts', import.meta.url).href;

async function sample(name: string, seconds = 600) {
  let said = '';
  const orders = { seconds, seed: 1, only: [name], offline: true, instead };
  const code = await fuzz(orders, (text) => void (said += text), { quietSeconds: 8, busySeconds: 8 });
  return { code, said };
}

test('what holds is counted', async () => {
  const { code, said } = await sample('holds', 0.2);
  assert.is(code, 0, said);
  assert.match(said, /^ +[1-9]\d*0 holds$/m);
  assert.match(said, 'everything holds');
});

test('what does not hold is made smaller, printed harmlessly, and fails again', async () => {
  const { code, said } = await sample('fails');
  assert.is(code, 1, said);
  assert.match(said, 'fails: does not hold for\n  [\n    5\n  ]\n  Error: a number above \\u001b[31m4');
  const again = /again: npm run fuzz -- --target "fails" --seed (\d+) --path ([\d:]+)\n/.exec(said);
  assert.ok(again, said);
  let repeated = '';
  const orders = { seconds: 1, seed: Number(again[1]), path: again[2]!, only: ['fails'], offline: true, instead };
  assert.is(await fuzz(orders, (text) => void (repeated += text)), 1);
  assert.match(repeated, 'does not hold for\n  [\n    5\n  ]');
});

for (const [name, why] of [
  ['goes round for ever', /8 s of processor time have brought nothing/],
  ['waits for ever', /nothing has moved for 8 s/],
  ['ends the process', /the process has ended with (?:SIGABRT|134)/],
  // On a slow machine the collecting alone takes the time first.
  ['takes all memory', /the process has ended with (?:SIGABRT|134)|8 s of processor time have brought nothing/],
] as const) {
  test(`an input that ${name} is printed`, async () => {
    const { code, said } = await sample(name);
    assert.is(code, 1, said);
    assert.match(said, why);
    assert.match(said, /with\n {2}".+"\nagain: npm run fuzz -- --target "[a-z ]+" --seed 1\n$/);
  });
}

test('a target that is not there', async () => {
  const { code, said } = await sample('nothing');
  assert.is(code, 2);
  assert.match(said, 'there is no such target: holds, fails');
});

test('netcompose', async () => {
  const orders = { seconds, seed, only: [], offline: false };
  let said = '';
  const code = await fuzz(orders, (text) => {
    said += text;
    process.stdout.write(text);
  });
  assert.is(code, 0, said);
  assert.match(said, 'everything holds');
});

test.run();
