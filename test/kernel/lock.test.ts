/** Who can hold the lock up: tried by users who are really others, and by a container's usual powers. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holdLease, leases, withLock } from '../../src/host/lock.ts';
import type { Host } from '../../src/host/system/host.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { kernelTests } from './layer.ts';

const helper = new URL('../host/lock-helper.ts', import.meta.url).pathname;
const folder = '/run/lock';
/** Users and a group that nobody has. */
const [stranger, member, group] = [54_321, 54_322, 54_323] as const;

const test = suite('kernel: lock');

kernelTests(test, {
  async 'another user can neither hold the lock, nor make root wait, nor show it a process id'() {
    await withEngine(async (host) => {
      const name = ownName('stranger');
      const theirs = await other('lock', name, host, stranger, []);
      const hostile = spawnListener(stranger, `${prefix('lock', name)}.1.deadbeef`);
      try {
        await hostile.ready;
        assert.is(claimsNamed(name).length, 2, 'both are there');
        assert.is(await withLock(host, name, async () => 'had it', { longestWait: 0, onWait: unexpected }), 'had it');
        assert.is(claimsNamed(name).length, 2, 'and nobody else left anything');
      } finally {
        await theirs.kill();
        await hostile.kill();
        removeClaims(name);
      }
    });
  },

  async "a lease of another user's keeps no network"() {
    await withEngine(async (host) => {
      const name = ownName('lan');
      const theirs = await other('lease', name, host, stranger, []);
      try {
        assert.equal(await leases(host, name), []);
      } finally {
        await theirs.kill();
        removeClaims(name);
      }
    });
  },

  async 'who may use the engine and root exclude each other; kill -9 frees both'() {
    await withEngine(async (host) => {
      const name = ownName('member');
      const theirs = await other('lock', name, host, member, [group]);
      const waits: number[] = [];
      const wait = () => withLock(host, name, async () => assert.unreachable(), { longestWait: 1, onWait });
      const onWait = (pid: number) => void waits.push(pid);
      await wait().catch((error: Error) => assert.match(error.message, `(process ${theirs.pid})`));
      assert.equal(waits, [theirs.pid]);
      await theirs.kill();
      await withLock(host, name, async () => {
        const late = await other('lock', name, host, member, [group], 'no wait');
        assert.match(late.said, `(process ${process.pid})`, 'the other way round');
      });
      assert.equal(claimsNamed(name), [], 'and what the dead have left is gone');
      const lease = await other('lease', name, host, member, [group]);
      const mine = await holdLease(host, name);
      assert.equal(
        await leases(host, name),
        [process.pid, lease.pid!].sort((a, b) => a - b),
      );
      await lease.kill();
      await mine.release();
      assert.equal(await leases(host, name), []);
    });
  },

  async "what has only the host's network, as a container with `network_mode: host`, holds nothing"() {
    const name = ownName('abstract');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ path: `\0netcompose-lock/${name}` }, resolve));
    try {
      const had = await withLock(realHost(), name, async () => 'had it', { longestWait: 0, onWait: unexpected });
      assert.is(had, 'had it');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  },
});

test.run();

const ownName = (name: string) => `t${process.pid}-${name}`;
const unexpected = (pid: number) => assert.unreachable(`waits for ${pid}`);

function prefix(kind: string, name: string): string {
  return `netcompose.${/\d+/.exec(readlinkSync('/proc/self/ns/net'))![0]}.${kind}.${name}`;
}

const claimsNamed = (name: string) => readdirSync(folder).filter((entry) => entry.includes(`.${name}.`));

/** Those of strangers stay until a restart, or until the stranger comes by. */
function removeClaims(name: string): void {
  for (const entry of claimsNamed(name)) rmSync(join(folder, entry));
}

/** An engine's socket as Docker makes it, that nobody listens at: only whose it is matters. */
async function withEngine(work: (host: Host) => Promise<void>): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'engine-'));
  chmodSync(place, 0o755);
  const socket = join(place, 'docker.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ path: socket }, resolve));
  chownSync(socket, 0, group);
  chmodSync(socket, 0o660);
  const real = realHost();
  try {
    await work({ ...real, env: { ...real.env, DOCKER_HOST: `unix://${socket}` } });
  } finally {
    await new Promise((resolve) => server.close(resolve));
    rmSync(place, { recursive: true, force: true });
  }
}

/** A process of another user; `said` is its first line. */
async function spawned(user: number, groups: readonly number[], argv: readonly string[], env: NodeJS.ProcessEnv) {
  const as = [`--reuid=${user}`, `--regid=${user}`, groups.length > 0 ? `--groups=${groups.join()}` : '--clear-groups'];
  const child = spawn('setpriv', [...as, ...argv], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve('')));
  const said = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    ended,
  ]);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid, said, kill };
}

/** Another user's netcompose that takes a lock or lease and keeps it. */
function other(
  what: 'lock' | 'lease',
  name: string,
  host: Host,
  user: number,
  groups: readonly number[],
  wait: 'no wait' | 'wait' = 'wait',
) {
  // tsx keeps what it has translated below the folder for temporary files, which is root's here.
  const env = { PATH: host.env['PATH'], DOCKER_HOST: host.env['DOCKER_HOST'], HOME: '/tmp', TMPDIR: '/tmp' };
  return spawned(user, groups, [process.execPath, '--import', 'tsx', helper, what, name, wait], env);
}

/** A program that listens at a socket in the folder of the claims, as a living netcompose would. */
function spawnListener(user: number, name: string) {
  const path = JSON.stringify(join(folder, name));
  const code = `require('net').createServer().listen(${path}, () => console.log('ready'))`;
  const made = spawned(user, [], [process.execPath, '-e', code], { PATH: process.env['PATH'] });
  return {
    ready: made.then(({ said }) => assert.match(said, 'ready')),
    kill: async () => (await made).kill(),
  };
}
