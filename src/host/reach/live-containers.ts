/** The project's containers as the engine has them now. */
import type { ContainerInfo } from 'dockerode';
import type { LiveContainer } from '../../plan/reach/live-container.ts';
import { connect, type Engine } from '../engine/client.ts';
import { findEndpoint } from '../engine/endpoint.ts';
import { containerOf, containersOf } from '../engine/questions.ts';
import { badAddress, type EngineUnreachable, unreachable } from '../engine/unreachable.ts';
import type { Host } from '../system/host.ts';

export type Observed = { readonly kind: 'reached'; readonly containers: readonly LiveContainer[] } | EngineUnreachable;

/** Those that `run` has made are left out: they are nobody's service. An engine that cannot be reached is a result. */
export async function observeContainers(host: Host, project: string): Promise<Observed> {
  try {
    const endpoint = findEndpoint(host);
    try {
      const engine = await connect(endpoint, host);
      const label = [`com.docker.compose.project=${project}`];
      const listed = await containersOf(engine, { label });
      const services = listed.filter(
        ({ Labels }) =>
          Labels['com.docker.compose.project'] === project && Labels['com.docker.compose.oneoff'] !== 'True',
      );
      const containers = await Promise.all(services.map((one) => inspected(engine, one, host)));
      return { kind: 'reached', containers: containers.flatMap((container) => container ?? []) };
    } catch (cause) {
      return unreachable(endpoint, cause);
    }
  } catch (cause) {
    return badAddress(cause);
  }
}

const healths: ReadonlySet<string | undefined> = new Set(['starting', 'healthy', 'unhealthy']);

/** Nothing where it has gone meanwhile. */
async function inspected(
  engine: Engine,
  { Id, Names, Labels, Ports }: ContainerInfo,
  host: Host,
): Promise<LiveContainer | undefined> {
  const found = await containerOf(engine, Id).catch((error: { readonly statusCode?: number }) => {
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  if (!found) return undefined;
  const { State, NetworkSettings } = found;
  const health = State.Health?.Status;
  const hosts = State.Pid > 0 ? hostsOf(host, State.Pid) : undefined;
  return {
    name: (Names[0] ?? Id).replace(/^\//, ''),
    service: Labels['com.docker.compose.service'] ?? '',
    state: State.Status,
    ...(State.Running && !State.Restarting ? {} : { exitCode: State.ExitCode }),
    ...(State.Error && { error: State.Error }),
    ...(found.RestartCount > 0 && { restarts: found.RestartCount }),
    ...(found.HostConfig.NetworkMode === 'host' && { isOnHost: true }),
    ...(healths.has(health) && { health: health as NonNullable<LiveContainer['health']> }),
    ...(State.Pid > 0 && { pid: State.Pid }),
    addresses: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAddress, GlobalIPv6Address }]) => [
        name,
        [IPAddress, GlobalIPv6Address].filter((address) => address !== undefined && address !== ''),
      ]),
    ),
    ports: Ports.flatMap(({ PrivatePort, PublicPort, Type }) =>
      PublicPort ? [{ published: PublicPort, target: PrivatePort, protocol: Type }] : [],
    ),
    ...(hosts && { hosts }),
  };
}

/** Only root may look into a container's files. */
function hostsOf(host: Host, pid: number): Readonly<Record<string, string>> | undefined {
  const text = host.readText(`/proc/${pid}/root/etc/hosts`);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  // The first entry of a name counts (hosts(5)).
  return Object.fromEntries(
    lines.reverse().flatMap(([address = '', ...names]) => names.map((name) => [name, address] as const)),
  );
}
