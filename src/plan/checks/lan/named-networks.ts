/** `network_mode: <name>`: the Docker network of this name must be there. */
import { isDockersBridge } from '../../../compose/project/network-mode.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../diagnostics/suggest.ts';
import { netmodeOf } from '../../../netmode/modes.ts';
import { knows, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { composeNetworkName } from '../../networks/docker-name.ts';
import type { Plan } from '../../types.ts';

/** Reports `engine/no-such-network` for services that are started. */
export function checkNamedNetworks(
  { project, services, networks }: Plan,
  { engine }: ParsedFacts,
  report: Report,
): void {
  // Podman has words of its own here, such as "pasta".
  if (!knows(engine, 'networks') || engine.kind === 'podman') return;
  const keys = ['default', ...project.networks.keys()];
  const made = new Set([
    ...keys.map((key) => composeNetworkName(key, project)),
    ...[...networks.values()].map(({ dockerName }) => dockerName),
  ]);
  for (const { service, networkMode } of services.values()) {
    if (!service.active || networkMode?.kind !== 'network' || isDockersBridge(networkMode)) continue;
    const { network } = networkMode;
    // Docker takes the beginning of an id, too.
    if (made.has(network) || engine.networks.some(({ name, id }) => name === network || id.startsWith(network)))
      continue;
    const others = engine.networks.map(({ name }) => name);
    report(
      'engine/no-such-network',
      service.networkMode?.span ?? service.span,
      `"${service.name}": the engine has no network "${network}"`,
      {
        help: netmodeOf(network)
          ? `did you mean "x-netmode: ${network}"?`
          : keys.includes(network)
            ? `write "networks: [${network}]" instead: "network_mode" takes the names that Docker has`
            : (didYouMean(network, others) ?? `make it first: docker network create ${network}`),
      },
    );
  }
}
