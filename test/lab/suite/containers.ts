/** Containers as the engine has them: asked once, because each call of `docker` takes seconds under emulation. */
import { must } from './process.ts';

export interface Container {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Whether it is in the network namespace of another container. */
  readonly joins: boolean;
  readonly addresses: readonly { readonly network: string; readonly v4: string; readonly v6: string }[];
}

interface Inspected {
  readonly Name: string;
  readonly Id: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly State: { readonly Pid: number; readonly StartedAt: string };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly GlobalIPv6Address: string }>>;
  };
}

let known: ReadonlyMap<string, Container> | undefined;

/** To be called whenever containers may have changed. */
export function forgetContainers(): void {
  known = undefined;
}

/** All containers, running or not, by name. */
export function containers(): ReadonlyMap<string, Container> {
  known ??= observe();
  return known;
}

export function stateOf(name: string): Container {
  const found = containers().get(name);
  if (!found) throw new Error(`there is no container "${name}"`);
  return found;
}

function observe(): ReadonlyMap<string, Container> {
  const ids = must('docker', 'ps', '--all', '--quiet', '--no-trunc').split('\n').filter(Boolean);
  if (ids.length === 0) return new Map();
  const inspected = JSON.parse(must('docker', 'inspect', ...ids)) as readonly Inspected[];
  return new Map(
    inspected.map(({ Name, Id, HostConfig, State, NetworkSettings }) => [
      Name.slice(1),
      {
        id: Id,
        pid: State.Pid,
        startedAt: State.StartedAt,
        joins: HostConfig.NetworkMode.startsWith('container:'),
        addresses: Object.entries(NetworkSettings.Networks).map(([network, { IPAddress, GlobalIPv6Address }]) => ({
          network,
          v4: IPAddress,
          v6: GlobalIPv6Address,
        })),
      },
    ]),
  );
}
