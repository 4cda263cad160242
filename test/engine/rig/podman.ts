/**
 * Podman behind its Docker-compatible socket, for tests, in the sandbox: its service runs in a userland of its own, in
 * which `install.sh` has put it, and in the sandbox's network.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type Output, patiently } from '../../support/patiently.ts';
import { importImage } from './image.ts';
import { findEngine, findPodman, podmanNames, podmanVariable } from './installed.ts';
import { type Rig, unmountBelow, withoutDocker } from './rig.ts';
import { sandboxFolder } from './sandbox.ts';

/** What Podman has on a machine with systemd, as it can be had here. */
const configuration = `[containers]
log_driver = "k8s-file"
pids_limit = 0
[engine]
# runc where it is there: the crun of Debian 12 sets limits that root of a container may not set.
runtime = "RUNTIME"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
default_subnet = "10.213.255.0/24"
default_subnet_pools = [{ "base" = "10.214.0.0/16", "size" = 24 }]
`;
const policy = '{ "default": [{ "type": "insecureAcceptAnything" }] }\n';
const stepMilliseconds = 100;
/** It answers within a second on a quiet machine. */
const steps = 900;

export type PodmanRig = Omit<Rig, 'engine' | 'pid' | 'restart' | 'revive'> & {
  /** Runs `podman` itself. */
  podman(...args: readonly string[]): Promise<Output>;
};

/**
 * Starts Podman's service with the newest engine's `docker` command and Compose as its clients, and gives it the image
 * `netcompose-test:latest`.
 *
 * @throws where there is none, or it does not start (with the end of its log)
 */
export async function startPodman(): Promise<PodmanRig> {
  const said = process.env[podmanVariable] ?? 'podman';
  const name = podmanNames.find((each) => each === said);
  if (name === undefined) throw new Error(`${podmanVariable} is "${said}", not one of ${podmanNames.join(', ')}`);
  const [userland, client] = [findPodman(name), findEngine()];
  if (userland === undefined || !client)
    throw new Error(`Podman is not installed for the tests: run test/engine/rig/install.sh ${name}`);
  const directory = await mkdtemp(join(sandboxFolder(), 'podman-'));
  const at = (name: string) => join(directory, name);
  const within = await makeRoot(userland, directory);

  await mkdir(at('config/cli-plugins'), { recursive: true });
  await symlink(client.compose, at('config/cli-plugins/docker-compose'));
  const env = {
    ...withoutDocker(process.env),
    PATH: [client.bin, process.env['PATH']].join(delimiter),
    DOCKER_HOST: `unix://${within('run/podman/podman.sock')}`,
    DOCKER_CONFIG: at('config'),
    XDG_STATE_HOME: at('state'),
    XDG_CACHE_HOME: at('cache'),
  };
  const inside = { ...env, PATH: '/usr/sbin:/usr/bin', TMPDIR: '/tmp' };
  const log = await open(at('podman.log'), 'a');
  const service = spawn(
    '/usr/sbin/chroot',
    [within('.'), 'podman', 'system', 'service', '--time', '0', 'unix:///run/podman/podman.sock'],
    { env: inside, stdio: ['ignore', log.fd, log.fd] },
  );
  await log.close();
  const ended = new Promise<void>((resolve) => {
    service.on('error', () => resolve());
    service.on('exit', () => resolve());
  });
  const docker = (...args: readonly string[]) => patiently('docker', args, { env });
  const podman = (...args: readonly string[]) =>
    patiently('/usr/sbin/chroot', [within('.'), 'podman', ...args], { env: inside });

  let stopped = false;
  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    if (service.exitCode === null) {
      await podman('rm', '--all', '--force', '--time', '0');
      await podman('network', 'prune', '--force');
      service.kill('SIGTERM');
      await ended;
    }
    await execa('/usr/sbin/chroot', [within('.'), 'nft', 'flush', 'ruleset'], { env: inside, reject: false });
    await execa('ip', ['link', 'delete', 'podman0'], { reject: false });
    await unmountBelow(directory);
    await rm(directory, { recursive: true, force: true });
  }

  try {
    for (let step = 0; (await docker('version')).code !== 0; step++) {
      if (service.exitCode !== null || step === steps) throw new Error('it does not answer');
      await sleep(stepMilliseconds);
    }
    await importImage(directory, env);
  } catch (error) {
    const lines = (await readFile(at('podman.log'), 'utf8')).trim().split('\n').slice(-15).join('\n');
    await stop();
    throw new Error(`Podman did not start: ${error instanceof Error ? error.message : String(error)}\n${lines}`, {
      cause: error,
    });
  }
  return { env, directory, docker, podman, stop };
}

/** The userland with a layer above it that takes what is written; gives the paths in it. */
async function makeRoot(userland: string, directory: string): Promise<(path: string) => string> {
  const root = join(directory, 'root');
  const within = (path: string) => join(root, path);
  const mount = (...args: readonly string[]) => execa('mount', args);
  for (const name of ['root', 'above', 'work']) await mkdir(join(directory, name));
  const layers = `lowerdir=${userland},upperdir=${join(directory, 'above')},workdir=${join(directory, 'work')}`;
  await mount('-t', 'overlay', 'overlay', '-o', layers, root);
  for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'var/tmp', 'var/lib/containers', 'etc/containers'])
    await mkdir(within(name), { recursive: true });
  for (const name of ['proc', 'sys', 'dev']) await mount('--rbind', `/${name}`, within(name));
  // Where the machine mixes both versions of control groups, crun refuses: it gets the second alone.
  await mount('-t', 'tmpfs', 'tmpfs', within('sys/fs'));
  await mkdir(within('sys/fs/cgroup'));
  await mount('-t', 'cgroup2', 'cgroup2', within('sys/fs/cgroup'));
  // What Podman keeps cannot be a layer above a layer.
  for (const name of ['run', 'var/lib/containers']) await mount('-t', 'tmpfs', 'tmpfs', within(name));
  for (const name of ['run/podman', 'run/netns']) await mkdir(within(name));
  await mount('--bind', '/run/netns', within('run/netns'));
  const runtime = existsSync(within('usr/sbin/runc')) ? 'runc' : 'crun';
  await writeFile(within('etc/containers/containers.conf'), configuration.replace('RUNTIME', runtime));
  await writeFile(within('etc/containers/policy.json'), policy);
  await writeFile(within('etc/resolv.conf'), 'nameserver 127.0.0.1\n');
  await writeFile(within('etc/hosts'), '127.0.0.1 localhost\n');
  return within;
}
