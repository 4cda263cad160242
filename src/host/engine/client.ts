/** A connection to the engine, by whichever way its endpoint is reached. */
import type Docker from 'dockerode';
import type { Host } from '../system/host.ts';
import type { Endpoint } from './endpoint.ts';

/** How long to wait for an answer; even a busy engine lists thousands of containers in less. */
const timeoutMilliseconds = 30_000;

/**
 * A client for the endpoint. Nothing is sent yet. The library is loaded here: few commands need it, and it is slow to
 * load.
 */
export async function connect(endpoint: Endpoint, host: Host): Promise<Docker> {
  return client(endpoint, host, { timeout: timeoutMilliseconds });
}

/** A client that waits for as long as it takes: for answers that do not end, such as the engine's events. */
export const connectForEvents = (endpoint: Endpoint, host: Host): Promise<Docker> => client(endpoint, host, {});

async function client(endpoint: Endpoint, host: Host, options: { readonly timeout?: number }): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client({
    ...options,
    connectionTimeout: timeoutMilliseconds,
    ...(await way(endpoint, host)),
  } as Docker.DockerOptions);
}

async function way(endpoint: Endpoint, host: Host): Promise<object> {
  switch (endpoint.kind) {
    case 'unix':
      return { socketPath: endpoint.socket };
    case 'tcp': {
      const { address, port, tls } = endpoint;
      if (!tls) return { protocol: 'http', host: address, port };
      const { Agent } = await import('node:https');
      // The client has no setting for an unchecked certificate, and uses an agent where it is given one.
      return {
        protocol: 'https',
        host: address,
        port,
        agent: new Agent({ ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: tls.verify }),
      };
    }
    case 'ssh': {
      const { sshAgent } = await import('./ssh-agent.ts');
      return { protocol: 'http', host: 'docker.example.com', port: 80, agent: sshAgent(endpoint, host) };
    }
  }
}
