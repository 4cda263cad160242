/** Why the engine cannot be reached, told apart for people. */

import { causeText, HostError } from '../system/errors.ts';
import type { Endpoint } from './endpoint.ts';

export interface EngineUnreachable {
  readonly kind: 'unreachable';
  readonly reason: 'no-permission' | 'no-socket' | 'refused' | 'not-found' | 'timeout' | 'bad-address' | 'other';
  readonly message: string;
  readonly help?: string;
  /** The same to throw, for a caller that cannot do without the engine. */
  readonly error: HostError;
}

interface Explanation {
  readonly reason: EngineUnreachable['reason'];
  readonly fact: string;
  readonly help?: string;
}

const startIt =
  'start Docker (`systemctl start docker`), or point DOCKER_HOST or `docker context use` at the engine that runs';

/** By the system's error code. */
const explanations: Readonly<Record<string, Explanation>> = {
  EACCES: {
    reason: 'no-permission',
    fact: 'this user may not use the socket',
    help: 'add the user to the group "docker" and log in again, or run as root',
  },
  EPERM: {
    reason: 'no-permission',
    fact: 'this user may not use the socket',
    help: 'add the user to the group "docker" and log in again, or run as root',
  },
  ENOENT: { reason: 'no-socket', fact: 'there is no such socket', help: startIt },
  ENOTSOCK: { reason: 'no-socket', fact: 'this is not a socket', help: startIt },
  ECONNREFUSED: { reason: 'refused', fact: 'the connection is refused, nothing listens there', help: startIt },
  ECONNRESET: { reason: 'refused', fact: 'the connection was closed by the other side' },
  ENOTFOUND: { reason: 'not-found', fact: 'the host name is not known' },
  EAI_AGAIN: { reason: 'not-found', fact: 'the host name cannot be looked up' },
  EHOSTUNREACH: { reason: 'timeout', fact: 'the host cannot be reached' },
  ENETUNREACH: { reason: 'timeout', fact: 'the host cannot be reached' },
  ETIMEDOUT: { reason: 'timeout', fact: 'there was no answer in time' },
};

/** What a failed request to an endpoint means. */
export function unreachable(endpoint: Endpoint, cause: unknown): EngineUnreachable {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const { reason, fact, help } = explanations[code ?? ''] ?? {
    reason: 'other' as const,
    fact: causeText(cause),
    help: undefined,
  };
  return asResult(
    reason,
    new HostError({
      message: `"${endpoint.url}" (${endpoint.from}): ${fact}`,
      cause,
      ...(help !== undefined && { help }),
    }),
  );
}

/** The address itself is wrong (`findEndpoint` threw); anything else is a bug and goes on. */
export function badAddress(cause: unknown): EngineUnreachable {
  if (cause instanceof HostError) return asResult('bad-address', cause);
  throw cause;
}

function asResult(reason: EngineUnreachable['reason'], error: HostError): EngineUnreachable {
  return {
    kind: 'unreachable',
    reason,
    message: error.message,
    ...(error.help !== undefined && { help: error.help }),
    error,
  };
}
