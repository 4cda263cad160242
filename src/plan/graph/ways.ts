/** Whether one reaches another, where, and if not, why. What was measured decides (`measured.ts`). */
import groupBy from 'lodash/groupBy.js';
import { rangeText } from '../../compose/project/port-runs.ts';
import { isUnderlay, underlay } from '../../netmode/modes.ts';

import { hostAddress } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { type Address, formatAddress, isLoopback, sameAddress } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import { namespaceOwner } from '../services/guests.ts';
import { answerFor } from '../services/name-resolution.ts';
import { timesOutOnLan } from '../services/reach.ts';
import type { Listener, Plan, Reach, ServicePlan } from '../types.ts';
import type { Way, WayPlace } from './graph.ts';
import { type Column, type Row, seen } from './measured.ts';
import { type Place, type Position, positionOf } from './position.ts';

type Found = Omit<Way, 'from' | 'to' | 'wanted'>;

/** A service with where it stands. */
export interface Standing {
  readonly service: ServicePlan;
  readonly owner: ServicePlan;
  readonly position: Position;
}

/** A LAN: the interface that leads there; absent where nobody knows it. */
export interface Lan {
  readonly parent?: string;
  /** Whether the host's default route leads there. */
  readonly isDefault: boolean;
}

export interface Surroundings {
  readonly plan: Plan;
  readonly facts: ParsedFacts;
}

const yes = (found: Omit<Found, 'answer'>): Found => ({ answer: 'yes', ...found });
const no = (reason: string): Found => ({ answer: 'no', places: [], reason });
const unknown = (reason: string): Found => ({ answer: 'unknown', places: [], reason });

const noNetwork = 'it has no network';
const namespaceAway = (container: string) => `it is in the network of "${container}", which is not of this project`;
const missingNetwork = (network: string) => `the network "${network}" does not exist`;

export function standing(service: ServicePlan, plan: Plan): Standing {
  const owner = plan.services.get(namespaceOwner(service, plan.services).service.name) ?? service;
  return { service, owner, position: positionOf(owner, plan) };
}

/** Why nothing at all can be said of a position's ways, or none exist. */
function closed(position: Position): Found | undefined {
  switch (position.kind) {
    case 'none':
      return no(noNetwork);
    case 'missing':
      return no(missingNetwork(position.network));
    case 'container':
      return unknown(namespaceAway(position.container));
    default:
      return undefined;
  }
}

/** From this host. */
export function fromHost(to: Standing, { plan, facts }: Surroundings): Found {
  const { position, service } = to;
  const promised = service.reach.filter(({ from }) => from === 'host');
  if (position.kind !== 'container' || promised.length === 0) {
    const shut = closed(position);
    if (shut) return shut;
  }
  if (position.kind === 'host')
    return yes({
      places: promised.length > 0 ? placesOf(promised) : [{ at: 'localhost', ports: [] }],
      by: 'host network',
    });
  const places = positionPlaces(position);
  const shims = places.filter((place) => hasShim(place) && saw(place.row, 'host → service', place, facts));
  const direct = shims.flatMap((place) => addressPlaces(place, []));
  const found = withoutSeen([...placesOf(promised), ...(promised.some(isDirect) ? [] : direct)]);
  if (found.length > 0) {
    const [shim] = shims;
    const published = promised.some((reach) => !isDirect(reach));
    return yes({ places: found, by: shim ? shimText(shim) : published ? 'published port' : 'its address' });
  }
  const bridges = places.filter((place) => place.mode === 'bridge' && saw('`host`', 'service → bridge', place, facts));
  if (bridges.length > 0 && isHere(facts))
    return yes({ places: [{ at: `its address on ${bridges[0]!.name}`, ports: portsOf(service.opens) }], by: 'bridge' });
  return no(whyNotHost(places, plan));
}

function whyNotHost(places: readonly Place[], _plan: Plan): string {
  const [on] = places.filter(({ mode }) => isUnderlay(mode));
  if (!on) return 'no port is published';
  if (on.flag !== undefined && on.flag !== 'bridge') return `flag: ${on.flag} keeps this host out`;
  if (on.hostAccess === 'none') return `host_access: none (no shim)`;
  return 'no port is published for this host';
}

/** From a LAN. */
export function fromLan(lan: Lan, to: Standing, surroundings: Surroundings): Found {
  const { facts, plan } = surroundings;
  const { position, service, owner } = to;
  const promised = service.reach.filter(({ from }) => from === 'lan');
  if (position.kind !== 'container' || promised.length === 0) {
    const shut = closed(position);
    if (shut) return shut;
  }
  const places = positionPlaces(position);
  const here = promised.flatMap((reach) => onLan(reach, lan, places, facts) ?? []);
  const on = places.filter((place) => isOn(place, lan) && saw(place.row, 'neighbour → service', place, facts));
  const direct = promised.some(isDirect) ? [] : on.flatMap((place) => addressPlaces(place, []));
  const found = withoutSeen([...placesOf(here), ...direct]);
  if (found.length > 0) {
    const routed = on.some(({ mode }) => isUnderlay(mode) && !underlay(mode).onLan);
    return yes({
      places: found,
      by:
        on.length > 0
          ? routed
            ? 'routed'
            : 'on the LAN'
          : position.kind === 'host'
            ? 'host network'
            : 'published port',
      ...(routed && { reason: "the LAN's router needs a route to it: see netcompose plan" }),
    });
  }
  if (promised.length > 0 || places.some((place) => isUnderlay(place.mode) && !place.isolated && !isOn(place, lan)))
    return unknown('it is on another LAN: your router decides');
  if (position.kind === 'host') return unknown('which ports it opens is not known: see listen');
  if (places.some(({ isolated }) => isolated)) return no('its network has no parent');
  if (timesOutOnLan(owner, plan.networks, facts)) return no('published ports time out beside a LAN address');
  return no(
    service.ports.length > 0 || owner.ports.length > 0 ? 'published on this host only' : 'no port is published',
  );
}

/** To this host. */
export function toHost(from: Standing, { facts }: Surroundings): Found {
  const shut = closed(from.position);
  if (shut) return shut;
  if (from.position.kind === 'host') return yes({ places: [{ at: 'localhost', ports: [] }], by: 'host network' });
  const places = positionPlaces(from.position);
  const ways = places.flatMap((place) => hostFor(place, facts));
  if (ways.length > 0) return yes({ places: withoutSeen(ways.map(({ at }) => ({ at, ports: [] }))), by: ways[0]!.by });
  const [on] = places.filter(({ mode }) => isUnderlay(mode));
  if (on?.flag !== undefined && on.flag !== 'bridge') return no(`flag: ${on.flag} keeps it from this host`);
  if (on?.hostAccess === 'none') return no('host_access: none (no shim)');
  return places.some(({ internal }) => internal)
    ? unknown("its network is internal: at the bridge's own address at most")
    : no('nothing leads there');
}

/** Where a service on this network finds the host. */
function hostFor(place: Place, facts: ParsedFacts): readonly { readonly at: string; readonly by: string }[] {
  if (isUnderlay(place.mode)) {
    if (!hasShim(place)) return [];
    return place.families.flatMap((family) => {
      const own = place.shim?.addresses.filter((address) => address.family === family) ?? [];
      const column = own.length > 0 ? 'service → shim' : 'service → host';
      if (!place.row || seen(place.row, column, family, facts.engine?.version) !== 'yes') return [];
      const shown = own.length > 0 ? own : [hostOn(place.parent, family, facts)].flatMap((address) => address ?? []);
      const by = shimText(place);
      if (shown.length > 0) return shown.map((address) => ({ at: formatAddress(address), by }));
      return family === 4 ? [{ at: "this host's address", by }] : [];
    });
  }
  if (place.internal || !isHere(facts)) return [];
  if (place.row && !saw(place.row, 'service → host', place, facts)) return [];
  const address = hostOn(defaultInterface(facts.host), 4, facts);
  return [{ at: address ? formatAddress(address) : 'host-gateway', by: 'gateway of its bridge' }];
}

/** To a LAN. */
export function toLan(lan: Lan, from: Standing, { facts }: Surroundings): Found {
  const shut = closed(from.position);
  if (shut) return shut;
  if (from.position.kind === 'host') return yes({ places: [], by: 'host network' });
  const places = positionPlaces(from.position);
  if (places.some((place) => isOn(place, lan) && saw(place.row, 'service → neighbour', place, facts)))
    return yes({ places: [], by: 'on the LAN' });
  const bridges = places.filter(({ mode, internal }) => !isUnderlay(mode) && !internal);
  if (bridges.some((place) => !place.row || saw(place.row, 'service → neighbour', place, facts)))
    return yes({ places: [], by: "this host's address" });
  if (places.some(({ mode, isolated }) => isUnderlay(mode) && !isolated))
    return unknown('it is on another LAN: your router decides');
  return no(places.some(({ isolated }) => isolated) ? 'its network has no parent' : 'its network is internal');
}

/** From one service to another. */
export function betweenServices(from: Standing, to: Standing, surroundings: Surroundings): Found {
  const found = reached(from, to, surroundings);
  if (found.answer !== 'yes') return found;
  const name = nameFor(from, to, surroundings);
  return name === undefined ? found : { ...found, name };
}

function reached(from: Standing, to: Standing, surroundings: Surroundings): Found {
  const { facts } = surroundings;
  const ports = portsOf(to.service.opens);
  if (from.owner === to.owner || sameContainer(from.position, to.position))
    return from.position.kind === 'none' && from.service !== to.service && from.owner !== to.owner
      ? no(noNetwork)
      : yes({ places: [{ at: 'localhost', ports }], by: 'same network namespace' });
  const shut = closed(from.position) ?? closed(to.position);
  if (shut)
    return from.position.kind === 'none' || to.position.kind !== 'none'
      ? shut
      : no('it has no network to be reached by');
  if (from.position.kind === 'host') {
    if (to.position.kind === 'host') return yes({ places: [{ at: 'localhost', ports }], by: 'host network' });
    return fromHost(to, surroundings);
  }
  const [ours, theirs] = [positionPlaces(from.position), positionPlaces(to.position)];
  const shared = theirs.filter((place) => ours.some(({ network }) => network === place.network));
  const together = shared.filter(
    (place) => !place.apart && (!place.row || saw(place.row, 'service → second', place, facts)),
  );
  if (together.length > 0)
    return yes({
      places: together.flatMap((place) => addressPlaces(place, ports)),
      by: `network ${together[0]!.name}`,
    });
  const host = toHost(from, surroundings);
  if (to.position.kind === 'host') {
    const isBridge = ours.some(({ mode }) => !isUnderlay(mode));
    if (host.answer !== 'yes' || (isBridge && seen('`host`', 'bridge → service', 4) !== 'yes')) return host;
    return yes({ places: host.places.map(({ at }) => ({ at, ports })), by: host.by ?? 'host' });
  }
  const across = ours.flatMap((our) =>
    theirs.filter((their) => isCrossed(our, their, facts)).flatMap((their) => addressPlaces(their, ports)),
  );
  if (across.length > 0) return yes({ places: withoutSeen(across), by: 'through this host' });
  const published = to.service.reach.filter((reach) => reach.from === 'lan' && !isDirect(reach));
  if (host.answer === 'yes' && published.length > 0 && isOpenToBridges(ours, facts))
    return yes({ places: placesOf(published), by: 'published port' });
  if (host.answer === 'yes' && published.length > 0)
    return unknown('its ports are published on this host, which may answer here: not measured');
  return whyApart(ours, theirs, shared);
}

/** A published port, asked from another bridge; what was tried is no more than that. */
const isOpenToBridges = (ours: readonly Place[], { engine }: ParsedFacts) =>
  ours.some(({ mode }) => mode === 'bridge') &&
  seen('`bridge`, with published ports', 'bridge → service', 4, engine?.version) === 'yes';

/** From a bridge to an underlay or the other way, which leads through this host and its shim. */
function isCrossed(our: Place, their: Place, { engine }: ParsedFacts): boolean {
  const families = our.families.filter((family) => their.families.includes(family));
  const found = (row: Row | undefined, column: Column) =>
    row !== undefined && families.some((family) => seen(row, column, family, engine?.version) === 'yes');
  if (our.mode === 'bridge' && isUnderlay(their.mode))
    return !our.internal && hasShim(their) && found(their.row, 'bridge → service');
  if (isUnderlay(our.mode) && their.mode === 'bridge')
    return !their.internal && hasShim(our) && found(our.row, 'service → bridge');
  return false;
}

function whyApart(ours: readonly Place[], theirs: readonly Place[], shared: readonly Place[]): Found {
  const [both] = shared;
  if (both?.apart) return no(`${both.name} keeps its members apart (enable_icc)`);
  if (both) return no(`flag: ${both.flag} keeps its members apart`);
  const [our, their] = [ours.find(({ mode }) => isUnderlay(mode)), theirs.find(({ mode }) => isUnderlay(mode))];
  if (our && their) return unknown('they are on different LANs: your router decides');
  if (our) return no('from the LAN, nothing leads to the own address of a container on a bridge');
  if (their?.flag !== undefined && their.flag !== 'bridge')
    return no(`flag: ${their.flag} keeps this host's bridges out`);
  if (their?.hostAccess === 'none') return no('host_access: none (no shim)');
  if (their) return no('its bridge does not lead to the LAN');
  return no('they share no network: Docker keeps its bridges apart');
}

function nameFor(from: Standing, to: Standing, { plan }: Surroundings): string | undefined {
  const { name } = to.service.service;
  const hosts = [...from.service.extraHosts, ...from.owner.extraHosts, ...from.owner.service.extraHosts];
  if (hosts.some(({ host }) => host === name)) return name;
  if (from.owner === to.owner) return undefined;
  const [ours, theirs] = [positionPlaces(from.position), positionPlaces(to.position)];
  const shared = ours.some(({ network, named }) => named && theirs.some((place) => place.network === network));
  if (shared && (to.owner === to.service || to.owner.takesOver?.guests.includes(name))) return name;
  return answerFor(from.service, to.service, plan.services, plan.networks)?.kind === 'resolves' ? name : undefined;
}

const positionPlaces = (position: Position): readonly Place[] => (position.kind === 'networks' ? position.places : []);

const sameContainer = (a: Position, b: Position) =>
  a.kind === 'container' && b.kind === 'container' && a.container === b.container;

const hasShim = ({ hostAccess, flag }: Place) => hostAccess === 'shim' && flag === 'bridge';

/** In any of the families that it has. */
const saw = (row: Row | undefined, column: Column, { families }: Place, { engine }: ParsedFacts): boolean =>
  row !== undefined && families.some((family) => seen(row, column, family, engine?.version) === 'yes');

const shimText = ({ shim }: Place) => (shim ? `shim ${shim.name}` : 'shim');

/** Whether containers are this host's, with bridges that can be reached from it. */
const isHere = ({ engine }: ParsedFacts) => engine === undefined || (engine.kind === 'engine' && !engine.remote);

/** Its own address, or the network on which Docker will choose one. */
function addressPlaces({ addresses, name }: Place, ports: readonly string[]): readonly WayPlace[] {
  if (addresses.length === 0) return [{ at: `its address on ${name}`, ports }];
  return addresses.map((address) => ({ at: formatAddress(address), ports }));
}

function isOn({ mode, parent, isolated }: Place, lan: Lan): boolean {
  if (!isUnderlay(mode) || isolated) return false;
  return parent === undefined ? lan.isDefault : parent === lan.parent;
}

/** A service's own address, and not one of the host's. */
const isDirect = ({ at, target }: Reach): boolean =>
  at.kind === 'dynamic' || (at.kind === 'address' && target === undefined && !isLoopback(at.address));

/** A promise to "the LAN", as it is on this one; nothing where it is another's. */
function onLan(reach: Reach, lan: Lan, places: readonly Place[], facts: ParsedFacts): Reach | undefined {
  const { at } = reach;
  if (at.kind === 'this-host') {
    const address = hostOn(lan.parent, 4, facts);
    return { ...reach, at: { kind: 'this-host', ...(address && { address }) } };
  }
  if (at.kind === 'dynamic') {
    const place = places.find(({ network }) => network === at.network);
    return !place || isOn(place, lan) ? reach : undefined;
  }
  if (at.kind !== 'address') return reach;
  const place = places.find(({ addresses }) => addresses.some((address) => sameAddress(address, at.address)));
  if (place) return isOn(place, lan) ? reach : undefined;
  const on = facts.host?.interfaces.find(({ addresses }) =>
    addresses.some((each) => sameAddress(each.address, at.address)),
  );
  return on === undefined ? (lan.isDefault ? reach : undefined) : on.name === lan.parent ? reach : undefined;
}

const hostOn = (parent: string | undefined, family: 4 | 6, { host }: ParsedFacts): Address | undefined =>
  hostAddress({ family }, interfaceOf(host, parent), host);

/** Port by port at the same address, in a few words. */
function placesOf(reaches: readonly Reach[]): readonly WayPlace[] {
  return Object.entries(groupBy(reaches, addressText)).map(([at, same]) => ({
    at,
    ports: [...new Set(same.map(portText))],
  }));
}

function addressText({ at }: Reach): string {
  switch (at.kind) {
    case 'address':
      return formatAddress(at.address);
    case 'localhost':
      return 'localhost';
    case 'this-host':
      return at.address ? formatAddress(at.address) : "this host's address";
    case 'engine-machine':
      return "the engine's machine";
    case 'dynamic':
      return 'its address';
  }
}

function portText({ port, target, protocol }: Reach): string {
  const text = `${port ? rangeText(port) : '(chosen)'}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  return target && rangeText(target) !== rangeText(port) ? `${text} → ${rangeText(target)}` : text;
}

const portsOf = (opens: readonly Listener[]): readonly string[] => [
  ...new Set(opens.map((port) => `${rangeText(port)}${port.protocol === 'tcp' ? '' : `/${port.protocol}`}`)),
];

/** Each place once. */
function withoutSeen(places: readonly WayPlace[]): readonly WayPlace[] {
  return [...new Map(places.map((place) => [`${place.at} ${place.ports.join()}`, place])).values()];
}
