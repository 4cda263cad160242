/** What the engine's API answers, as netcompose's own types. Pure. */
import type { ContainerInfo, NetworkInspectInfo } from 'dockerode';
import type { EngineContainer, EngineFacts, EngineNetwork, EnginePool, ImagePort } from '../../plan/facts/facts.ts';

/** What netcompose reads of `GET /info` and `GET /version`; the rest of their types is not relied on. */
export interface Info {
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Swarm?: { readonly LocalNodeState?: string; readonly ControlAvailable?: boolean };
}

export interface Version {
  readonly Version: string;
  readonly Components?: readonly { readonly Name?: string }[] | null;
}

interface FixedAddresses {
  readonly IPv4Address?: string;
  readonly IPv6Address?: string;
}

/** `80/tcp`, `8000-8010/udp` */
export function toImagePort(text: string): readonly ImagePort[] {
  const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? [];
  return first === undefined ? [] : [{ first: Number(first), last: Number(last), protocol }];
}

/** What kind of engine it is. A Linux engine under another system runs in a virtual machine, whoever made that. */
export function engineKind(version: Version, info: Info, platform: string, remote: boolean): EngineFacts['kind'] {
  if (version.Components?.some(({ Name }) => Name === 'Podman Engine')) return 'podman';
  if (info.OperatingSystem === 'Docker Desktop' || (platform !== 'linux' && !remote)) return 'desktop';
  return info.SecurityOptions?.some((option) => /^name=rootless\b/.test(option)) ? 'rootless' : 'engine';
}

export function swarmState({ Swarm }: Info): EngineFacts['swarm'] {
  if (Swarm?.LocalNodeState !== 'active') return 'inactive';
  return Swarm.ControlAvailable ? 'manager' : 'worker';
}

/** One element of `GET /networks`. */
export function toNetwork(network: NetworkInspectInfo): EngineNetwork {
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    scope: network.Scope,
    internal: network.Internal,
    ...((network as { readonly ConfigOnly?: boolean }).ConfigOnly === true && { configOnly: true as const }),
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

/** One element of `GET /containers/json`. */
export function toContainer(container: ContainerInfo): EngineContainer {
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
        ([name, { IPAddress, GlobalIPv6Address, MacAddress, IPAMConfig }]) => {
          const { IPv4Address, IPv6Address }: FixedAddresses = IPAMConfig ?? {};
          const fixed = [IPv4Address, IPv6Address].flatMap((address) => address || []);
          return [
            name,
            {
              ...(IPAddress && { ipv4: IPAddress }),
              ...(GlobalIPv6Address && { ipv6: GlobalIPv6Address }),
              ...(MacAddress && { mac: MacAddress }),
              ...(fixed.length > 0 && { fixed }),
            },
          ];
        },
      ),
    ),
    ports: container.Ports.flatMap(({ IP, PrivatePort, PublicPort, Type }) =>
      PublicPort ? [{ ...(IP && { ip: IP }), published: PublicPort, target: PrivatePort, protocol: Type }] : [],
    ),
  };
}
