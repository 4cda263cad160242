/** Things that listen on a socket where an engine should be, each broken in its own way. */
import { createServer, type Server, type Socket } from 'node:net';

export interface BrokenEngine {
  readonly env: { readonly DOCKER_HOST: string };
  close(): void;
}

/** What a connection gets, once it has asked for a path. */
export type Answering = (path: string, socket: Socket) => void;

/** Plain HTTP by hand: a broken engine does not do it as a library would. */
export function broken(path: string, answering: Answering): Promise<BrokenEngine> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let asked = '';
    socket.on('data', (bytes) => {
      asked += bytes.toString('latin1');
      const request = /^[A-Z]+ (\S+) HTTP\/1\.1\r\n[^]*\r\n\r\n/.exec(asked);
      if (!request) return;
      asked = '';
      answering(request[1]!.replace(/\?.*/, ''), socket);
    });
  });
  return new Promise((resolve) =>
    server.listen(path, () =>
      resolve({
        env: { DOCKER_HOST: `unix://${path}` },
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    ),
  );
}

export const head = (length: number, status = '200 OK', type = 'application/json') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;

/** A whole answer. */
export const whole = (body: string, status?: string, type?: string) =>
  head(Buffer.byteLength(body), status, type) + body;

const sound: Readonly<Record<string, unknown>> = {
  '/version': { Version: '28.5.2', Components: [{ Name: 'Engine' }] },
  '/info': { OperatingSystem: 'Debian GNU/Linux 12', SecurityOptions: [], Swarm: {} },
  '/networks': [],
  '/containers/json': [],
};

/** Answers as an engine does, but for the paths that `but` answers by itself. */
export const soundBut =
  (but: Readonly<Record<string, Answering>>): Answering =>
  (path, socket) => {
    const own = Object.hasOwn(but, path) ? but[path] : undefined;
    if (own) own(path, socket);
    else if (Object.hasOwn(sound, path)) socket.end(whole(JSON.stringify(sound[path])));
    else socket.end(whole('{"message":"no such thing"}', '404 Not Found'));
  };
