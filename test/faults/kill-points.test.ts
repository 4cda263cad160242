/**
 * Killed (`kill -9`) before or behind any command that changes something: the next `up` completes what was begun, the
 * next `down` takes it away, and no third one is needed.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Machine, machine } from '../cli/machine.ts';

const pools = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1';

interface Project {
  readonly name: string;
  readonly text: string;
}

const projects: readonly Project[] = [
  {
    name: 'macvlan with a range',
    text:
      'name: shop\nservices:\n  web:\n    image: nginx\n' +
      `    x-netmode: { mode: macvlan, parent: eth0, ${pools}, ip_range: 192.168.1.224/27 }\n`,
  },
  {
    name: 'macvlan with fixed addresses',
    text: `name: shop\nservices:\n${[50, 51]
      .map(
        (last) =>
          `  s${last}: { image: x, x-netmode: { mode: macvlan, parent: eth0, ipv4_address: 192.168.1.${last} } }\n`,
      )
      .join('')}`,
  },
];

const nothing = { networks: [], shims: [], containers: [] };

class Killed extends Error {
  override readonly name = 'Killed';
}

/** From the `at`th changing command on nothing has an effect any more, as of a process that is gone. */
function killAt(on: Machine, at: number): void {
  let count = 0;
  on.before = () => {
    count += 1;
    if (count >= at) throw new Killed('killed');
  };
}

/** @returns whether it was killed before it ended */
async function runAndDie(on: Machine, at: number, ...argv: readonly string[]): Promise<boolean> {
  killAt(on, at);
  try {
    await on.run(...argv);
    return false;
  } catch (error) {
    assert.instance(error, Killed);
    return true;
  } finally {
    on.before = () => undefined;
  }
}

const state = ({ links, routes, rules, left }: Machine) => ({
  ...left(),
  links: [...links].sort(),
  routes: routes.map((route) => JSON.stringify(route)).sort(),
  rules: rules.map(({ dst, table }) => `${dst} ${table}`).sort(),
});

let [points, survived] = [0, 0];

for (const { name, text } of projects) {
  const start = () => machine({ 'compose.yaml': text });

  test(`${name}: killed in "up"`, async () => {
    const whole = start();
    const first = await whole.run('up', '-d');
    assert.is(first.code, 0, first.err);
    const wanted = state(whole);
    for (let at = 1; ; at += 1) {
      const on = start();
      if (!(await runAndDie(on, at, 'up', '-d'))) {
        assert.ok(at > 3, `only ${at} commands`);
        break;
      }
      points += 2;
      const again = await on.run('up', '-d');
      assert.is(again.code, 0, `up after ${at - 1} commands: ${again.err}`);
      assert.equal(state(on), wanted, `up after ${at - 1} commands`);
      survived += 1;
      const other = start();
      await runAndDie(other, at, 'up', '-d');
      const down = await other.run('down');
      assert.is(down.code, 0, `down after ${at - 1} commands: ${down.err}`);
      assert.equal(state(other), { ...nothing, links: [], routes: [], rules: [] }, `down after ${at - 1} commands`);
      survived += 1;
    }
  });

  test(`${name}: killed in "down"`, async () => {
    for (let at = 1; ; at += 1) {
      const on = start();
      await on.run('up', '-d');
      if (!(await runAndDie(on, at, 'down'))) {
        assert.ok(at > 2, `only ${at} commands`);
        break;
      }
      points += 1;
      const again = await on.run('down');
      assert.is(again.code, 0, `after ${at - 1} commands: ${again.err}`);
      assert.equal(state(on), { ...nothing, links: [], routes: [], rules: [] }, `after ${at - 1} commands`);
      survived += 1;
    }
  });
}

test('what was survived', () => {
  process.stdout.write(`  kill points survived: ${survived} of ${points}\n`);
  assert.is(survived, points);
  assert.ok(points > 30, `only ${points}`);
});

test.run();
