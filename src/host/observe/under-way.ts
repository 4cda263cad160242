/**
 * What is asked of `ip` and of the engine in any case, begun without what reads the answers: that much code takes as
 * long to load as they take to answer.
 */
import { askedAhead, bySocket, type Engine } from '../engine/client.ts';
import { type Endpoint, findEndpoint } from '../engine/endpoint.ts';
import { listPaths } from '../engine/questions.ts';
import type { Host, RunResult } from '../system/host.ts';
import { look } from '../system/run-look.ts';

/** One process for everything that `ip` can tell. */
export const atOnce = ['addr', 'route show table all', 'neigh', 'rule'] as const;

export const batch = ['ip', '-N', '-j', '-d', '-batch', '-'] as const;

/** A question to `ip` that is under way. */
export type NetworkAsked = Promise<RunResult>;

/** An engine to which questions are under way. */
export interface EngineAsked {
  readonly endpoint: Endpoint;
  readonly engine: Engine;
}

/** Asks for everything that is read of `ip`. */
export function askNetwork(host: Host): NetworkAsked {
  const asked = look(host, batch, { input: `${atOnce.join('\n')}\n` });
  // Whoever waits for it hears of it; perhaps nobody does.
  asked.catch(() => undefined);
  return asked;
}

/**
 * Asks the engine that `docker` would talk to for what comes and goes, and who it is.
 *
 * @returns nothing where the connection alone takes long, or there is no telling where it leads
 */
export function askEngine(host: Host): EngineAsked | undefined {
  try {
    const endpoint = findEndpoint(host);
    return endpoint.kind === 'unix'
      ? { endpoint, engine: askedAhead(bySocket(endpoint, host), Object.values(listPaths)) }
      : undefined;
  } catch {
    return undefined; // whoever observes it says why
  }
}
