/** A connection to the engine, by whichever way its endpoint is reached. */
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { Host } from '../system/host.ts';
import { readAnswer } from './answers.ts';
import type { Endpoint } from './endpoint.ts';
import { nonsense, patienceVariable, silent } from './unreachable.ts';

/**
 * How long one answer may take, from the connection to its last byte. An engine answers from memory, in milliseconds;
 * one on a small or a busy machine within seconds.
 */
const usualSeconds = 8;
/** By ssh a connection is made for each request, and somebody may have to type a passphrase for it. */
const sshSeconds = 60;

/** How long an answer of this endpoint is waited for, in seconds. */
export function patienceWith(endpoint: Endpoint, { env }: Pick<Host, 'env'>): number {
  const given = Number(env[patienceVariable]);
  if (given > 0) return given;
  return endpoint.kind === 'ssh' ? sshSeconds : usualSeconds;
}

/**
 * A client for the endpoint. Nothing is sent yet. The library is loaded here: few commands need it, and it is slow to
 * load.
 */
export async function connect(endpoint: Endpoint, host: Host): Promise<Docker> {
  return bounded(await client(endpoint, host), patienceWith(endpoint, host));
}

/** A client that waits for as long as it takes: for answers that do not end, such as the engine's events. */
export const connectForEvents = (endpoint: Endpoint, host: Host): Promise<Docker> => client(endpoint, host);

async function client(endpoint: Endpoint, host: Host): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client((await way(endpoint, host)) as Docker.DockerOptions);
}

interface Request {
  readonly path: string;
  readonly isStream?: boolean;
  readonly abortSignal?: AbortSignal;
}
type Answered = (error: unknown, value: unknown) => void;
interface Modem {
  dial(request: Request, answered: Answered): void;
}

/**
 * Gives each request its time, and reads the answer here: where a connection breaks in the middle of one, the library
 * waits for ever for its end, and what is no JSON it gives as bytes (docker-modem 5.0.7, `buildRequest`).
 */
function bounded(docker: Docker, seconds: number): Docker {
  const modem = docker.modem as unknown as Modem;
  const dial = modem.dial.bind(modem);
  modem.dial = (request, answered) => {
    if (request.isStream) return dial(request, answered);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), seconds * 1000);
    const end: Answered = (error, value) => {
      clearTimeout(timer);
      answered(controller.signal.aborted ? silent(seconds) : error, value);
    };
    dial({ ...request, isStream: true, abortSignal: controller.signal }, (error, stream) => {
      if (error) return end(error, null);
      const path = request.path.replace(/\?.*$/, '').replace(/^\/?/, '/');
      text(stream as NodeJS.ReadableStream).then(
        (body) => {
          const read = readAnswer(path, body);
          if ('value' in read) end(null, read.value);
          else end(nonsense(read.fault), null);
        },
        (broken: unknown) => end(broken, null),
      );
    });
  };
  return docker;
}

/** Node's own, with those that `bin/netcompose.cjs` has kept Node from reading; nothing where these are all. */
async function usualAuthorities(host: Host): Promise<string[] | undefined> {
  const more = host.readText(host.env['NODE_EXTRA_CA_CERTS'] || '/nowhere');
  if (more === undefined) return undefined;
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, more];
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
        agent: new Agent({
          ca: tls.ca ?? (await usualAuthorities(host)),
          cert: tls.cert,
          key: tls.key,
          rejectUnauthorized: tls.verify,
        }),
      };
    }
    case 'ssh': {
      const { sshAgent } = await import('./ssh-agent.ts');
      return { protocol: 'http', host: 'docker.example.com', port: 80, agent: sshAgent(endpoint, host) };
    }
  }
}
