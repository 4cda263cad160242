/** Where the engine is, found as `docker` finds it. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { dockerConfig, dockerConfigFolder, parseObject } from './docker-config.ts';

interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whether the engine's certificate is checked. */
  readonly verify: boolean;
}

interface Found {
  /** As written: `unix:///run/docker.sock`. */
  readonly url: string;
  /** Who says so, for messages: `DOCKER_HOST`, `context "lab"`, `default`. */
  readonly from: string;
  /** Whether it is on another machine. */
  readonly remote: boolean;
}

export type Endpoint =
  | (Found & { readonly kind: 'unix'; readonly socket: string })
  | (Found & { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly tls?: TlsMaterial })
  | (Found & { readonly kind: 'ssh'; readonly address: string; readonly user?: string; readonly port?: number });

const defaultUrl = 'unix:///var/run/docker.sock';

/**
 * `DOCKER_HOST`, else `DOCKER_CONTEXT`, else the current context, else the default socket. Throws a `HostError` for a
 * context that does not exist and an address that netcompose cannot use.
 */
export function findEndpoint(host: Host): Endpoint {
  const url = host.env['DOCKER_HOST'];
  if (url) return parseEndpoint(url, 'DOCKER_HOST', environmentTls(host));
  const fromVariable = host.env['DOCKER_CONTEXT'];
  const context = fromVariable || dockerConfig(host).currentContext;
  if (!context || context === 'default') return parseEndpoint(defaultUrl, 'default', undefined);
  return contextEndpoint(host, context, fromVariable ? 'DOCKER_CONTEXT' : 'docker context use');
}

function contextEndpoint(host: Host, name: string, setBy: string): Endpoint {
  const id = createHash('sha256').update(name).digest('hex');
  const folder = posix.join(dockerConfigFolder(host), 'contexts');
  const meta = parseObject(host.readText(posix.join(folder, 'meta', id, 'meta.json')));
  const docker = (meta['Endpoints'] as Record<string, { Host?: unknown; SkipTLSVerify?: unknown }> | undefined)?.[
    'docker'
  ];
  if (typeof docker?.Host !== 'string' || docker.Host === '') {
    throw new HostError({
      message: `"${name}": there is no such Docker context (set by ${setBy})`,
      help: 'see `docker context ls`',
      noEngine: true,
    });
  }
  return parseEndpoint(
    docker.Host,
    `context "${name}"`,
    readTls(host, posix.join(folder, 'tls', id, 'docker'), docker.SkipTLSVerify !== true),
  );
}

function parseEndpoint(url: string, from: string, tls: TlsMaterial | undefined): Endpoint {
  if (url.startsWith('unix://')) return { kind: 'unix', url, from, remote: false, socket: url.slice('unix://'.length) };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const address = parsed?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (
    address !== '' &&
    (parsed?.protocol === 'tcp:' || parsed?.protocol === 'http:' || parsed?.protocol === 'https:')
  ) {
    const port = parsed.port === '' ? (tls ? 2376 : 2375) : Number(parsed.port);
    return { kind: 'tcp', url, from, remote: !isLoopback(address), address, port, ...(tls && { tls }) };
  }
  // A leading "-" would be an option to ssh.
  if (parsed?.protocol === 'ssh:' && /^[\w.:-]+$/.test(address) && !address.startsWith('-')) {
    const user = decodeURIComponent(parsed.username);
    return {
      kind: 'ssh',
      url,
      from,
      remote: true,
      address,
      ...(user !== '' && { user }),
      ...(parsed.port !== '' && { port: Number(parsed.port) }),
    };
  }
  throw new HostError({
    message: `"${url}" (${from}) is not an address of a Docker engine`,
    help: 'write unix://PATH, tcp://HOST:PORT or ssh://USER@HOST',
    noEngine: true,
  });
}

/**
 * With `DOCKER_HOST`, as `docker` does: TLS where `DOCKER_TLS_VERIFY` is set, from `DOCKER_CERT_PATH` or Docker's own
 * folder.
 */
function environmentTls(host: Host): TlsMaterial | undefined {
  if (!host.env['DOCKER_TLS_VERIFY'] && !host.env['DOCKER_TLS']) return undefined;
  const folder = host.env['DOCKER_CERT_PATH'] || dockerConfigFolder(host);
  const verify = Boolean(host.env['DOCKER_TLS_VERIFY']);
  return readTls(host, folder, verify) ?? { verify };
}

function readTls(host: Host, folder: string, verify: boolean): TlsMaterial | undefined {
  const ca = host.readText(posix.join(folder, 'ca.pem'));
  const cert = host.readText(posix.join(folder, 'cert.pem'));
  const key = host.readText(posix.join(folder, 'key.pem'));
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    verify,
  };
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}
