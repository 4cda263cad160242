/** SIGINT, SIGTERM and SIGHUP while any command of an `up` runs, one that only looks too: 130, and nothing is left. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Machine, machine } from '../cli/machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const texts = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Counts the commands before Compose is given the terminal, and interrupts in the `at`th. */
function interruptIn(on: Machine, at: number, signal: NodeJS.Signals): () => number {
  const { run, attach } = on.host;
  let [ran, before] = [0, 0];
  Object.assign(on.host, {
    run: (argv: Parameters<typeof run>[0], options: Parameters<typeof run>[1]) => {
      ran += 1;
      if (ran === at) process.emit(signal, signal);
      return run(argv, options);
    },
    attach: (argv: Parameters<typeof attach>[0], options: Parameters<typeof attach>[1]) => {
      before = ran;
      return attach(argv, options);
    },
  });
  return () => before;
}

let [points, survived] = [0, 0];

for (const signal of signals) {
  test(`${signal} in each command before Compose starts`, async () => {
    const whole = machine(texts);
    const count = interruptIn(whole, 0, signal);
    assert.is((await whole.run('up', '-d')).code, 0);
    assert.ok(count() > 10, `only ${count()} commands`);
    for (let at = 1; at <= count(); at += 1) {
      points += 1;
      const on = machine(texts);
      interruptIn(on, at, signal);
      const { code, err } = await on.run('up', '-d');
      assert.is(code, 130, `in command ${at}: ${err}`);
      // What was being looked at goes on for a moment, and changes nothing.
      assert.equal(on.left(), nothing, `in command ${at}`);
      assert.not.ok(on.changes().some((line) => line.startsWith('compose')));
      survived += 1;
    }
  });
}

test('what was survived', () => {
  process.stdout.write(`  interrupts survived: ${survived} of ${points}\n`);
  assert.is(survived, points);
});

test.run();
