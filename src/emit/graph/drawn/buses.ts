/** What leads from service to service: one bus for all that need the same service, or are on one more network. */
import type { Graph, ServiceNode, Way } from '../../../plan/graph/graph.ts';
import type { Bus, Card, Frame, Stop } from './picture.ts';
import { tracksFor } from './tracks.ts';

interface Member {
  readonly service: ServiceNode;
  readonly isTarget: boolean;
  readonly answer: Way['answer'];
}

/** A bus before anything has its place. */
export interface BusPlan {
  readonly kind: Bus['kind'];
  /** The frame that a network's bus begins at. */
  readonly network?: string;
  readonly members: readonly Member[];
}

const pitch = 11;
const turn = 4;

export function busesOf({ services, networks, ways }: Graph): readonly BusPlan[] {
  const byId = new Map(services.map((service) => [service.id, service]));
  const wanted = ways.filter((way) => way.wanted);
  const needs = services.flatMap((service): readonly BusPlan[] => {
    const askers = wanted.filter(({ to }) => to === service.id);
    if (askers.length === 0) return [];
    const members = askers.map(({ from, answer }) => ({ service: byId.get(from)!, isTarget: false, answer }));
    return [{ kind: 'needs', members: [{ service, isTarget: true, answer: 'yes' }, ...members] }];
  });
  const further = networks.flatMap(({ id }): readonly BusPlan[] => {
    const members = services
      .filter(({ network, networks: all }) => network !== id && all.includes(id))
      .map((service) => ({ service, isTarget: false, answer: 'yes' as const }));
    return members.length === 0 ? [] : [{ kind: 'network', network: id, members }];
  });
  return [...further, ...needs];
}

/** How many buses stop at a service. */
export const stopsOf = (service: ServiceNode, buses: readonly BusPlan[]): number =>
  buses.filter(({ members }) => members.some((member) => member.service === service)).length;

interface Room {
  /** Where the tracks begin. */
  readonly left: number;
  /** Between two stops at one card. */
  readonly stopPitch: number;
}

export function arrangeBuses(
  plans: readonly BusPlan[],
  cards: readonly Card[],
  frames: readonly Frame[],
  { left, stopPitch }: Room,
): { readonly buses: readonly Bus[]; readonly right: number } {
  const cardOf = new Map(cards.map((card) => [card.service, card]));
  const middles = plans.map(({ members, network }) => {
    const frame = frames.find((each) => each.network.id === network);
    const ys = members.map(({ service }) => middleOf(cardOf.get(service)!));
    return frame ? [frame.y, ...ys] : ys;
  });
  const tracks = tracksFor(
    middles.map((ys, index) => {
      // A stop may be as far from the middle of its card as half of the card.
      const reach = Math.max(...plans[index]!.members.map(({ service }) => cardOf.get(service)!.height / 2));
      return { from: Math.min(...ys) - reach, to: Math.max(...ys) + reach };
    }),
    turn,
  );
  const x = (track: number) => left + 16 + track * pitch;
  const stopY = stopHeights(plans, cards, tracks, middles, stopPitch);
  const buses = plans.map(({ kind, network, members }, index): Bus => {
    const frame = frames.find((each) => each.network.id === network);
    const stops: readonly Stop[] = [
      ...(frame ? [{ x: frame.x + frame.width, y: frame.y + 14, isTarget: true, answer: 'yes' as const }] : []),
      ...members.map((member): Stop => {
        const card = cardOf.get(member.service)!;
        return { ...member, x: card.x + card.width, y: stopY(index, card) };
      }),
    ];
    const ys = stops.map(({ y }) => y);
    return { kind, track: tracks[index]!, x: x(tracks[index]!), from: Math.min(...ys), to: Math.max(...ys), stops };
  });
  return { buses, right: plans.length === 0 ? left : x(Math.max(...tracks)) };
}

const middleOf = ({ y, height }: Card) => y + height / 2;

/**
 * The heights of a card's stops, one below the other, so that as few lines as possible cross there: first the buses
 * that come from above, from the innermost to the outermost, then those from below the other way round.
 */
function stopHeights(
  plans: readonly BusPlan[],
  cards: readonly Card[],
  tracks: readonly number[],
  middles: readonly (readonly number[])[],
  stopPitch: number,
): (bus: number, card: Card) => number {
  const heights = new Map<Card, ReadonlyMap<number, number>>();
  for (const card of cards) {
    const middle = middleOf(card);
    const stopping = plans.flatMap(({ members }, index) =>
      members.some(({ service }) => service === card.service) ? [index] : [],
    );
    const fromAbove = (index: number) => {
      const above = middles[index]!.filter((y) => y < middle).length;
      return above >= middles[index]!.filter((y) => y > middle).length;
    };
    const up = stopping.filter(fromAbove).sort((a, b) => tracks[a]! - tracks[b]!);
    const down = stopping.filter((index) => !fromAbove(index)).sort((a, b) => tracks[b]! - tracks[a]!);
    const order = [...up, ...down];
    const first = middle - ((order.length - 1) * stopPitch) / 2;
    heights.set(card, new Map(order.map((index, at) => [index, first + at * stopPitch])));
  }
  return (bus, card) => heights.get(card)!.get(bus)!;
}
