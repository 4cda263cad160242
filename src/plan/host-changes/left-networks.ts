/** Networks that an earlier form of a project's files made in the project, and that nothing in them needs any more. */
import type { Release } from '../actions/action.ts';
import type { EngineFacts } from '../facts/facts.ts';
import { composeNetworkLabel, composeProjectLabel } from '../facts/ownership.ts';
import { removeNetwork } from './releasable.ts';

/** Those of a project, by the keys that they had in its files. */
export interface LeftNetworks {
  readonly project: string;
  readonly keys: ReadonlySet<string>;
}

/**
 * Compose's `down` removes the networks that the files have, and leaves those that they had; but it was netcompose that
 * put these there, and a macvlan network that is left keeps its parent from others. Pure.
 *
 * @returns what removes those that no container is on
 */
export function leftNetworks({ project, keys }: LeftNetworks, { networks, containers }: EngineFacts): Release[] {
  const used = new Set(containers.flatMap((container) => Object.keys(container.networks)));
  return networks
    .filter(({ name, labels }) => {
      const key = labels[composeNetworkLabel];
      return labels[composeProjectLabel] === project && key !== undefined && keys.has(key) && !used.has(name);
    })
    .map(({ name }) => removeNetwork(name));
}
