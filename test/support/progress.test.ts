import { spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpuSecondsBelow, killBelow, watch } from './progress.ts';

/**
 * Watches something whose processor time grows by so much from look to look, for three times as long as it is waited
 * for.
 */
function outcome(growth: number, moves = false): Promise<string> {
  return new Promise((done) => {
    let used = 7;
    let looks = 0;
    // The watch keeps no process running.
    const alive = setInterval(() => undefined, 1000);
    const progress = watch(
      () => {
        looks += 1;
        if (looks > 1 && moves) progress.moved();
        if (looks > 60) end('waited for');
        return (used += growth);
      },
      { quietSeconds: 0.2, busySeconds: 1 },
      (why) => end(why),
    );
    function end(how: string): void {
      progress.stop();
      clearInterval(alive);
      done(how);
    }
  });
}

for (const [name, growth, moves, expected] of [
  ['uses nothing', 0, false, 'nothing has moved for 0.2 s'],
  ['uses what a waiting daemon uses', 0.0002, false, 'nothing has moved for 0.2 s'],
  ['has lost the time of a process that has gone', -0.1, false, 'nothing has moved for 0.2 s'],
  ['uses a little', 0.002, false, 'waited for'],
  ['uses much and reports nothing', 0.1, false, '1 s of processor time have brought nothing'],
  ['uses much and reports', 0.1, true, 'waited for'],
  ['uses nothing and reports', 0, true, 'waited for'],
] as const) {
  test(`what ${name}`, async () => assert.is(await outcome(growth, moves), expected));
}

if (process.platform === 'linux') {
  test('whoever hangs is killed with what it has started, and its reader goes on', async () => {
    const child = spawn('bash', ['-c', 'sleep 3600 & echo started; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => child.stdout.once('data', done));
    killBelow(child.pid!);
    await new Promise((done) => child.once('close', done));
    assert.is(child.signalCode, 'SIGKILL');
  });

  test('processor time is that of all below a process', async () => {
    const before = cpuSecondsBelow(process.pid);
    const loop = 'while (process.cpuUsage().user < 500_000);';
    await new Promise((done) => spawn(process.execPath, ['--eval', loop]).on('exit', done));
    assert.ok(cpuSecondsBelow(process.pid) - before >= 0.4);
    assert.is(cpuSecondsBelow(0x7fffffff), 0);
  });
}

test.run();
