/** A connection to the engine, by whichever way its endpoint is reached. */
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { Host } from '../system/host.ts';
import { readAnswer } from './answers.ts';
import type { Endpoint } from './endpoint.ts';
import { requestOver } from './socket-request.ts';
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

/** An engine that is asked. Nothing is sent before the first question. */
export interface Engine {
  /**
   * The answer to `GET path`, which is what Docker's API answers as far as netcompose reads it; where it is as the last
   * time, the same object. Throws where there is none, with `statusCode` where it is an error of the engine's.
   */
  get(path: string): Promise<unknown>;
  /** The headers by which the engine tells what it is; nothing where it does not, or is not asked by its socket. */
  greeting(): Promise<ReadonlyMap<string, string> | undefined>;
}

/** A way to ask the engine at the endpoint, each question with its time. */
export async function connect(endpoint: Endpoint, host: Host): Promise<Engine> {
  if (endpoint.kind === 'unix') return bySocket(endpoint, host);
  return byLibrary(await client(endpoint, host), patienceWith(endpoint, host));
}

/** The engine, with these questions and its greeting under way; what is asked once more is asked anew. */
export function askedAhead(engine: Engine, paths: readonly string[]): Engine {
  const once = <T>(ask: () => Promise<T>) => {
    let begun: Promise<T> | undefined = ask();
    // Whoever waits for it hears of it; perhaps nobody does.
    begun.catch(() => undefined);
    return () => {
      const asked = begun ?? ask();
      begun = undefined;
      return asked;
    };
  };
  const answers = new Map(paths.map((path) => [path, once(() => engine.get(path))]));
  return { get: (path) => answers.get(path)?.() ?? engine.get(path), greeting: once(() => engine.greeting()) };
}

/** A client that waits for as long as it takes: for answers that do not end, such as the engine's events. */
export const connectForEvents = (endpoint: Endpoint, host: Host): Promise<Docker> => client(endpoint, host);

/** By a unix socket, without a library. */
export function bySocket(endpoint: Extract<Endpoint, { readonly kind: 'unix' }>, host: Host): Engine {
  const seconds = patienceWith(endpoint, host);
  const ask = (path: string) => requestOver(endpoint.socket, path, { seconds, late: () => silent(seconds) });
  return {
    get: read(async (path) => {
      const { status, body } = await ask(path);
      return status === 200 ? body : refused(status, body);
    }),
    greeting: async () => {
      const { status, headers } = await ask('/_ping');
      return status === 200 ? headers : undefined;
    },
  };
}

/** Throws the engine's own words. */
function refused(status: number, body: string): never {
  const words = messageIn(body) ?? body.trim();
  throw Object.assign(new Error(`(HTTP code ${status}) ${words}`), { statusCode: status });
}

function messageIn(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** For how long a container is up: what changes although nothing has changed, and is not read. */
const ages = /"Status":"[^"\\]*"/g;

/** Reads an answer that is as the last time no second time. */
function read(bodyOf: (path: string) => Promise<string>): Engine['get'] {
  const last = new Map<string, { readonly text: string; readonly value: unknown }>();
  return async (path) => {
    const body = await bodyOf(path);
    const text = body.replace(ages, '');
    const known = last.get(path);
    if (known?.text === text) return known.value;
    const value = answerIn(path, body);
    last.set(path, { text, value });
    return value;
  };
}

function answerIn(path: string, body: string): unknown {
  const read = readAnswer(path.replace(/\?.*$/, ''), body);
  if ('value' in read) return read.value;
  throw nonsense(read.fault);
}

/** The library is loaded here: it is slow to load. */
async function client(endpoint: Endpoint, host: Host): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client((await way(endpoint, host)) as Docker.DockerOptions);
}

interface Request {
  readonly path: string;
  readonly method: 'GET';
  readonly isStream: true;
  readonly abortSignal: AbortSignal;
  readonly statusCodes: Readonly<Record<number, true | string>>;
}
interface Modem {
  dial(request: Request, answered: (error: unknown, value: unknown) => void): void;
}

/**
 * Each request has its time, and its answer is read here: where a connection breaks in the middle of one, the library
 * waits for ever for its end, and what is no JSON it gives as bytes (docker-modem 5.0.7, `buildRequest`).
 */
function byLibrary(docker: Docker, seconds: number): Engine {
  const modem = docker.modem as unknown as Modem;
  const body = async (asked: string): Promise<string> => {
    // Where a path has a query, the library takes off its last character (docker-modem 5.0.7, `dial`).
    const path = asked.includes('?') ? `${asked}&` : asked;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), seconds * 1000);
    const statusCodes = { 200: true, 404: 'not found', 500: 'server error' } as const;
    try {
      const stream = await new Promise((resolve, reject) =>
        modem.dial(
          { path, method: 'GET', isStream: true, abortSignal: controller.signal, statusCodes },
          (error, value) => (error ? reject(error) : resolve(value)),
        ),
      );
      return await text(stream as NodeJS.ReadableStream);
    } catch (error) {
      throw controller.signal.aborted ? silent(seconds) : error;
    } finally {
      clearTimeout(timer);
    }
  };
  return { get: read(body), greeting: async () => undefined };
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
