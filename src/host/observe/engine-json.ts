/** What the engine's API answers, as netcompose's own types. Pure. */
import type { ContainerInfo, NetworkInspectInfo } from 'dockerode';
import type {
  EngineContainer,
  EngineFacts,
  EngineNetwork,
  EnginePool,
  EngineProduct,
  ImagePort,
} from '../../plan/facts/facts.ts';
import { floatingLabel } from '../../plan/facts/ownership.ts';

/** What netcompose reads of `GET /info` and `GET /version`; the rest of their types is not relied on. */
export interface Info {
  /** The engine's machine, as that calls itself. */
  readonly Name?: string;
  readonly OperatingSystem?: string;
  readonly Labels?: readonly string[] | null;
  readonly SecurityOptions?: readonly string[] | null;
  /** Podman's. */
  readonly Rootless?: boolean;
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

/** Where netcompose runs, and by which socket it asks. */
export interface Asking {
  readonly platform: string;
  readonly remote: boolean;
  /** Absent where the engine is asked in another way. */
  readonly socket?: string;
}

interface Trait {
  readonly product: EngineProduct;
  /** What the engine says of itself that no other engine says. */
  readonly says?: (info: Info) => boolean;
  /** What it calls its machine. On Linux somebody may have called his own computer so. */
  readonly name?: RegExp;
  /** Where its socket is. */
  readonly socket?: RegExp;
}

/** The first that fits counts. */
const traits: readonly Trait[] = [
  {
    product: 'Docker Desktop',
    says: ({ OperatingSystem, Labels }) =>
      OperatingSystem === 'Docker Desktop' || Labels?.some((label) => label.startsWith('com.docker.desktop.')) === true,
    name: /^docker-desktop$/,
    socket: /\/\.docker\/(?:desktop|run)\/docker\.sock$/,
  },
  {
    product: 'OrbStack',
    says: ({ OperatingSystem }) => OperatingSystem === 'OrbStack',
    name: /^orbstack$/,
    socket: /\/\.orbstack\//,
  },
  {
    product: 'Rancher Desktop',
    says: ({ Name }) => Name === 'lima-rancher-desktop',
    name: /rancher-desktop/,
    socket: /\/\.rd\//,
  },
  { product: 'Colima', name: /^colima(?:-|$)/, socket: /\/(?:\.colima|\.config\/colima)\// },
  { product: 'Lima', name: /^lima-/, socket: /\/\.lima\// },
];

export const isPodman = ({ Components }: Version) => Components?.some(({ Name }) => Name === 'Podman Engine') === true;

/** The program that made the engine's virtual machine; nothing where it runs in none, or nobody knows. */
export function engineProduct(version: Version, info: Info, asking: Asking): EngineProduct | undefined {
  const { platform, remote, socket = '' } = asking;
  if (isPodman(version)) return platform !== 'linux' && !remote ? 'Podman machine' : undefined;
  const fits = ({ says, name, socket: place }: Trait) =>
    says?.(info) === true ||
    (!remote && place?.test(socket) === true) ||
    (!remote && platform !== 'linux' && name?.test(info.Name ?? '') === true);
  return traits.find(fits)?.product;
}

/** What kind of engine it is. A Linux engine under another system runs in a virtual machine, whoever made that. */
export function engineKind(version: Version, info: Info, asking: Asking): EngineFacts['kind'] {
  if (isPodman(version)) return 'podman';
  if (engineProduct(version, info, asking) || (asking.platform !== 'linux' && !asking.remote)) return 'desktop';
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

/** One element of `GET /containers/json`; Podman's has no `HostConfig`. */
export type ListedContainer = Omit<ContainerInfo, 'HostConfig'> & Partial<Pick<ContainerInfo, 'HostConfig'>>;

/** @param networkMode the container's own, where the list does not tell */
export function toContainer(
  container: ListedContainer,
  networkMode = container.HostConfig?.NetworkMode ?? 'default',
): EngineContainer {
  const labels = container.Labels ?? {};
  const project = labels['com.docker.compose.project'];
  const service = labels['com.docker.compose.service'];
  const floating = (labels[floatingLabel] ?? '').split(' ').filter(Boolean);
  return {
    id: container.Id,
    // One that is just being removed may have no names any more.
    name: ((container.Names as readonly string[] | null)?.[0] ?? container.Id).replace(/^\//, ''),
    ...(project !== undefined && { project }),
    ...(service !== undefined && { service }),
    ...(labels['com.docker.compose.oneoff'] === 'True' && { oneOff: true as const }),
    running: container.State === 'running' || container.State === 'paused' || container.State === 'restarting',
    networkMode,
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
    ...(floating.length > 0 && { floating }),
    ports: (container.Ports ?? []).flatMap(({ IP, PrivatePort, PublicPort, Type }) =>
      PublicPort ? [{ ...(IP && { ip: IP }), published: PublicPort, target: PrivatePort, protocol: Type }] : [],
    ),
  };
}
