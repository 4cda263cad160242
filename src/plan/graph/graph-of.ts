/** From the plan to the graph of who reaches whom. */
import sortBy from 'lodash/sortBy.js';
import uniqBy from 'lodash/uniqBy.js';
import { isUnderlay, type Netmode, netmodeNames, underlay } from '../../netmode/modes.ts';
import { hostAddress } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { formatAddress, formatCidr } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Plan } from '../types.ts';
import { betweenAlike, named } from './between.ts';
import type { Graph, LanNode, NetworkNode, ServiceNode, Way } from './graph.ts';
import { fromHost, fromLan, toHost, toLan } from './outside.ts';
import { isOn, type Lan, positionPlaces, type Standing, type Surroundings, standing } from './surroundings.ts';

/**
 * Who reaches whom once the plan is carried out. Pure, and the same whatever order services are written in.
 *
 * @param facts what was observed of the host: its addresses and its engine's version
 */
export function graphOf(plan: Plan, facts: ParsedFacts): Graph {
  const started = [...plan.services.values()].filter(
    ({ service }) => service.active && !service.provider && service.replicas.value > 0,
  );
  const standings = sortBy(
    started.map((service) => standing(service, plan)),
    [
      ({ owner }) => counted(owner.service.name),
      ({ owner, service }) => owner !== service,
      ({ service }) => counted(service.service.name),
    ],
  );
  const byName = new Map(standings.map((each) => [each.service.service.name, each]));
  const lans = lansOf(standings, facts);
  const around = { plan, facts };
  const outside = standings.flatMap((each): readonly Way[] => {
    const id = serviceId(each);
    return [
      { from: hostId, to: id, wanted: false, ...fromHost(each, around) },
      { from: id, to: hostId, wanted: false, ...toHost(each, around) },
      ...lans.flatMap((lan) => [
        { from: lanId(lan), to: id, wanted: false, ...fromLan(lan, each, around) },
        { from: id, to: lanId(lan), wanted: false, ...toLan(lan, each, around) },
      ]),
    ];
  });
  const found = betweenAlike(around);
  const between = (from: string, to: string): Way => {
    const [asking, asked] = [byName.get(from)!, byName.get(to)!];
    const wanted = asking.service.service.dependsOn.some(({ service }) => service === to);
    const answer = named(found(asking, asked), asking, asked, around);
    return { from: serviceId(asking), to: serviceId(asked), wanted, ...answer };
  };
  const needed = standings.flatMap(({ service: { service } }) =>
    [...new Set(service.dependsOn.map((dependency) => dependency.service))]
      .filter((name) => byName.has(name))
      .sort()
      .map((name) => between(service.name, name)),
  );
  return {
    project: plan.project.name,
    host: { id: hostId, title: 'This host', short: 'host', addresses: hostAddresses(lans, facts) },
    lans: lans.map((lan) => lanNode(lan, standings, around)),
    networks: networksOf(standings, plan),
    services: standings.map(serviceNode),
    ways: [...outside, ...needed],
    between,
    answerBetween: (from, to) => found(byName.get(from)!, byName.get(to)!),
  };
}

/** For sorting: `web-2` stands before `web-10`. */
const counted = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(20, '0'));

const hostId = 'host';
const lanId = ({ parent }: Lan) => (parent === undefined ? 'lan' : `lan ${parent}`);
const serviceId = ({ service }: Standing) => `service ${service.service.name}`;

/** The LAN of the default route, and those of the parents that are used. */
function lansOf(standings: readonly Standing[], { host }: ParsedFacts): readonly Lan[] {
  const main = defaultInterface(host);
  const used = standings.flatMap(({ position }) =>
    position.kind === 'networks' ? position.places.flatMap(({ parent }) => parent ?? []) : [],
  );
  const parents = [...new Set([...(main === undefined ? [] : [main]), ...used])].sort();
  if (parents.length === 0) return [{ isDefault: true }];
  // Where nobody knows the default route, the only parent is the best that can be said.
  return parents.map((parent) => ({ parent, isDefault: parent === (main ?? parents[0]) }));
}

function lanNode(lan: Lan, standings: readonly Standing[], { plan, facts: { host } }: Surroundings): LanNode {
  const own = [4, 6].flatMap((family) => {
    const address = hostAddress({ family: family as 4 | 6 }, interfaceOf(host, lan.parent), host);
    const on = interfaceOf(host, lan.parent)?.addresses.find((each) => each.address.value === address?.value);
    return address && on ? [formatCidr(on.subnet)] : [];
  });
  // Where the host has no address of its own there, as often in a VLAN, the networks tell.
  const onLan = standings.flatMap(({ position }) =>
    positionPlaces(position).filter(
      (place) => isOn(place, lan) && isUnderlay(place.mode) && underlay(place.mode).onLan,
    ),
  );
  const told = onLan.flatMap(({ network }) => poolsOf(network, plan).map(({ subnet }) => formatCidr(subnet)));
  return {
    id: lanId(lan),
    title: lan.parent === undefined ? 'LAN' : `LAN on ${lan.parent}`,
    short: lan.parent ?? 'LAN',
    subnets: own.length > 0 ? own : [...new Set(told)],
  };
}

const poolsOf = (dockerName: string, { networks }: Plan) =>
  [...networks.values()].find((network) => network.dockerName === dockerName)?.pools ?? [];

function hostAddresses(lans: readonly Lan[], { host }: ParsedFacts): readonly string[] {
  return lans.flatMap(({ parent }) => {
    const address = hostAddress({ family: 4 }, interfaceOf(host, parent), host);
    return address ? [formatAddress(address)] : [];
  });
}

/** The networks that services are on, and a frame for each other place a service can be. */
function networksOf(standings: readonly Standing[], plan: Plan): readonly NetworkNode[] {
  const nodesOf = ({ position }: Standing): readonly NetworkNode[] => {
    switch (position.kind) {
      case 'none':
        return [{ id: 'network none', title: 'no network', kind: 'none', details: [] }];
      case 'host':
        return [{ id: 'network host', title: "this host's network", kind: 'host', details: [] }];
      case 'container':
        return [{ id: `container ${position.container}`, title: position.container, kind: 'container', details: [] }];
      case 'missing':
        return [{ id: `on ${position.network}`, title: position.network, kind: 'bridge', details: ['does not exist'] }];
      case 'networks':
        return position.places.map(({ network, name, mode, parent, internal }) => {
          const details = [
            ...(parent === undefined ? [] : [`on ${parent}`]),
            ...poolsOf(network, plan).map(({ subnet }) => formatCidr(subnet)),
            ...(internal ? ['internal'] : []),
          ];
          return { id: `on ${network}`, title: name, kind: mode, details };
        });
    }
  };
  const all = standings.flatMap(nodesOf);
  const order: readonly (Netmode | 'container')[] = [...netmodeNames, 'container'];
  return sortBy(uniqBy(sortBy(all, 'title'), 'id'), [
    ({ kind }) => (kind === 'host' ? -2 : isKindOnLan(kind) ? -1 : order.indexOf(kind)),
    'title',
  ]);
}

const isKindOnLan = (kind: Netmode | 'container') => kind !== 'container' && isUnderlay(kind);

function serviceNode(standing: Standing): ServiceNode {
  const { service, owner, position } = standing;
  const networks = networkIdsOf(position);
  const addresses =
    position.kind === 'networks'
      ? position.places.flatMap(({ addresses: own, floating }) => [
          ...own.map(formatAddress),
          ...floating.map((address) => `${formatAddress(address)} (floating)`),
        ])
      : [];
  return {
    id: serviceId(standing),
    name: service.service.name,
    netmode: service.netmode,
    network: networks[0]!,
    networks,
    ...(owner !== service && { owner: owner.service.name }),
    details: owner === service ? addresses : [`in the network of ${owner.service.name}`],
  };
}

/** The frame it is drawn in comes first: what leads to a LAN before a bridge. */
function networkIdsOf(position: Standing['position']): readonly string[] {
  switch (position.kind) {
    case 'none':
    case 'host':
      return [`network ${position.kind}`];
    case 'container':
      return [`container ${position.container}`];
    case 'missing':
      return [`on ${position.network}`];
    case 'networks':
      return sortBy(position.places, ({ mode }) => !isUnderlay(mode)).map(({ network }) => `on ${network}`);
  }
}
