/** The machine's engine, stopped and started as an update of it would. */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { must, run, until } from './process.ts';

/** As the machine's init starts it. */
const daemon = (version: string) => ['dockerd', '--data-root', `/var/lib/docker${version}`] as const;
const log = '/run/dockerd.log';

/** Waits until containers that start by themselves are there again. */
export function restartEngine(): void {
  const version = /lab\.docker=(\d+)/.exec(must('cat', '/proc/cmdline'))![1]!;
  const pid = must('cat', '/var/run/docker.pid');
  const running = () => run(['docker', 'ps', '--quiet']).stdout.split('\n').filter(Boolean).length;
  const before = running();
  must('kill', '-TERM', pid);
  until(() => run(['kill', '-0', pid]).code !== 0, Boolean, 120);
  const output = openSync(log, 'a');
  const [program, ...args] = daemon(version);
  spawn(program, args, { stdio: ['ignore', output, output], detached: true }).unref();
  closeSync(output);
  until(running, (count) => count === before, 120);
}
