/** What stands beside an edge. */
import type { Graph, Way, WayAnswer, WayPlace } from '../../plan/graph/graph.ts';

/** `192.168.1.53:53/udp, 80 (shim nc-eth0)`; `yes (on the LAN)`; `no: no port is published` */
export function labelOf({ answer, places, by, reason }: WayAnswer): string {
  if (answer !== 'yes') return `${answer === 'no' ? 'no' : 'not known'}: ${reason}`;
  const where = places.length === 0 ? 'yes' : placeTexts(places).join('; ');
  return by === undefined ? where : `${where} (${by})`;
}

/** `192.168.1.53:53/udp, 80`, for each place. */
export const placeTexts = (places: readonly WayPlace[]): readonly string[] =>
  places.map(({ at, ports }) => (ports.length === 0 ? at : `${at.includes(':') ? `[${at}]` : at}:${ports.join(', ')}`));

/** What a picture of the whole shows: who comes in, yes or no, and what services need of one another. */
export const shownWays = ({ ways, host, lans }: Graph): readonly Way[] => {
  const outside = new Set([host.id, ...lans.map(({ id }) => id)]);
  return ways.filter(({ from, wanted }) => wanted || outside.has(from));
};
