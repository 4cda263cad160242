/** The shared Docker network. */
import type { EnsureNetwork } from '../../plan/actions/action.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { withDefaults } from '../../plan/facts/drivers.ts';
import { parseAddress, parseCidr, sameAddress, sameCidr } from '../../plan/facts/ip.ts';
import { type Context, done, missing, type State } from './state.ts';

/** Done where a network of this name is as wanted, whoever made it; another of that name is in the way. */
export async function networkState(action: EnsureNetwork, { observer }: Context): Promise<State> {
  const network = await observer.network(action.name);
  if (!network) return missing;
  const options = withDefaults(network.driver, network.options);
  // The engine adds options and gateways of its own; only what is wanted is compared.
  const same =
    network.driver === action.driver &&
    Object.entries(withDefaults(action.driver, action.options)).every(([key, value]) => options[key] === value) &&
    action.pools.every(({ subnet, gateway, ipRange }) =>
      network.pools.some(
        (pool) =>
          sameCidr(subnet, parseCidr(pool.subnet)) &&
          (!gateway || sameAddress(gateway, parseAddress(pool.gateway ?? ''))) &&
          (!ipRange || sameCidr(ipRange, parseCidr(pool.ipRange ?? ''))),
      ),
    );
  if (same) return done;
  return {
    kind: 'conflict',
    failure: {
      message: `"${action.name}" is a Docker network with other settings than this project needs`,
      help:
        'run the command again if another project has just made it; else compare: ' +
        displayCommand(['docker', 'network', 'inspect', action.name]),
    },
  };
}
