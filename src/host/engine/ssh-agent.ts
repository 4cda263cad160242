/**
 * HTTP over `ssh … docker system dial-stdio`, as the Docker CLI does it, so that the user's own ssh configuration, keys
 * and known hosts apply; the client library's own ssh knows none of them.
 */
import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { Host } from '../system/host.ts';
import type { Endpoint } from './endpoint.ts';

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>;

/** The command that carries one connection. */
export function dialCommand({ address, user, port }: SshEndpoint): readonly string[] {
  return [
    ...[
      'ssh',
      '-o',
      'ConnectTimeout=30',
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', String(port)]),
    ],
    ...['--', address, 'docker', 'system', 'dial-stdio'],
  ];
}

/** An agent whose connections are processes; each ends with its request. */
export function sshAgent(endpoint: SshEndpoint, host: Host): Agent {
  const agent = new Agent({ keepAlive: false, maxSockets: 1 });
  const createConnection = () => {
    const [file = 'ssh', ...args] = dialCommand(endpoint);
    const child = spawn(file, args, { cwd: host.cwd, env: { ...host.env }, stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = Duplex.from({ writable: child.stdin, readable: child.stdout });
    // A request listens for errors itself; once it is done, a broken connection is not an error.
    connection.on('error', () => undefined);
    child.on('error', (error) => connection.destroy(error));
    connection.on('close', () => child.kill());
    return asSocket(connection);
  };
  return Object.assign(agent, { createConnection });
}

/** Node's HTTP client calls these methods of a socket; for a process they have nothing to do. */
function asSocket(connection: Duplex): Duplex {
  const nothing = () => connection;
  return Object.assign(connection, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  });
}
