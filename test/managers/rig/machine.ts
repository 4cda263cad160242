/** A host with a real Debian userland, whose network card is on a LAN. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sandboxFolder } from '../../engine/rig/sandbox.ts';
import { cardOnLan, type Lan, makeLan } from './lan.ts';
import { must, type Output, run, waitFor } from './processes.ts';
import type { Suite } from './suites.ts';

export interface Machine {
  readonly lan: Lan;
  /** Runs a program on the host, in its own userland, and throws where it fails. */
  exec(argv: readonly string[], input?: string): Promise<string>;
  tryExec(argv: readonly string[]): Promise<Output>;
  write(path: string, text: string): Promise<void>;
  /** A file as a process of the machine sees it, or nothing where there is none. */
  read(path: string): string | undefined;
  /** The same as `tryExec`, at once: for what a `Host` must answer at once. */
  look(argv: readonly string[], input?: string): Output;
  /** Starts the machine again: what it has is its own /etc. The LAN is another, with the same addresses. */
  reboot(): Promise<Machine>;
  stop(): Promise<void>;
}

const environment = ['HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C', 'SYSTEMD_PAGER=', 'TERM=dumb'];

/**
 * Boots it, with udevd and D-Bus, and no network manager; `eth0` is there and down, and the DHCP server has
 * 192.168.1.10 for it.
 *
 * @param name of at most 10 characters, no other machine's
 * @param etc a folder with the /etc that it has; that of its userland, with network managers masked, unless given
 */
export async function startMachine(suite: Suite, name: string, etc?: string): Promise<Machine> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const root = join(cache, 'netcompose-managers', 'roots', suite);
  const scratch = join(sandboxFolder(), `machine-${name}`);
  mkdirSync(scratch, { recursive: true });
  await (removedLeftGroups ??= removeLeftGroups());
  const group = join(groups(), `${groupPrefix}${basename(sandboxFolder())}-${name}`);
  const boot = fileURLToPath(new URL('boot.sh', import.meta.url));
  const lan = await makeLan(`lan-${name}`);
  const outer = spawn(boot, [root, scratch, group, ...(etc === undefined ? [] : [etc])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  outer.on('error', (error) => {
    complaints += error.message;
  });
  outer.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });

  const stop = async () => {
    await end(outer);
    await lan.stop();
    await removeGroup(group);
  };
  try {
    const first = await waitFor(`${suite} does not boot`, async () => {
      if (outer.exitCode !== null) throw new Error(`${suite} does not boot: ${complaints}`);
      return systemdBelow(outer.pid!);
    });
    const enter = ['nsenter', '--target', String(first), '--all', '--root', '--wd', '--', 'env', '-i', ...environment];
    const machine: Machine = {
      lan,
      exec: (argv, input) => must([...enter, ...argv], input),
      tryExec: (argv) => run([...enter, ...argv]),
      read: (path) => {
        const [command, ...args] = [...enter, 'cat', '--', path];
        const { status, stdout } = spawnSync(command!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
        return status === 0 ? stdout : undefined;
      },
      look: (argv, input) => {
        const [command, ...args] = [...enter, ...argv];
        const { status, stdout, stderr } = spawnSync(command!, args, { encoding: 'utf8', input: input ?? '' });
        return { code: status ?? -1, stdout, stderr };
      },
      reboot: async () => {
        const kept = join(sandboxFolder(), `etc-${name}`);
        await must(['cp', '-a', `/proc/${first}/root/etc`, kept]);
        await stop();
        return startMachine(suite, name, kept);
      },
      write: async (path, text) => void (await must([...enter, 'tee', '--', path], text)),
      stop,
    };
    await waitFor('systemd has not started', async () => {
      const { stdout } = await machine.tryExec(['systemctl', 'is-system-running']);
      return ['running', 'degraded'].includes(stdout.trim());
    });
    // At its start there was no udev, and /dev is no devtmpfs: then systemd hears of no device (sd-device-monitor).
    await machine.exec(['systemctl', 'daemon-reexec']);
    const put = ['ip', '-netns', lan.namespace, 'link', 'set', 'dev', cardOnLan];
    await must([...put, 'netns', String(first), 'name', 'eth0']);
    await machine.exec(['udevadm', 'settle', '--timeout=10']);
    await lan.lease('192.168.1.10');
    return machine;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The process that `unshare` made, once it has become systemd. */
function systemdBelow(outer: number): number | undefined {
  try {
    const child = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim();
    return readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'systemd' ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

/** Once, and before this process makes one of its own: a new one is empty for a moment, too. */
let removedLeftGroups: Promise<void> | undefined;
const groupPrefix = 'netcompose-managers-';

/** The version 2 hierarchy of control groups, wherever the machine has it. */
function groups(): string {
  const unified = '/sys/fs/cgroup/unified';
  return existsSync(unified) ? unified : '/sys/fs/cgroup';
}

/** Control groups are all that namespaces do not take with them: those of a run that was killed are removed here. */
async function removeLeftGroups(): Promise<void> {
  for (const name of await readdir(groups())) {
    if (!name.startsWith(groupPrefix)) continue;
    const events = await readFile(join(groups(), name, 'cgroup.events'), 'utf8').catch(() => '');
    const { mtimeMs } = await stat(join(groups(), name)).catch(() => ({ mtimeMs: Date.now() }));
    // A minute, because another run may be about to use it.
    if (events.includes('populated 0') && Date.now() - mtimeMs > 60_000) await removeGroup(join(groups(), name));
  }
}

/** Innermost first; waits for processes that are about to end. */
async function removeGroup(group: string): Promise<void> {
  const inside = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const each of inside) if (each.isDirectory()) await removeGroup(join(group, each.name));
  await waitFor(`"${group}" is in use`, async () => {
    try {
      await rmdir(group);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  });
}
