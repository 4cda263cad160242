/** The engine's networks, for whoever looks at them again and again while changing them. */
import type { EngineNetwork } from '../../plan/facts/facts.ts';
import { connect, type Engine } from '../engine/client.ts';
import { type Endpoint, findEndpoint } from '../engine/endpoint.ts';
import { containersOf, networksOf } from '../engine/questions.ts';
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
  let client: { readonly endpoint: Endpoint; readonly engine: Promise<Engine> } | undefined;
  const ask = async <T>(question: (engine: Engine) => Promise<T>): Promise<T> => {
    if (!client) {
      const endpoint = findEndpoint(host);
      client = { endpoint, engine: connect(endpoint, host) };
    }
    const { endpoint, engine } = client;
    try {
      return await question(await engine);
    } catch (cause) {
      throw unreachable(endpoint, cause).error;
    }
  };
  return {
    list: () => ask(listWhoeverItIs),
    hasContainers: (network) => ask(async (engine) => (await containersOf(engine, { network: [network] })).length > 0),
  };
}

/** Asks an engine that does not look like Podman nothing more: this is asked often, and every request takes time. */
async function listWhoeverItIs(engine: Engine): Promise<readonly EngineNetwork[]> {
  const listed = await networksOf(engine);
  // Podman names the driver of addresses here; on Docker these are options that somebody has given.
  const mayBePodman = listed.some(({ IPAM }) => (IPAM?.Options as { driver?: string } | null | undefined)?.driver);
  if (mayBePodman && isPodman((await engine.get('/version')) as Version)) return podmanNetworks(engine);
  return listed.map(toNetwork);
}
