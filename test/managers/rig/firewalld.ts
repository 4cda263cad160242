/** The real firewalld of a userland, and its D-Bus, in the sandbox's own network namespace, beside an engine. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sandboxFolder } from '../../engine/rig/sandbox.ts';
import { must, run, waitFor } from './processes.ts';
import type { Suite } from './suites.ts';

export interface Firewalld {
  /** A folder for `PATH` with `firewall-cmd` and `nft`. */
  readonly bin: string;
  /** The address of its D-Bus, by which an engine finds it: `DBUS_SYSTEM_BUS_ADDRESS`. */
  readonly bus: string;
  /** Runs `firewall-cmd`. */
  command(...args: readonly string[]): Promise<string>;
  /** Changes a line of `firewalld.conf` and reads it again, by which what was not for good is forgotten. */
  configure(key: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startFirewalld(suite: Suite): Promise<Firewalld> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const lower = join(cache, 'netcompose-managers', 'roots', suite);
  const folder = join(sandboxFolder(), 'firewalld');
  const [root, upper, work, bin] = ['root', 'upper', 'work', 'bin'].map((name) => join(folder, name)) as [
    ...[string, string, string, string],
  ];
  for (const path of [root, upper, work, bin]) await mkdir(path, { recursive: true });
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  await must(['mount', '-t', 'overlay', 'overlay', '-o', layers, root]);
  await must(['mount', '-t', 'proc', 'proc', join(root, 'proc')]);
  for (const name of ['run', 'dev']) await must(['mount', '-t', 'tmpfs', 'tmpfs', join(root, name)]);
  await mkdir(join(root, 'run/dbus'));
  for (const name of ['null', 'urandom']) {
    await writeFile(join(root, 'dev', name), '');
    await must(['mount', '--bind', `/dev/${name}`, join(root, 'dev', name)]);
  }
  const start = (...argv: readonly string[]) => spawn('chroot', [root, ...argv], { stdio: 'ignore' });
  const started = [start('dbus-daemon', '--system', '--nofork', '--nopidfile')];
  const socket = join(root, 'run/dbus/system_bus_socket');
  await waitFor('no D-Bus', async () => (await run(['test', '-S', socket])).code === 0);
  started.push(start('firewalld', '--nofork', '--nopid'));
  const inRoot = ['env', '--unset=DBUS_SYSTEM_BUS_ADDRESS', 'chroot', root, 'firewall-cmd'];
  await waitFor('no firewalld', async () => (await run([...inRoot, '--state'])).code === 0);
  for (const name of ['firewall-cmd', 'nft']) {
    const program = join(bin, name);
    // The bus has another path there.
    await writeFile(program, `#!/bin/sh\nunset DBUS_SYSTEM_BUS_ADDRESS\nexec chroot '${root}' ${name} "$@"\n`);
    await chmod(program, 0o755);
  }
  return {
    bin,
    bus: `unix:path=${socket}`,
    command: (...args) => must([...inRoot, ...args]),
    async configure(key, value) {
      const file = join(root, 'etc/firewalld/firewalld.conf');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`));
      await must([...inRoot, '--reload']);
    },
    async stop() {
      // The last one first: firewalld takes its rules away, and says so by D-Bus.
      for (const child of started.reverse()) {
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        await ended;
      }
      await must(['umount', '--recursive', '--lazy', root]);
    },
  };
}
