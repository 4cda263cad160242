/**
 * Requests over a unix socket, each by a connection of its own. `node:http` and a client library take longer to load
 * and to get going than an engine takes to answer, and `up` asks before and after Compose.
 */
import { connect } from 'node:net';
import { type HttpAnswer, httpReader } from './http-answer.ts';

/** The connection ended in the middle of an answer, or before it; by the name that the system has for that. */
const cutOff = () => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });

/**
 * Asks for a path.
 *
 * @param late what is thrown where there is no whole answer in time
 * @returns the answer, whatever its status; throws what the system says where there is none
 */
export function requestOver(
  socket: string,
  path: string,
  { seconds, late }: { readonly seconds: number; readonly late: () => Error },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const reader = httpReader();
    const connection = connect({ path: socket });
    const timer = setTimeout(() => connection.destroy(late()), seconds * 1000);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      connection.destroy();
      how();
    };
    const read = (more: () => HttpAnswer | undefined) => {
      try {
        const answer = more();
        if (answer) settle(() => resolve(answer));
        return answer;
      } catch (error) {
        settle(() => reject(error));
        return undefined;
      }
    };
    connection.on('data', (bytes) => void read(() => reader.push(bytes)));
    connection.on('end', () => read(() => reader.end()) ?? settle(() => reject(cutOff())));
    connection.on('error', (error: NodeJS.ErrnoException) =>
      settle(() => reject(error.code === 'EPIPE' ? cutOff() : error)),
    );
    // Not `end`: an engine may take the end of what we say for a hang-up.
    connection.write(`GET ${path} HTTP/1.1\r\nHost: docker\r\nAccept: application/json\r\nConnection: close\r\n\r\n`);
  });
}
