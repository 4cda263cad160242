/** The shared Docker network. */
import type { EnsureNetwork } from '../../plan/actions/action.ts';
import { parseAddress, parseCidr, sameAddress, sameCidr } from '../../plan/facts/ip.ts';
import { type Context, done, missing, type State } from './state.ts';

/** Done where a network of this name is as wanted, whoever made it; another of that name is in the way. */
export async function networkState(action: EnsureNetwork, { observer }: Context): Promise<State> {
  const network = await observer.network(action.name);
  if (!network) return missing;
  const options = network.Options ?? {};
  const pools = network.IPAM.Config ?? [];
  // The engine adds options and gateways of its own; only what is wanted is compared.
  const same =
    network.Driver === action.driver &&
    Object.entries(action.options).every(([key, value]) => options[key] === value) &&
    action.pools.every(({ subnet, gateway, ipRange }) =>
      pools.some(
        (pool) =>
          sameCidr(subnet, parseCidr(pool.Subnet ?? '')) &&
          (!gateway || sameAddress(gateway, parseAddress(pool.Gateway ?? ''))) &&
          (!ipRange || sameCidr(ipRange, parseCidr(pool.IPRange ?? ''))),
      ),
    );
  if (same) return done;
  return {
    kind: 'conflict',
    failure: {
      message: `"${action.name}" is a Docker network with other settings than this project needs`,
      help: `run the command again if another project has just made it; else compare: docker network inspect ${action.name}`,
    },
  };
}
