/**
 * What Podman's Docker-compatible API leaves out or tells otherwise, asked through the API of its own that the same
 * socket serves, in Docker's words (docs/podman.md).
 */
import type { ContainerInspectInfo } from 'dockerode';
import type { EngineContainer, EngineNetwork } from '../../plan/facts/facts.ts';
import { formatCidr, parseAddress, spanOf } from '../../plan/facts/ip.ts';
import type { Engine } from '../engine/client.ts';
import { containerOf } from '../engine/questions.ts';
import { type ListedContainer, toContainer } from './engine-json.ts';

/** One element of Podman's `GET /libpod/networks/json`. */
export interface PodmanNetwork {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  /** The parent of a macvlan or ipvlan network; the bridge of another. */
  readonly network_interface?: string;
  readonly subnets?:
    | readonly {
        readonly subnet: string;
        readonly gateway?: string;
        readonly lease_range?: { readonly start_ip?: string; readonly end_ip?: string };
      }[]
    | null;
  readonly internal?: boolean;
  readonly options?: Readonly<Record<string, string>> | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

/** Docker's names of the drivers' options, and what they are where Podman is told nothing. */
const modeOptions: Readonly<Record<string, { readonly name: string; readonly usual: string }>> = {
  macvlan: { name: 'macvlan_mode', usual: 'bridge' },
  ipvlan: { name: 'ipvlan_mode', usual: 'l2' },
};

/**
 * A network as Docker would tell it. A range that is no subnet becomes the smallest one that holds it: netcompose asks
 * for ranges as subnets, and Podman leaves their first address out.
 */
export function fromPodmanNetwork(network: PodmanNetwork): EngineNetwork {
  const { mode, ...others } = network.options ?? {};
  const modeOption = Object.hasOwn(modeOptions, network.driver) ? modeOptions[network.driver] : undefined;
  return {
    id: network.id,
    name: network.name,
    driver: network.driver,
    scope: 'local',
    internal: network.internal ?? false,
    options: modeOption
      ? {
          ...others,
          ...(network.network_interface && { parent: network.network_interface }),
          [modeOption.name]: mode || modeOption.usual,
        }
      : (network.options ?? {}),
    labels: network.labels ?? {},
    pools: (network.subnets ?? []).map(({ subnet, gateway, lease_range: range }) => {
      const [first, last] = [parseAddress(range?.start_ip ?? ''), parseAddress(range?.end_ip ?? '')];
      return {
        subnet,
        ...(gateway && { gateway }),
        ...(first && last && { ipRange: formatCidr(spanOf(first, last)) }),
        auxiliaryAddresses: {},
      };
    }),
  };
}

/** All networks, as they are. */
export async function podmanNetworks(engine: Engine): Promise<readonly EngineNetwork[]> {
  // Every Podman with this API, from 4.0 on, answers under this version of it.
  const listed = (await engine.get('/v4.0.0/libpod/networks/json')) as readonly PodmanNetwork[] | null;
  return (listed ?? []).map(fromPodmanNetwork);
}

/** The containers with their network modes, which Podman's list does not have; one that has just gone is left out. */
export async function podmanContainers(
  engine: Engine,
  listed: readonly ListedContainer[],
): Promise<readonly EngineContainer[]> {
  const found = await Promise.all(
    listed.map(async (container) => {
      try {
        const { HostConfig }: Partial<ContainerInspectInfo> = await containerOf(engine, container.Id);
        return toContainer(container, HostConfig?.NetworkMode);
      } catch (error) {
        if ((error as { readonly statusCode?: number }).statusCode === 404) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
