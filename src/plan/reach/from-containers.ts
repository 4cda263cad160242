/** What services are promised of one another, and of their way out. */
import { formatAddress, parseAddress, sameAddress } from '../facts/ip.ts';
import { isRouted } from '../host-changes/targets.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import { parentName } from '../networks/parents.ts';
import { lookupNetwork } from '../services/default-route.ts';
import { namespaceOwner } from '../services/guests.ts';
import type { Listener, Plan, ServicePlan } from '../types.ts';
import type { Containers } from './from-host.ts';
import { isUp, type LiveContainer } from './live-container.ts';
import { placeText, probesOf } from './probes-of.ts';
import type { Question } from './question.ts';

/** A service's questions to those that it depends on, and to the LAN's router; one of its containers asks. */
export function questionsOfService(service: ServicePlan, plan: Plan, containers: Containers): readonly Question[] {
  const [container] = containers.of(service.service.name);
  if (!container) return [];
  const from = { kind: 'container', service: service.service.name, container: container.name } as const;
  const peers = [...new Set(service.service.dependsOn.map((dependency) => dependency.service))].flatMap((name) => {
    const peer = plan.services.get(name);
    return peer?.service.active && !peer.service.provider
      ? questionsTo(peer, service, container, plan, containers)
      : [];
  });
  const questions = [...peers, ...gateways(service, plan)].map((question): Question => ({ from, ...question }));
  if (isUp(container) && container.pid !== undefined) return questions;
  const notAsked = `"${service.service.name}" does not run, and nothing can be asked from its network`;
  return questions.map((question) => ({ ...question, probes: [], notAsked }));
}

type FromHere = Omit<Question, 'from'>;

function questionsTo(
  peer: ServicePlan,
  asking: ServicePlan,
  container: LiveContainer,
  plan: Plan,
  containers: Containers,
): readonly FromHere[] {
  const to = peer.service.name;
  const [answering] = containers.of(to);
  const base = { to, ...(answering && { container: answering.name }) };
  const way = wayTo(peer, asking, container, plan, containers);
  if (!way) return [];
  if (way.address === undefined)
    return [{ ...base, place: to, probes: [], ...(way.notAsked !== undefined && { notAsked: way.notAsked }) }];
  const { address } = way;
  // Where only what is published answers, only that is asked.
  const open = peer.opens.filter((port) => !way.published || isPublishedAsIs(peer, port));
  if (open.length === 0)
    return way.published ? [] : [{ ...base, place: `${address} (ping)`, probes: [{ kind: 'ping', address }] }];
  return open.map(({ first, last, protocol }) => ({
    ...base,
    place: placeText(address, { first, last }, protocol),
    ...probesOf({
      ...{ address, port: { first, last }, protocol, proxied: way.published === true },
      behind: containers.behind(peer),
    }),
    listens: { first, last, protocol },
    ...(way.published && { mapped: true as const }),
    ...(way.onHost && { onHost: true as const }),
    ...(way.onLink && { onLink: true as const }),
    ...(way.network !== undefined && { network: way.network }),
  }));
}

interface Way {
  readonly address?: string;
  readonly notAsked?: string;
  /** Whether it leads to the host, where what is published answers. */
  readonly published?: boolean;
  /** Whether it leads to the host itself. */
  readonly onHost?: boolean;
  /** Whether it needs no route. */
  readonly onLink?: boolean;
  /** The key of the macvlan or ipvlan network by which it leads. */
  readonly network?: string;
}

/** How a service finds another; nothing where the plan promises no way, which `check` has said. */
function wayTo(
  peer: ServicePlan,
  asking: ServicePlan,
  container: LiveContainer,
  plan: Plan,
  containers: Containers,
): Way | undefined {
  const [from, to] = [namespaceOwner(asking, plan.services), namespaceOwner(peer, plan.services)];
  if (from === to) return { address: '127.0.0.1', onLink: true };
  const isUnderlay = (name: string) => plan.networks.get(name)?.underlay !== undefined;
  const key = lookupNetwork(from, to, plan, containers.countsPriority);
  if (key !== undefined) {
    const { ipv4Address, ipv6Address } = to.networks.get(key)!;
    const written = (ipv4Address ?? ipv6Address)?.value;
    const [owner] = containers.of(to.service.name);
    const address = written
      ? formatAddress(written)
      : owner?.addresses[dockerNameOf(key, plan.networks, plan.project)]?.[0];
    const network = { onLink: true, ...(isUnderlay(key) && { network: key }) };
    return address === undefined ? network : { address, ...network };
  }
  // The file's own come first in `/etc/hosts`, and so they count.
  const written = [...from.service.extraHosts, ...asking.service.extraHosts, ...asking.extraHosts];
  const entry = written.find(({ host }) => host === peer.service.name);
  if (!entry) return undefined;
  const isHosts = to.networkMode?.kind === 'host';
  const isOwn = [...to.networks.values()].some(
    ({ ipv4Address, ipv6Address }) =>
      sameAddress(ipv4Address?.value, parseAddress(entry.address)) ||
      sameAddress(ipv6Address?.value, parseAddress(entry.address)),
  );
  const published = !isHosts && !isOwn;
  const network = isHosts ? [...from.networks.keys()].find(isUnderlay) : undefined;
  const side = { published, onHost: isHosts, ...(network !== undefined && { network }) };
  if (entry.address !== 'host-gateway') return { address: entry.address, ...side };
  const address = container.hosts?.[peer.service.name];
  return address === undefined
    ? {
        notAsked: `which address "host-gateway" is stands in the /etc/hosts of "${container.name}": only root may look`,
      }
    : { address, ...side };
}

const isPublishedAsIs = ({ ports }: ServicePlan, { first, protocol }: Listener) =>
  ports.some(
    ({ source }) => source.published?.first === first && source.target === first && source.protocol === protocol,
  );

/** The LAN's router, by which a container on the LAN leaves. */
function gateways(service: ServicePlan, plan: Plan): readonly FromHere[] {
  if (service.owner !== undefined) return [];
  return [...service.networks.keys()].flatMap((key) => {
    const network = plan.networks.get(key);
    if (!network?.underlay || network.internal) return [];
    const parent = parentName(network.underlay.parent);
    if (isRouted(network.mode)) return routers(key, parent, plan);
    return network.pools.flatMap(({ subnet, gateway }): readonly FromHere[] => {
      if (!gateway || subnet.family === 6) return [];
      const address = formatAddress(gateway);
      return [
        {
          ...{ to: 'gateway', place: `${address} (ping)`, probes: [{ kind: 'ping', address, orArp: true }] },
          ...{ network: key, gateway: { parent, hasOwnMac: network.mode === 'macvlan' } },
        },
      ];
    });
  });
}

/** At layer 3 the way out is this host's own. A router's answer that comes back proves that it knows the subnet. */
const routers = (key: string, parent: string, { lanRoutes }: Plan): readonly FromHere[] =>
  lanRoutes.flatMap((route): readonly FromHere[] => {
    if (!route.router || !route.networks.includes(key)) return [];
    const address = formatAddress(route.router);
    return [
      {
        ...{ to: 'gateway', place: `${address} (ping)`, probes: [{ kind: 'ping', address }] },
        ...{ network: key, gateway: { parent, hasOwnMac: false, route } },
      },
    ];
  });
