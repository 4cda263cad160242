/** Between a service and what is outside of the project: this host and the LANs. What was measured decides. */
import { isUnderlay, underlay } from '../../netmode/modes.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { formatAddress, isLoopback, sameAddress } from '../facts/ip.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { timesOutOnLan } from '../services/reach.ts';
import type { Plan, Reach } from '../types.ts';
import { addressPlaces, type Found, no, placesOf, portsOf, unknown, withoutSeen, yes } from './found.ts';
import { seen } from './measured.ts';
import type { Place } from './position.ts';
import {
  closed,
  hasShim,
  hostOn,
  isHere,
  isOn,
  type Lan,
  positionPlaces,
  type Standing,
  type Surroundings,
  saw,
} from './surroundings.ts';

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
  if (owner !== service && owner.reach.some(({ from }) => from === 'lan'))
    return unknown(`which ports of "${owner.service.name}" are its own is not known: see listen`);
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

const shimText = ({ shim }: Place) => (shim ? `shim ${shim.name}` : 'shim');

/** A service's own address, and not one of the host's. */
export const isDirect = ({ at, target }: Reach): boolean =>
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
