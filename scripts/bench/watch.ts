/**
 * What `shim watch` costs while nothing happens, and how soon a deleted shim is back. Runs in the tests' sandbox
 * (`test/engine/rig/sandbox.sh`), with a real engine and one macvlan container:
 *
 *     npm run bench -- --watch [SECONDS]     at rest for so long, ten minutes unless said otherwise
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { testImage } from '../../test/engine/rig/image.ts';
import { makeLan } from '../../test/engine/rig/lan.ts';
import { netcompose, program } from '../../test/engine/rig/netcompose.ts';
import { startRig } from '../../test/engine/rig/rig.ts';
import { cpuSecondsBelow } from '../../test/support/progress.ts';

const atRest = Number(process.argv[2] ?? 600);
/** What it has still to do after its first look. */
const settling = 5;
const deletions = 20;
const shim = 'nc-ncp-watch';
const range = '192.168.213.192/27';

const lan = await makeLan({ name: 'watch', defaultRoute: true });
const rig = await startRig({ engine: '28' });
const cwd = join(rig.directory, 'watched');
mkdirSync(cwd);
writeFileSync(
  join(cwd, 'compose.yaml'),
  `services: { web: { image: ${testImage}, command: [sleep, "86400"], stop_signal: SIGKILL, ` +
    `x-netmode: { mode: macvlan, ip_range: ${range} } } }\n`,
);
const { code, stderr } = await netcompose(rig, ['up', '-d'], { cwd });
if (code !== 0) throw new Error(stderr);
const watch = spawn(process.execPath, [program, 'shim', 'watch'], { env: rig.env, stdio: ['ignore', 'pipe', 'pipe'] });
try {
  await new Promise<void>((resolve) => watch.stderr.on('data', (text) => /watching 1 shim/.test(text) && resolve()));
  await sleep(settling * 1000);
  const before = cpuSecondsBelow(watch.pid!);
  await sleep(atRest * 1000);
  const used = cpuSecondsBelow(watch.pid!) - before;
  const memory = memoryOf(watch.pid!);
  const late: number[] = [];
  for (let time = 0; time < deletions; time += 1) late.push(await untilItIsBack());
  late.sort((a, b) => a - b);
  const milliseconds = (at: number) => `${Math.round(late[at]!)} ms`;
  process.stdout.write(
    `at rest for ${atRest} s: ${used.toFixed(2)} s of processor time\n` +
      `memory: ${mebibytes(memory.now)} MiB, at most ${mebibytes(memory.most)} MiB; its "ip monitor" ` +
      `${mebibytes(memory.below)} MiB\n` +
      `a deleted shim has its route again after ${milliseconds(deletions >> 1)} (median of ${deletions}), ` +
      `${milliseconds(0)} to ${milliseconds(deletions - 1)}\n`,
  );
} finally {
  watch.kill('SIGTERM');
  await rig.stop();
  await lan.remove();
}

/** In milliseconds from the deletion until its last step, the route, is there. */
async function untilItIsBack(): Promise<number> {
  await execa('ip', ['link', 'del', 'dev', shim]);
  const begun = performance.now();
  for (;;) {
    const { stdout } = await execa('ip', ['route', 'show', range], { reject: false });
    if (stdout.includes(shim)) break;
    await sleep(5);
  }
  const passed = performance.now() - begun;
  // What that itself set off is over.
  await sleep(2000);
  return passed;
}

/** Resident memory, in bytes, of a process and of what it has started. */
function memoryOf(pid: number) {
  const read = (of: number, key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  const children = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return (
        readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[1] === String(pid)
      );
    } catch {
      return false;
    }
  });
  const below = children.reduce((sum, child) => sum + read(Number(child), 'VmRSS'), 0);
  return { now: read(pid, 'VmRSS'), most: read(pid, 'VmHWM'), below };
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
