/**
 * Shows what netcompose makes of `examples/home-lab`: the plan, the rendered file, and, where an engine answers and the
 * user is root, the real thing. Needs nothing but Node for the first two.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = 'examples/home-lab/compose.yaml';

/** Runs netcompose on the example, with its output where the reader is, and gives back its exit code. */
function netcompose(...args: readonly string[]): number {
  process.stdout.write(`\n$ netcompose -f ${[file, ...args].join(' ')}\n`);
  const { status, error } = spawnSync(process.execPath, ['bin/netcompose.js', '-f', file, ...args], { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

/** Why nothing is started here, or nothing where all is there. */
function whyNotUp(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'you are not root';
  const { status, error } = spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 10_000 });
  return !error && status === 0 ? undefined : 'no Docker engine answers';
}

const reason = whyNotUp();
const planned = netcompose('plan');
const rendered = netcompose('render');
process.exitCode = Math.max(planned, rendered);
if (reason !== undefined) {
  process.stdout.write(
    `\nNothing was started, because ${reason}. "netcompose up -d" does the actions listed in the plan, then starts the services.\n`,
  );
} else if (process.exitCode === 0) {
  try {
    process.exitCode = netcompose('up', '-d');
  } finally {
    process.exitCode = Math.max(Number(process.exitCode ?? 0), netcompose('down'));
  }
}
