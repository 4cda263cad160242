/** What was found of a way, and the places it leads to, in words. */
import groupBy from 'lodash/groupBy.js';
import { rangeText } from '../../compose/project/port-runs.ts';
import { formatAddress } from '../facts/ip.ts';
import type { Listener, Reach } from '../types.ts';
import type { Way, WayPlace } from './graph.ts';
import type { Place } from './position.ts';

export type Found = Omit<Way, 'from' | 'to' | 'wanted'>;

export const yes = (found: Omit<Found, 'answer'>): Found => ({ answer: 'yes', ...found });

export const no = (reason: string): Found => ({ answer: 'no', places: [], reason });

export const unknown = (reason: string): Found => ({ answer: 'unknown', places: [], reason });

/** Its own address, or the network on which Docker will choose one. */
export function addressPlaces({ addresses, name }: Place, ports: readonly string[]): readonly WayPlace[] {
  if (addresses.length === 0) return [{ at: `its address on ${name}`, ports }];
  return addresses.map((address) => ({ at: formatAddress(address), ports }));
}

/** Port by port at the same address, in a few words. */
export function placesOf(reaches: readonly Reach[]): readonly WayPlace[] {
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

export const portsOf = (opens: readonly Listener[]): readonly string[] => [
  ...new Set(opens.map((port) => `${rangeText(port)}${port.protocol === 'tcp' ? '' : `/${port.protocol}`}`)),
];

/** Each place once. */
export function withoutSeen(places: readonly WayPlace[]): readonly WayPlace[] {
  return [...new Map(places.map((place) => [`${place.at} ${place.ports.join()}`, place])).values()];
}
