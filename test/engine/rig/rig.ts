/**
 * A Docker engine for tests, in the sandbox, beside any that the machine has: nothing of it is shared, nothing of it
 * stays.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type Output, patiently } from '../../support/patiently.ts';
import { cpuSecondsBelow, type Watch, watch } from '../../support/progress.ts';
import { importImage } from './image.ts';
import { type EngineName, engineNames, engineVariable, findEngine, newestEngine } from './installed.ts';
import { sandboxFolder } from './sandbox.ts';

export interface Rig {
  /** Which engine it is. */
  readonly engine: EngineName;
  /** All that a program needs to find this engine and no other: the whole environment, not additions to it. */
  readonly env: Readonly<Record<string, string>>;
  /** For files; gone after `stop`. */
  readonly directory: string;
  /** Runs `docker` with these arguments, `compose …` included. */
  docker(...args: readonly string[]): Promise<Output>;
  /** Ends the engine's daemon as its service does, and starts it again; containers end with it. */
  restart(): Promise<void>;
  /** The daemon's process; it is another one after `restart` and `revive`. */
  readonly pid: () => number;
  /** Starts a daemon that has been killed again, on what it has left, and waits until it answers. */
  revive(): Promise<void>;
  /**
   * Stops the engine and removes its containers, networks, interfaces, packet filter rules and files. Does nothing the
   * second time.
   */
  stop(): Promise<void>;
}

/** The engine of the layer that runs; `layers.ts` sets it. */
function layersEngine(): EngineName {
  const said = process.env[engineVariable] ?? newestEngine;
  const name = engineNames.find((one) => one === said);
  if (name === undefined) throw new Error(`${engineVariable} is "${said}", not one of ${engineNames.join(', ')}`);
  return name;
}

/** An engine that comes up or goes down is given up after so long without a sign of life. */
const patience = { quietSeconds: 30, busySeconds: 300 } as const;
const stepMilliseconds = 200;

/**
 * Starts an engine, the layer's own unless said otherwise, waits until it answers, and gives it the image
 * `netcompose-test:latest`.
 *
 * @param namespace the network namespace that is this engine's host; the sandbox's own without it
 * @throws where there is no such engine, or it does not start (with the end of its log)
 */
export async function startRig({
  engine = layersEngine(),
  namespace,
}: {
  readonly engine?: EngineName;
  readonly namespace?: string;
} = {}): Promise<Rig> {
  const installed = findEngine(engine);
  if (!installed) throw new Error(`the test engine ${engine} is not installed: run test/engine/rig/install.sh`);
  const directory = await mkdtemp(join(sandboxFolder(), 'rig-'));
  const at = (name: string) => join(directory, name);

  await mkdir(at('config/cli-plugins'), { recursive: true });
  await symlink(installed.compose, at('config/cli-plugins/docker-compose'));
  // The machine's own /etc/docker/daemon.json is not for this engine.
  await writeFile(at('daemon.json'), '{}');
  const env = {
    ...withoutDocker(process.env),
    PATH: [installed.bin, process.env['PATH']].join(delimiter),
    DOCKER_HOST: `unix://${at('docker.sock')}`,
    DOCKER_CONFIG: at('config'),
    XDG_STATE_HOME: at('state'),
    // Neither what the user's netcompose remembers, nor another build that runs meanwhile, is of any concern here.
    XDG_CACHE_HOME: at('cache'),
  };
  const args = [
    ...['--host', env.DOCKER_HOST, '--config-file', at('daemon.json'), '--pidfile', at('dockerd.pid')],
    ...['--data-root', at('data'), '--exec-root', at('exec'), '--userland-proxy-path', installed.dockerProxy],
    ...['--bip', '10.213.255.1/24', '--default-address-pool', 'base=10.214.0.0/16,size=24', '--shutdown-timeout', '5'],
  ];
  const start = () => startDaemon([...within(namespace), installed.dockerd, ...args], env, at('dockerd.log'));
  let daemon = await start();
  const docker = (...args: readonly string[]): Promise<Output> => patiently('docker', args, { env });

  async function revive(): Promise<void> {
    await daemon.ended;
    daemon = await start();
    await ready(docker, daemon);
  }

  async function restart(): Promise<void> {
    await daemon.end();
    await revive();
  }

  let stopped = false;
  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    if (daemon.isRunning()) {
      await removeAll(docker);
      await daemon.end();
    }
    await clearNetworking(namespace);
    await unmountBelow(directory);
    await rm(directory, { recursive: true, force: true });
  }

  try {
    await ready(docker, daemon);
    await importImage(directory, env);
  } catch (error) {
    const lines = (await readFile(at('dockerd.log'), 'utf8')).trim().split('\n').slice(-15).join('\n');
    await stop();
    throw new Error(
      `the test engine did not start: ${error instanceof Error ? error.message : String(error)}\n${lines}`,
      { cause: error },
    );
  }
  return { engine, env, directory, docker, restart, pid: () => daemon.pid, revive, stop };
}

interface Daemon {
  readonly pid: number;
  /** How it has ended, once it has. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** Calls back once neither what it writes nor what it and its containers work says that it is alive. */
  hangs(give: (why: string) => void): Watch;
  /** Ends it, and waits for that. */
  end(): Promise<void>;
}

async function startDaemon(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  logPath: string,
): Promise<Daemon> {
  const log = await open(logPath, 'a');
  const child = spawn(program!, args, { env, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  const hangs = (give: (why: string) => void) => watchDaemon(child.pid ?? 0, logPath, give);
  return {
    pid: child.pid ?? 0,
    ended,
    hangs,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    end: async () => {
      child.kill('SIGTERM');
      const progress = hangs(() => child.kill('SIGKILL'));
      await ended;
      progress.stop();
    },
  };
}

async function ready(docker: Rig['docker'], { ended, hangs }: Daemon): Promise<void> {
  let end: string | undefined;
  void ended.then((how) => (end = how));
  const progress = hangs((why) => (end = `it does not answer, and ${why}`));
  try {
    while ((await docker('version')).code !== 0) {
      if (end !== undefined) throw new Error(end);
      await sleep(stepMilliseconds);
    }
  } finally {
    progress.stop();
  }
}

function watchDaemon(pid: number, log: string, give: (why: string) => void): Watch {
  let length = statSync(log).size;
  let progress: Watch | undefined;
  progress = watch(
    () => {
      const { size } = statSync(log);
      if (size !== length) progress?.moved();
      length = size;
      return cpuSecondsBelow(pid);
    },
    patience,
    give,
  );
  return progress;
}

/** Containers and networks, so that the engine takes their interfaces and rules with them. */
async function removeAll(docker: Rig['docker']): Promise<void> {
  const containers = (await docker('ps', '--all', '--quiet')).stdout.split('\n').filter(Boolean);
  if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers);
  await docker('swarm', 'leave', '--force');
  await docker('network', 'prune', '--force');
}

/**
 * What an engine leaves when it ends: its default bridges, and the packet filter's rules, which are the sandbox's own.
 */
async function clearNetworking(namespace?: string): Promise<void> {
  const run = async (...argv: readonly string[]): Promise<void> => {
    const [program, ...args] = [...within(namespace), ...argv];
    await execa(program!, args, { reject: false });
  };
  for (const bridge of ['docker0', 'docker_gwbridge']) await run('ip', 'link', 'delete', bridge);
  for (const command of ['iptables', 'ip6tables']) {
    await run(command, '--policy', 'FORWARD', 'ACCEPT');
    for (const table of ['filter', 'nat', 'raw', 'mangle']) {
      for (const action of ['--flush', '--delete-chain']) await run(command, '--table', table, action);
    }
  }
}

/** What a command line begins with to run in a network namespace. `ip netns exec` would hide the control groups. */
export function within(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['nsenter', `--net=/run/netns/${namespace}`];
}

/** An engine leaves its own network namespace's file mounted, and all of its mounts where it was killed. */
export async function unmountBelow(directory: string): Promise<void> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${directory}/`));
  for (const point of points.reverse()) await execa('umount', ['--lazy', point], { reject: false });
}

/** An environment in which nothing leads to another engine or project. */
export function withoutDocker(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !/^(DOCKER|COMPOSE|BUILDKIT)_/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
