/** What this host and the LAN are promised: the table after `up`, place by place. */
import { formatAddress } from '../facts/ip.ts';
import type { ParsedEngine } from '../facts/parsed-facts.ts';
import { namespaceOwner } from '../services/guests.ts';
import type { Plan, Reach, ServicePlan } from '../types.ts';
import type { LiveContainer } from './live-container.ts';
import { placeText, probesOf } from './probes-of.ts';
import type { Question } from './question.ts';

/** The containers of a service and of the one in whose namespace it is. */
export interface Containers {
  readonly of: (service: string) => readonly LiveContainer[];
  /** Where this host reaches what a service publishes without Docker's proxy; empty where it cannot. */
  readonly behind: (service: ServicePlan) => readonly string[];
  /** Whether the engine knows priorities of networks. */
  readonly countsPriority: boolean;
}

const onlyTheLan = 'only another machine on the LAN can ask: what this host sees of its own proves its side only';
const elsewhere = 'the engine runs on another machine, where "this host" is that machine';

/** @param engine where it runs decides what this host can ask */
export function questionsOfHost(
  service: ServicePlan,
  plan: Plan,
  containers: Containers,
  engine: Pick<ParsedEngine, 'kind' | 'remote'> | undefined,
): readonly Question[] {
  return [
    ...service.reach.flatMap((reach) => questionsAt(reach, service, plan, containers, engine?.remote === true)),
    ...pings(service, plan, containers, engine?.remote === true),
  ];
}

function questionsAt(
  reach: Reach,
  service: ServicePlan,
  plan: Plan,
  containers: Containers,
  remote: boolean,
): readonly Question[] {
  const { name } = service.service;
  const base = { from: { kind: reach.from }, to: name } as const;
  const [container] = containers.of(name);
  return placesOf(reach, service, plan, containers).map(({ address, shown, at, network }) => {
    const port = reach.port && (isChoice(reach) ? portOf(reach, container) : reach.port);
    const resolved = reach.port ? port : portOf(reach, container);
    const inIt = at ?? container?.name;
    const listens = reach.target ?? resolved;
    const question = {
      ...base,
      place: placeText(shown, resolved ?? reach.port, reach.protocol),
      ...(inIt !== undefined && { container: inIt }),
      ...(listens && { listens: { ...listens, protocol: reach.protocol } }),
      ...(network !== undefined && { network }),
      ...(reach.target !== undefined && { mapped: true as const }),
    };
    const notAsked = reach.from === 'lan' ? onlyTheLan : remote ? elsewhere : undefined;
    if (notAsked !== undefined) return { ...question, probes: [], notAsked };
    if (address === undefined || !resolved) return { ...question, probes: [] };
    // To itself a host speaks by way of Docker's proxy, which takes every connection (docs/measured.md).
    const proxied = reach.target !== undefined;
    const { protocol, target } = reach;
    return {
      ...question,
      ...probesOf({
        ...{ address, port: resolved, protocol, proxied, behind: containers.behind(service) },
        ...(target && { target }),
      }),
    };
  });
}

/** A range for a single port of the container, of which Docker has chosen one. */
const isChoice = ({ port, target }: Reach) =>
  port !== undefined && target !== undefined && target.first === target.last && port.first !== port.last;

/** The port that Docker has chosen. */
function portOf({ target, protocol }: Reach, container: LiveContainer | undefined): Reach['port'] {
  const chosen = container?.ports.find((port) => port.target === target?.first && port.protocol === protocol);
  return chosen && { first: chosen.published, last: chosen.published };
}

interface Where {
  readonly address?: string;
  /** For people. */
  readonly shown: string;
  readonly at?: string;
  readonly network?: string;
}

function placesOf(reach: Reach, service: ServicePlan, plan: Plan, containers: Containers): readonly Where[] {
  const { at } = reach;
  switch (at.kind) {
    case 'localhost':
      return [{ address: '127.0.0.1', shown: 'localhost' }];
    case 'engine-machine':
      return [{ shown: "<engine's machine>" }];
    case 'this-host': {
      const address = at.address && formatAddress(at.address);
      return [{ ...(address !== undefined && { address }), shown: address ?? '<host>' }];
    }
    case 'address': {
      const address = formatAddress(at.address);
      const network = networkOf(address, service, plan);
      return [{ address, shown: address, ...(network !== undefined && { network }) }];
    }
    case 'dynamic': {
      const owner = namespaceOwner(service, plan.services).service.name;
      const network = [...plan.networks.values()].find(({ dockerName }) => dockerName === at.network)?.key;
      const found = containers.of(owner).flatMap(({ name, addresses }): readonly Where[] => {
        const [address] = addresses[at.network] ?? [];
        return address === undefined
          ? []
          : [{ address, shown: address, at: name, ...(network !== undefined && { network }) }];
      });
      return found.length > 0 ? found : [{ shown: '<dynamic>', ...(network !== undefined && { network }) }];
    }
  }
}

/** The network on which a service has this address, which is a port's on the host otherwise. */
function networkOf(address: string, service: ServicePlan, plan: Plan): string | undefined {
  const owner = namespaceOwner(service, plan.services);
  return [...owner.networks.values()].find(({ ipv4Address, ipv6Address }) =>
    [ipv4Address, ipv6Address].some((written) => written && formatAddress(written.value) === address),
  )?.network;
}

/** Whose address this host is promised, though nobody says which ports are open there, or only UDP is. */
function pings(service: ServicePlan, plan: Plan, containers: Containers, remote: boolean): readonly Question[] {
  if (service.owner !== undefined) return [];
  const { name } = service.service;
  return [...service.networks.values()].flatMap(({ network: key, ipv4Address, ipv6Address }): readonly Question[] => {
    const { underlay, dockerName } = plan.networks.get(key) ?? {};
    if (underlay?.hostAccess !== 'shim' || underlay.flag !== 'bridge') return [];
    const written = ipv4Address ?? ipv6Address;
    const found: readonly { readonly address?: string; readonly container?: string }[] = written
      ? [{ address: formatAddress(written.value), ...first(containers.of(name)) }]
      : containers.of(name).map((container) => {
          const [address] = container.addresses[dockerName ?? ''] ?? [];
          return { container: container.name, ...(address !== undefined && { address }) };
        });
    return (found.length > 0 ? found : [{}]).map(({ address, container }) => ({
      from: { kind: 'host' },
      to: name,
      place: `${address ?? '<dynamic>'} (ping)`,
      probes: address === undefined || remote ? [] : [{ kind: 'ping', address }],
      ...(remote && { notAsked: elsewhere }),
      ...(container !== undefined && { container }),
      network: key,
    }));
  });
}

const first = ([container]: readonly LiveContainer[]) => (container ? { container: container.name } : {});
