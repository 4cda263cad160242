/** Why the engine cannot be reached, in words that say what to do. */

import { causeText, HostError } from '../system/errors.ts';
import type { Endpoint } from './endpoint.ts';

export interface EngineUnreachable {
  readonly kind: 'unreachable';
  readonly reason:
    | 'no-permission'
    | 'no-socket'
    | 'refused'
    | 'broken'
    | 'not-found'
    | 'timeout'
    | 'bad-address'
    | 'other';
  readonly message: string;
  readonly help?: string;
  /** The same to throw, for a caller that cannot do without the engine. */
  readonly error: HostError;
}

interface Explanation {
  readonly reason: EngineUnreachable['reason'];
  readonly message: string;
  readonly help?: string;
}

const startIt =
  'start Docker (`systemctl start docker`), or point DOCKER_HOST or `docker context use` at the engine that runs';

const lookAtIt = 'see whether `docker version` answers, and what the engine says (`journalctl -u docker`)';

/** By the system's error code. */
const explanations: Readonly<Record<string, Explanation>> = {
  EACCES: {
    reason: 'no-permission',
    message: 'this user may not use the socket',
    help: 'add the user to the group "docker" and log in again, or run as root',
  },
  EPERM: {
    reason: 'no-permission',
    message: 'this user may not use the socket',
    help: 'add the user to the group "docker" and log in again, or run as root',
  },
  ENOENT: { reason: 'no-socket', message: 'there is no such socket', help: startIt },
  ENOTSOCK: { reason: 'no-socket', message: 'this is not a socket', help: startIt },
  ECONNREFUSED: { reason: 'refused', message: 'the connection is refused, nothing listens there', help: startIt },
  ECONNRESET: {
    reason: 'broken',
    message: 'the connection was closed before there was a whole answer',
    help: lookAtIt,
  },
  ENOTFOUND: { reason: 'not-found', message: 'the host name is not known' },
  EAI_AGAIN: { reason: 'not-found', message: 'the host name cannot be looked up' },
  EHOSTUNREACH: { reason: 'timeout', message: 'the host cannot be reached' },
  ENETUNREACH: { reason: 'timeout', message: 'the host cannot be reached' },
  ETIMEDOUT: { reason: 'timeout', message: 'there was no answer in time' },
  // What Node says of an answer that ends before its end.
  ERR_STREAM_PREMATURE_CLOSE: {
    reason: 'broken',
    message: 'the connection was closed before there was a whole answer',
    help: lookAtIt,
  },
};

/** By which an engine that is slower than any other is given more time: seconds for one answer. */
export const patienceVariable = 'NETCOMPOSE_ENGINE_SECONDS';

/** What is known of a failed request beside its code. */
class RequestFault extends Error {
  override readonly name = 'RequestFault';
  readonly explanation: Explanation;
  constructor(explanation: Explanation) {
    super(explanation.message);
    this.explanation = explanation;
  }
}

/** There was no whole answer in time. */
export const silent = (seconds: number): Error =>
  new RequestFault({
    reason: 'timeout',
    message: `there was no answer within ${seconds} seconds`,
    help:
      'see whether `docker version` answers, and restart the engine if it does not; a slow one is given more time ' +
      `by ${patienceVariable}=60`,
  });

/** What answers is no engine. */
export const nonsense = (message: string): Error =>
  new RequestFault({
    reason: 'other',
    message,
    help: 'see whether `docker version` answers; it may be another program that listens there',
  });

/** What a failed request to an endpoint means. */
export function unreachable(endpoint: Endpoint, cause: unknown): EngineUnreachable {
  const { reason, message, help } = explanationOf(cause);
  return asResult(
    reason,
    new HostError({
      message: `"${endpoint.url}" (${endpoint.from}): ${message}`,
      noEngine: true,
      cause,
      ...(help !== undefined && { help }),
    }),
  );
}

function explanationOf(cause: unknown): Explanation {
  if (cause instanceof RequestFault) return cause.explanation;
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code.startsWith('HPE_')) return explanationOf(nonsense('what listens there does not speak HTTP'));
  return Object.hasOwn(explanations, code) ? explanations[code]! : { reason: 'other', message: causeText(cause) };
}

/** For when `findEndpoint` threw because the address itself is wrong. Anything else is a bug, and thrown again. */
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
