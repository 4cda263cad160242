/** An engine in memory, asked through its API over a socket as a real one is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ApiNetwork {
  readonly Driver: string;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly IPAM?: { readonly Config: readonly Readonly<Record<string, unknown>>[] | null };
}

interface ApiContainer {
  readonly name: string;
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The addresses, by network. */
  readonly networks: Readonly<Record<string, { readonly IPAddress?: string; readonly MacAddress?: string }>>;
}

export interface FakeEngine {
  /** Leads `docker` and netcompose to it. */
  readonly env: { readonly DOCKER_HOST: string };
  /** By name. */
  readonly networks: Map<string, ApiNetwork>;
  readonly containers: ApiContainer[];
  /** Tells everybody who listens for events that something has changed. */
  tell(): void;
  /** Ends all connections, and answers nobody until it is called again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The path of every request, in order. */
  readonly requests: string[];
}

let sockets: string | undefined;
let engines = 0;

/** One for all engines of this process, removed when it ends. */
function socketFolder(): string {
  if (sockets === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'netcompose-fake-engine-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    sockets = made;
  }
  return sockets;
}

/** It answers until the process ends, which it does not keep from ending. */
export function fakeEngine(version = '28.5.2'): FakeEngine {
  const folder = socketFolder();
  const networks: FakeEngine['networks'] = new Map();
  const containers: ApiContainer[] = [];
  const requests: string[] = [];

  const answers: Readonly<Record<string, (query: URLSearchParams) => unknown>> = {
    '/version': () => ({ Version: version, Components: [{ Name: 'Engine' }] }),
    '/info': () => ({ OperatingSystem: 'Debian GNU/Linux 12', SecurityOptions: [], Swarm: {} }),
    '/networks': () =>
      [...networks].map(([Name, network]) => ({
        Id: `id-of-${Name}`,
        Name,
        Scope: 'local',
        Internal: false,
        ...network,
      })),
    '/containers/json': (query) => {
      const { network } = JSON.parse(query.get('filters') ?? '{}') as { network?: readonly string[] };
      return containers
        .filter((one) => !network || network.some((name) => Object.hasOwn(one.networks, name)))
        .map(({ name, state = 'running', labels = {}, networks: attached }) => ({
          ...{ Id: `id-of-${name}`, Names: [`/${name}`], State: state, Labels: labels, Ports: [] },
          HostConfig: { NetworkMode: Object.keys(attached)[0] ?? 'none' },
          NetworkSettings: { Networks: attached },
        }));
    },
  };
  const listening = new Set<ServerResponse>();
  const inspected = (path: string): unknown => {
    const name = /^\/containers\/id-of-(.+)\/json$/.exec(path)?.[1];
    const found = containers.find((one) => one.name === name);
    const isRunning = (found?.state ?? 'running') === 'running';
    return (
      found && {
        State: { Status: found.state ?? 'running', Running: isRunning, Pid: isRunning ? 71 : 0, ExitCode: 1 },
        ...{ RestartCount: 0, HostConfig: { NetworkMode: Object.keys(found.networks)[0] ?? 'none' } },
        NetworkSettings: { Networks: found.networks },
      }
    );
  };
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://engine');
    requests.push(pathname);
    if (pathname === '/events') {
      listening.add(response);
      response.on('close', () => listening.delete(response));
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      return;
    }
    const found = inspected(pathname);
    const answer = found === undefined ? answers[pathname] : () => found;
    response
      .writeHead(answer ? 200 : 404, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(answer ? answer(searchParams) : { message: `no such thing: ${pathname}` }));
  });
  const socket = join(folder, `${++engines}.sock`);
  server.listen(socket);
  server.unref();
  return {
    env: { DOCKER_HOST: `unix://${socket}` },
    networks,
    containers,
    requests,
    tell: () => {
      for (const response of listening) response.write('{}\n');
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    start: () => new Promise((resolve) => server.listen(socket, () => resolve(void server.unref()))),
  };
}
