/** From one service to another. What was measured decides (`measured.ts`). */
import { isUnderlay } from '../../netmode/modes.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { answerFor } from '../services/name-resolution.ts';
import { addressPlaces, type Found, no, placesOf, portsOf, unknown, withoutSeen, yes } from './found.ts';
import { type Column, type Row, seen } from './measured.ts';
import { fromHost, isDirect, toHost } from './outside.ts';
import type { Place, Position } from './position.ts';
import { closed, hasShim, noNetwork, positionPlaces, type Standing, type Surroundings, saw } from './surroundings.ts';

/** From one service to another, with the name that resolves there. */
export function named(found: Found, from: Standing, to: Standing, surroundings: Surroundings): Found {
  if (found.answer !== 'yes') return found;
  const name = nameFor(from, to, surroundings);
  return name === undefined ? found : { ...found, name };
}

/**
 * The same without names: services that stand alike are asked once for all, because of a thousand services there are a
 * million pairs.
 *
 * @returns the same object for pairs that are alike
 */
export function betweenAlike(surroundings: Surroundings): (from: Standing, to: Standing) => Found {
  const askingKeys = new Map<Standing, string>();
  const askedKeys = new Map<Standing, string>();
  const answers = new Map<string, Map<string, Found>>();
  return (from, to) => {
    // Who share a namespace may be alike to others, but not to one another.
    if (from.owner === to.owner) return reached(from, to, surroundings);
    const asking = remembered(askingKeys, from, askingKey);
    const asked = remembered(askedKeys, to, askedKey);
    const answersOf = remembered(answers, asking, () => new Map<string, Found>());
    return remembered(answersOf, asked, () => reached(from, to, surroundings));
  };
}

function remembered<K, V>(known: Map<K, V>, key: K, make: (key: K) => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make(key);
  known.set(key, made);
  return made;
}

/** All of a service by which it asks. */
const askingKey = ({ position }: Standing): string =>
  textOf(position.kind === 'networks' ? position.places.map((place) => ({ ...place, addresses: [] })) : position);

/** All of a service by which it is asked. */
const askedKey = ({ position, service: { opens, reach } }: Standing): string =>
  textOf([position, portsOf(opens), reach]);

/** Addresses are numbers that JSON does not know. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));

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

const sameContainer = (a: Position, b: Position) =>
  a.kind === 'container' && b.kind === 'container' && a.container === b.container;
