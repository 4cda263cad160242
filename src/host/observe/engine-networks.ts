/** The engine's networks, for whoever looks at them again and again while changing them. */
import type Docker from 'dockerode';
import type { EngineNetwork } from '../../plan/facts/facts.ts';
import { connect } from '../engine/client.ts';
import { type Endpoint, findEndpoint } from '../engine/endpoint.ts';
import { unreachable } from '../engine/unreachable.ts';
import type { Host } from '../system/host.ts';
import { isPodman, toNetwork, type Version } from './engine-json.ts';
import { podmanNetworks } from './podman.ts';

/** Both throw a `HostError` where the engine cannot be reached. */
interface EngineNetworks {
  /** All of them, as they are now. */
  list(): Promise<readonly EngineNetwork[]>;
  /** Whether any container, running or stopped, is on a network. */
  hasContainers(network: string): Promise<boolean>;
}

/** Through one client, which is made for the first question: most runs of an executor ask none. */
export function engineNetworks(host: Host): EngineNetworks {
  let client: { readonly endpoint: Endpoint; readonly docker: Promise<Docker> } | undefined;
  const ask = async <T>(question: (docker: Docker) => Promise<T>): Promise<T> => {
    if (!client) {
      const endpoint = findEndpoint(host);
      client = { endpoint, docker: connect(endpoint, host) };
    }
    const { endpoint, docker } = client;
    try {
      return await question(await docker);
    } catch (cause) {
      throw unreachable(endpoint, cause).error;
    }
  };
  return {
    list: () => ask(listWhoeverItIs),
    hasContainers: (network) =>
      ask(async (docker) => (await docker.listContainers({ all: true, filters: { network: [network] } })).length > 0),
  };
}

/** Asks an engine that does not look like Podman nothing more: this is asked often, and every request takes time. */
async function listWhoeverItIs(docker: Docker): Promise<readonly EngineNetwork[]> {
  const listed = await docker.listNetworks();
  // Podman names the driver of addresses here; on Docker these are options that somebody has given.
  const mayBePodman = listed.some(({ IPAM }) => (IPAM?.Options as { driver?: string } | null | undefined)?.driver);
  return mayBePodman && isPodman((await docker.version()) as Version) ? podmanNetworks(docker) : listed.map(toNetwork);
}
