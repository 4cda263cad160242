/** The engine as it is, asked through its API. */

import type Docker from 'dockerode';
import type { ContainerInfo, NetworkInspectInfo } from 'dockerode';
import type { EngineContainer, EngineFacts, EngineNetwork, EnginePool, ImagePort } from '../../plan/facts/facts.ts';
import { connect } from '../engine/client.ts';
import { findEndpoint } from '../engine/endpoint.ts';
import { badAddress, type EngineUnreachable, unreachable } from '../engine/unreachable.ts';
import type { Host } from '../system/host.ts';

export type EngineObservation = { readonly kind: 'reached'; readonly facts: EngineFacts } | EngineUnreachable;

/** What netcompose reads of `GET /info` and `GET /version`; the rest of their types is not relied on. */
interface Info {
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Swarm?: { readonly LocalNodeState?: string; readonly ControlAvailable?: boolean };
}

interface Version {
  readonly Version: string;
  readonly Components?: readonly { readonly Name?: string }[] | null;
}

/**
 * Observes the engine that `docker` would talk to; one that cannot be reached is a result, with words for people.
 *
 * @param images names of images whose `EXPOSE` is wanted; those that the engine does not have are left out
 */
export async function observeEngine(host: Host, images: readonly string[] = []): Promise<EngineObservation> {
  try {
    const endpoint = findEndpoint(host);
    try {
      const docker = await connect(endpoint, host);
      // First alone: an engine that cannot be reached is then asked (and, over ssh, a password asked for) once.
      const version = (await docker.version()) as Version;
      const [info, networks, containers, exposed] = await Promise.all([
        docker.info() as Promise<Info>,
        docker.listNetworks(),
        docker.listContainers({ all: true }),
        Promise.all(images.map((image) => exposedPorts(docker, image))),
      ]);
      return {
        kind: 'reached',
        facts: {
          version: version.Version,
          kind: engineKind(version, info, host.platform, endpoint.remote),
          remote: endpoint.remote,
          swarm: swarmState(info),
          networks: networks.map(toNetwork).sort(byName),
          containers: containers.map(toContainer).sort(byName),
          ...(images.length > 0 && {
            images: Object.fromEntries(images.flatMap((image, at) => (exposed[at] ? [[image, exposed[at]]] : []))),
          }),
        },
      };
    } catch (cause) {
      return unreachable(endpoint, cause);
    }
  } catch (cause) {
    return badAddress(cause);
  }
}

/** Nothing where the engine does not have the image, or will not tell: it is a guess's last source. */
async function exposedPorts(docker: Docker, image: string): Promise<readonly ImagePort[] | undefined> {
  try {
    const { Config } = await docker.getImage(image).inspect();
    return Object.keys(Config.ExposedPorts ?? {})
      .flatMap(toImagePort)
      .sort((a, b) => a.first - b.first || (a.protocol < b.protocol ? -1 : 1));
  } catch {
    return undefined;
  }
}

/** `80/tcp`, `8000-8010/udp` */
function toImagePort(text: string): readonly ImagePort[] {
  const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? [];
  return first === undefined ? [] : [{ first: Number(first), last: Number(last), protocol }];
}

/** What kind of engine it is. A Linux engine under another system runs in a virtual machine, whoever made that. */
export function engineKind(version: Version, info: Info, platform: string, remote: boolean): EngineFacts['kind'] {
  if (version.Components?.some(({ Name }) => Name === 'Podman Engine')) return 'podman';
  if (info.OperatingSystem === 'Docker Desktop' || (platform !== 'linux' && !remote)) return 'desktop';
  return info.SecurityOptions?.some((option) => /^name=rootless\b/.test(option)) ? 'rootless' : 'engine';
}

function swarmState({ Swarm }: Info): EngineFacts['swarm'] {
  if (Swarm?.LocalNodeState !== 'active') return 'inactive';
  return Swarm.ControlAvailable ? 'manager' : 'worker';
}

function toNetwork(network: NetworkInspectInfo): EngineNetwork {
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    scope: network.Scope,
    internal: network.Internal,
    options: network.Options ?? {},
    labels: network.Labels ?? {},
    pools: (network.IPAM?.Config ?? []).flatMap(
      ({ Subnet, Gateway, IPRange, AuxiliaryAddresses }): readonly EnginePool[] =>
        Subnet
          ? [
              {
                subnet: Subnet,
                ...(Gateway && { gateway: Gateway }),
                ...(IPRange && { ipRange: IPRange }),
                auxiliaryAddresses: toStrings(AuxiliaryAddresses),
              },
            ]
          : [],
    ),
  };
}

const toStrings = (values: object = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));

function toContainer(container: ContainerInfo): EngineContainer {
  const project = container.Labels['com.docker.compose.project'];
  const service = container.Labels['com.docker.compose.service'];
  return {
    id: container.Id,
    name: (container.Names[0] ?? container.Id).replace(/^\//, ''),
    ...(project !== undefined && { project }),
    ...(service !== undefined && { service }),
    running: container.State === 'running' || container.State === 'paused' || container.State === 'restarting',
    networkMode: container.HostConfig.NetworkMode,
    networks: Object.fromEntries(
      Object.entries(container.NetworkSettings?.Networks ?? {}).map(
        ([name, { IPAddress, GlobalIPv6Address, MacAddress }]) => [
          name,
          {
            ...(IPAddress && { ipv4: IPAddress }),
            ...(GlobalIPv6Address && { ipv6: GlobalIPv6Address }),
            ...(MacAddress && { mac: MacAddress }),
          },
        ],
      ),
    ),
    ports: container.Ports.flatMap(({ IP, PrivatePort, PublicPort, Type }) =>
      PublicPort ? [{ ...(IP && { ip: IP }), published: PublicPort, target: PrivatePort, protocol: Type }] : [],
    ),
  };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
