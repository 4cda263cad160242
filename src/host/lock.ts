/**
 * One at a time, and "somebody still needs this", by abstract unix sockets: the kernel releases them even after
 * `kill -9`, nothing is left on disk, and they belong to the network namespace, as the interfaces do that they guard.
 * Other systems have neither these sockets nor shims; there both functions do nothing.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from './system/errors.ts';
import type { Host } from './system/host.ts';

const retryMilliseconds = 50;
/** Long enough for another user's sudo to ask for a password. */
const longestWaitMilliseconds = 120_000;

export interface LockOptions {
  readonly longestWait?: number;
  /** Called again and again while the lock is taken; what it throws ends the wait. */
  readonly whileWaiting?: () => void;
  /** Called once, if the lock is taken. */
  readonly onWait?: (pid: number | undefined) => void;
}

/** A lock that is held for longer than one piece of work, by whoever has it from `lockOf`. */
export interface Lock {
  readonly isHeld: boolean;
  /** Takes it where no other process holds it; does nothing once it has been released. */
  takeIfFree(): Promise<void>;
  /** For good. */
  release(): Promise<void>;
}

/** The lock of this name, not taken yet. */
export function lockOf(host: Host, name: string): Lock {
  const path = lockPath(name);
  let held: Held | undefined;
  let isOver = host.platform !== 'linux';
  const release = async () => {
    isOver = true;
    const last = held;
    held = undefined;
    await last?.release();
  };
  return {
    get isHeld() {
      return held !== undefined;
    },
    takeIfFree: async () => {
      if (isOver || held) return;
      const server = await bind(path);
      if (server) held = await published(host, path, server);
      if (isOver) await release();
    },
    release,
  };
}

interface Held {
  release(): Promise<void>;
}

/** The process id is published by a second name, because the kernel does not show who holds a socket. */
async function published(host: Host, path: string, lock: Server): Promise<Held> {
  const holder = await bind(`${path}/${host.pid}`);
  return {
    release: async () => {
      await close(holder);
      await close(lock);
    },
  };
}

const lockPath = (name: string) => `netcompose-lock/${token(name)}`;

/**
 * Runs `work` while no other process on this host holds the lock of this name. Throws a `HostError` after a bounded
 * wait.
 */
export async function withLock<T>(
  host: Host,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  if (host.platform !== 'linux') return work();
  const path = lockPath(name);
  const lock = await published(host, path, await acquire(host, path, options));
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function acquire(
  host: Host,
  path: string,
  { longestWait = longestWaitMilliseconds, onWait, whileWaiting }: LockOptions,
): Promise<Server> {
  for (let waited = 0; ; waited += retryMilliseconds) {
    const lock = await bind(path);
    if (lock) return lock;
    const pid = pidsBelow(host, path)[0];
    if (waited === 0) onWait?.(pid);
    whileWaiting?.();
    if (waited >= longestWait) {
      const holder = pid === undefined ? '' : ` (process ${pid})`;
      throw new HostError({
        message: `"${path}": another netcompose${holder} has been preparing this host for too long`,
        help:
          pid === undefined ? 'see `ss -xl | grep netcompose` for who holds it' : `wait for it, or end it: kill ${pid}`,
      });
    }
    await sleep(retryMilliseconds);
  }
}

export interface Lease {
  release(): Promise<void>;
}

/** Says that this process needs a Docker network, from before it is ensured until Compose has ended. */
export async function holdLease(host: Host, network: string): Promise<Lease> {
  if (host.platform !== 'linux') return { release: async () => undefined };
  const server = await bind(`${leasePath(network)}/${host.pid}`);
  return { release: () => close(server) };
}

/** The processes that hold a lease on a Docker network. */
export function leases(host: Host, network: string): readonly number[] {
  return host.platform === 'linux' ? pidsBelow(host, leasePath(network)) : [];
}

const leasePath = (network: string) => `netcompose-lease/${token(network)}`;

/** A name as part of a socket's, which has 107 characters in all; no two names give the same. */
function token(name: string): string {
  return /^[\w.-]{1,60}$/.test(name) ? name : `sha256:${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
}

/** The process ids at the ends of the abstract sockets below a path. */
function pidsBelow(host: Host, path: string): readonly number[] {
  const pids = (host.readText('/proc/net/unix') ?? '').split('\n').flatMap((line) => {
    const at = line.indexOf(` @${path}/`);
    // The kernel shows NULs as "@", and Node pads the name with them.
    const rest = at < 0 ? '' : line.slice(at + path.length + 3).replace(/@+$/, '');
    return /^\d+$/.test(rest) ? [Number(rest)] : [];
  });
  return [...new Set(pids)].sort((a, b) => a - b);
}

/** A listening abstract socket, or nothing where the name is taken. */
function bind(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    // A program that has nothing else to do may end; the kernel then closes the socket.
    server.listen({ path: `\0${path}` }, () => resolve(server.unref()));
  });
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
}
