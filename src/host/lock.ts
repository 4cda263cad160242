/**
 * One at a time, and "somebody still needs this", between all processes that may change this host's network: root's,
 * and those of who may use the engine. Nobody else can hold them up: see `system/claims.ts`. Both belong to the network
 * namespace, as the interfaces do that they guard. Other systems have no shims; there both functions do nothing.
 */
import { createHash, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEndpoint } from './engine/endpoint.ts';
import { type Claim, finished, groupOfSocket, liveClaims, makeClaim, type Trust } from './system/claims.ts';
import { HostError } from './system/errors.ts';
import type { Host } from './system/host.ts';

/** Two that began at the same moment saw each other, and both stepped back: the next time one comes first. */
const retryMilliseconds = () => randomInt(25, 75);
/** Long enough for another user's sudo to ask for a password. */
const longestWaitMilliseconds = 120_000;

export interface LockOptions {
  readonly longestWait?: number;
  /** Called again and again while the lock is taken; what it throws ends the wait. */
  readonly whileWaiting?: () => void;
  /** Called once, if the lock is taken. */
  readonly onWait?: (pid: number) => void;
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
  let claim: Claim | undefined;
  let isOver = host.platform !== 'linux';
  const release = async () => {
    isOver = true;
    const last = claim;
    claim = undefined;
    await last?.release();
  };
  return {
    get isHeld() {
      return claim !== undefined;
    },
    takeIfFree: async () => {
      if (isOver || claim) return;
      claim = await claimIfFree(host, name);
      if (isOver) await release();
    },
    release,
  };
}

/** Where it cannot be made at all, whoever needs it is told. */
async function claimIfFree(host: Host, name: string): Promise<Claim | undefined> {
  const claims = claimsOn(host, 'lock', name);
  const trust = trustOf(host);
  try {
    const live = await liveClaims(claims, trust);
    return live.length === 0 ? await claimAlone(host, claims, trust) : undefined;
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

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
  const lock = await acquire(host, claimsOn(host, 'lock', name), options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function acquire(
  host: Host,
  claims: string,
  { longestWait = longestWaitMilliseconds, onWait, whileWaiting }: LockOptions,
): Promise<Claim> {
  const trust = trustOf(host);
  let waited = 0;
  let isTold = false;
  for (;;) {
    const [holder] = await liveClaims(claims, trust);
    if (holder === undefined) {
      const claim = await claimAlone(host, claims, trust);
      if (claim) return claim;
    } else if (!isTold) {
      isTold = true;
      onWait?.(pidOf(holder));
    }
    whileWaiting?.();
    if (waited >= longestWait) throw tooLong(holder);
    const pause = retryMilliseconds();
    waited += pause;
    await sleep(pause);
  }
}

/**
 * Claims first and looks then: of two that claim at once at least one sees the other, and steps back. Looking first
 * would let both in.
 */
async function claimAlone(host: Host, claims: string, trust: Trust): Promise<Claim | undefined> {
  const claim = await makeClaim(`${claims}.${host.pid}`, trust);
  const others = await liveClaims(claims, trust, claim.name);
  if (others.length === 0) return claim;
  await claim.release();
  return undefined;
}

function tooLong(holder: string | undefined): HostError {
  const pid = holder === undefined ? undefined : pidOf(holder);
  const who = `another netcompose${pid === undefined ? '' : ` (process ${pid})`}`;
  return new HostError({
    message: `${who} has been preparing this host for too long`,
    help: pid === undefined ? 'try again' : `wait for it, or end it: kill ${pid}`,
  });
}

export interface Lease {
  release(): Promise<void>;
}

/** Says that this process needs a Docker network, from before it is ensured until Compose has ended. */
export async function holdLease(host: Host, network: string): Promise<Lease> {
  if (host.platform !== 'linux') return { release: async () => undefined };
  return makeClaim(`${claimsOn(host, 'lease', network)}.${host.pid}`, trustOf(host));
}

/** The processes that hold a lease on a Docker network. */
export async function leases(host: Host, network: string): Promise<readonly number[]> {
  if (host.platform !== 'linux') return [];
  const pids = (await liveClaims(claimsOn(host, 'lease', network), trustOf(host))).map(pidOf);
  return [...new Set(pids)].sort((a, b) => a - b);
}

/** What the names of all claims of a kind begin with; the process id and something unique follow. */
function claimsOn(host: Host, kind: 'lock' | 'lease', name: string): string {
  const namespace = /\d+/.exec(host.readLink('/proc/self/ns/net') ?? '')?.[0] ?? '0';
  return `${finished}${namespace}.${kind}.${token(name)}`;
}

/** A name as part of a file's; no two names give the same: a digest has 32 characters. */
function token(name: string): string {
  return /^[\w-]{1,31}$/.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 32);
}

const pidOf = (claim: string): number => Number(claim.split('.').at(-2));

/** Where there is no engine on this host, root and this user count. */
function trustOf(host: Host): Trust {
  try {
    const endpoint = findEndpoint(host);
    return { uid: host.uid, group: endpoint.kind === 'unix' ? groupOfSocket(endpoint.socket) : undefined };
  } catch (error) {
    if (error instanceof HostError) return { uid: host.uid, group: undefined };
    throw error;
  }
}
