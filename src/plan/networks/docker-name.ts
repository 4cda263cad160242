/** What a network is called in Docker. */
import type { Project } from '../../compose/project/project.ts';
import type { NetworkPlan } from '../types.ts';

/** The name that Compose gives to, or expects of, a network of the project; `default` need not be declared. */
export function composeNetworkName(key: string, { name, networks }: Project): string {
  const declared = networks.get(key);
  return declared?.name?.value ?? (declared?.external ? key : `${name}_${key}`);
}

/** The name in Docker of a network that a service is on. */
export const dockerNameOf = (key: string, networks: ReadonlyMap<string, NetworkPlan>, project: Project): string =>
  networks.get(key)?.dockerName ?? composeNetworkName(key, project);
