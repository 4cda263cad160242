/**
 * What an engine is. It is asked for that once: for its version and more of itself it starts programs (`runc`,
 * `docker-init`), which takes longer than all else that it is asked. The head of a short answer says whether it is
 * still the same one.
 */
import type { EngineFacts } from '../../plan/facts/facts.ts';
import type { Engine } from '../engine/client.ts';
import type { Endpoint } from '../engine/endpoint.ts';
import { keep, readKept } from '../kept.ts';
import type { Host } from '../system/host.ts';
import {
  type Asking,
  engineKind,
  engineProduct,
  type Info,
  isPodman,
  swarmState,
  type Version,
} from './engine-json.ts';

type Identity = Omit<EngineFacts, 'networks' | 'containers' | 'images'>;

export interface Identified {
  readonly identity: Identity;
  /** Keeps it, for when the command has succeeded; absent where there is nothing new to keep. */
  readonly remember?: () => void;
}

/** @param path where it is kept; absent: it is asked for, and not kept */
export async function identified(host: Host, engine: Engine, endpoint: Endpoint, path?: string): Promise<Identified> {
  const mark = endpoint.kind === 'unix' && path !== undefined ? host.mark(endpoint.socket) : undefined;
  if (!mark || path === undefined) return { identity: await asked(host, engine, endpoint) };
  const [keptKey, kept] = readKept(host, path)?.split('\n') ?? [];
  // Where nothing is kept, everything is asked at once.
  const asking = kept === undefined ? asked(host, engine, endpoint) : undefined;
  const [headers] = await Promise.all([engine.greeting().catch(() => undefined), asking]);
  const key = headers && keyOf(endpoint, mark, headers);
  if (key !== undefined && key === keptKey && kept !== undefined) return { identity: JSON.parse(kept) as Identity };
  const identity = await (asking ?? asked(host, engine, endpoint));
  // What a swarm or Podman is can change while the same program answers, and no header tells.
  const isKept = key !== undefined && identity.swarm === 'inactive' && identity.kind !== 'podman';
  return { identity, ...(isKept && { remember: () => keep(host, path, `${key}\n${JSON.stringify(identity)}`) }) };
}

/**
 * By what the same engine is known: its program's version, at the same socket. Nothing where it does not say, or is in
 * a swarm: engines before 23.0 do not tell of a swarm here.
 */
function keyOf(endpoint: Endpoint, mark: object, headers: ReadonlyMap<string, string>): string | undefined {
  const server = headers.get('server');
  if (!server?.startsWith('Docker/') || headers.get('swarm') !== 'inactive') return undefined;
  return JSON.stringify([endpoint.url, mark, server, headers.get('api-version')]);
}

async function asked(host: Host, engine: Engine, endpoint: Endpoint): Promise<Identity> {
  const asking = engine.get('/version') as Promise<Version>;
  // By ssh first alone: where an engine cannot be reached, a password is then asked for once.
  if (endpoint.kind === 'ssh') await asking;
  const [version, info] = await Promise.all([asking, engine.get('/info') as Promise<Info>]);
  const from: Asking = {
    platform: host.platform,
    remote: endpoint.remote,
    ...(endpoint.kind === 'unix' && { socket: endpoint.socket }),
  };
  const product = engineProduct(version, info, from);
  return {
    version: version.Version,
    kind: engineKind(version, info, from),
    ...(isPodman(version) && info.Rootless === true && { rootless: true as const }),
    ...(product && { product }),
    remote: endpoint.remote,
    swarm: swarmState(info),
  };
}
