/**
 * Where everything stands. LANs and this host are rails on the left, from top to bottom; services are below one
 * another, network by network, so that there is a line of its own for each way in, with its text above it. What
 * services need of one another, and further networks, are buses on the right.
 */
import groupBy from 'lodash/groupBy.js';
import type { Graph, NetworkNode, ServiceNode, Way } from '../../../plan/graph/graph.ts';
import { arrangeBuses, busesOf, stopsOf } from './buses.ts';
import { cardSpans, edgeSpans, frameSpans, railSpans } from './captions.ts';
import type { Card, Edge, Frame, Picture, Rail } from './picture.ts';
import { flowed, type Line, lineWidth, type Span, textWidth } from './text-box.ts';

export const lineHeight = 14;
const margin = 18;
const railPitch = 26;
const railHeadHeight = 21;
const headingHeight = 30;
const edgeGap = 5;
const framePadding = 9;
const frameGap = 13;
const cardGap = 8;
const stopPitch = 9;
/** Farther than that, nobody remembers which rail is which. */
const farApart = 450;
const labelWidths = { least: 150, most: 330 } as const;
const cardWidths = { least: 150, most: 250 } as const;

export function arrange(graph: Graph): Picture {
  const outside = [...graph.lans, graph.host];
  const railsTop = margin + headingHeight;
  const servicesTop = railsTop + outside.length * railHeadHeight + 6;
  const railX = (index: number) => margin + 8 + index * railPitch;
  const ways = waysByEnds(graph);
  const edges = new Map(graph.services.map((service) => [service.id, waysIn(service, outside, ways)]));
  const labelsLeft = railX(outside.length - 1) + 22;
  const labelsWidth = within(
    labelWidths,
    [...edges.values()].flat().map(({ spans }) => lineWidth(spans)),
  );
  const cardLeft = labelsLeft + labelsWidth + 22;
  const captions = new Map(graph.services.map((service) => [service.id, cardSpans(service, graph)]));
  const cardWidth = within(
    cardWidths,
    [...[...captions.values()].flat(), ...graph.networks.flatMap(frameSpans)].map((spans) => lineWidth(spans) + 24),
  );
  const frameRight = cardLeft + cardWidth + framePadding;
  const buses = busesOf(graph);

  const cards: Card[] = [];
  const frames: Frame[] = [];
  const inFrame = groupBy(graph.services, ({ network }) => network);
  const reminders: number[] = [];
  let y = servicesTop;
  for (const network of graph.networks) {
    const frame = frameAt(network, y);
    // Beside the frame's title, where no line comes in.
    if (y - (reminders.at(-1) ?? servicesTop) > farApart) reminders.push(frame.labelBottom);
    y = frame.labelBottom;
    for (const service of inFrame[network.id] ?? []) {
      const card = cardAt(service, y);
      cards.push(card);
      y = card.y + card.height + cardGap;
    }
    const bottom = y - cardGap + framePadding;
    frames.push({ ...frame.frame, height: bottom - frame.frame.y });
    y = bottom + frameGap;
  }
  const bottom = Math.max(y - frameGap, servicesTop) + 10;
  const placed = arrangeBuses(buses, cards, frames, { left: frameRight, stopPitch });
  const railsWidth = outside.map((node, index) => railX(index) + 14 + lineWidth(railSpans(node)) + margin);
  const width = Math.max(placed.right, frameRight, ...railsWidth) + margin;
  return {
    graph,
    width: Math.max(width, margin * 2 + textWidth(headingOf(graph), 'heading')),
    height: bottom,
    rails: outside.map((node, index): Rail => {
      const from = railsTop + index * railHeadHeight + 10;
      return {
        node,
        kind: node === graph.host ? 'host' : 'lan',
        x: railX(index),
        from,
        to: bottom - 4,
        label: { x: railX(index) + 14, y: from + 4, lines: [railSpans(node)] },
        reminders: reminders.filter(() => fits(node.short)).map((height) => ({ x: railX(index) + 13, y: height })),
      };
    }),
    frames,
    cards,
    buses: placed.buses,
    bottom,
  };

  /** As tall as a title of two lines. */
  function fits(text: string): boolean {
    return textWidth(text, 'short') <= framePadding + 2 * lineHeight + frameGap;
  }

  function frameAt(network: NetworkNode, top: number) {
    const x = cardLeft - framePadding;
    const label = block(frameSpans(network), cardWidth, { x: cardLeft, y: top + framePadding + 9 });
    const frame = { network, x, y: top, width: frameRight - x, height: 0, label };
    return { frame, labelBottom: top + framePadding + label.lines.length * lineHeight + 7 };
  }

  function cardAt(service: ServiceNode, top: number): Card {
    const indent = service.owner === undefined ? 0 : 14;
    const inner = { x: cardLeft + indent + 10, width: cardWidth - indent - 20 };
    const label = block(captions.get(service.id)!, inner.width, { x: inner.x, y: top + 16 });
    let edgeTop = top + 4;
    const placedEdges = edges.get(service.id)!.map(({ spans, ...way }): Edge => {
      const text = flowed(spans, labelsWidth);
      const line = edgeTop + text.length * lineHeight + 3;
      const edge = {
        ...way,
        y: line,
        from: railX(way.stations[0]!.rail),
        to: cardLeft + indent,
        label: { x: labelsLeft, y: edgeTop + lineHeight - 3, lines: text },
      };
      edgeTop = line + edgeGap;
      return edge;
    });
    const height = Math.max(
      label.lines.length * lineHeight + 14,
      edgeTop - top + 2,
      stopsOf(service, buses) * stopPitch + 8,
    );
    return { service, x: cardLeft + indent, y: top, width: cardWidth - indent, height, label, edges: placedEdges };
  }
}

export const headingOf = ({ project }: Graph) => `${project}: who reaches whom`;

interface WayIn {
  readonly answer: Way['answer'];
  readonly stations: Edge['stations'];
  readonly spans: Line;
}

/** One for each place outside; those of which the same is to be said are one. */
function waysIn(service: ServiceNode, outside: readonly { readonly id: string }[], ways: WaysByEnds): readonly WayIn[] {
  const found = outside.flatMap(({ id }, rail) => {
    const way = ways.get(id)?.get(service.id);
    const out = ways.get(service.id)?.get(id)?.answer ?? 'unknown';
    return way ? [{ answer: way.answer, rail, out, spans: edgeSpans(way) }] : [];
  });
  const same = groupBy(found, ({ answer, spans }) => JSON.stringify([answer, spans]));
  return Object.values(same).map(([first, ...others]) => ({
    answer: first!.answer,
    stations: [first!, ...others].map(({ rail, out }) => ({ rail, out })),
    spans: first!.spans,
  }));
}

type WaysByEnds = ReadonlyMap<string, ReadonlyMap<string, Way>>;

function waysByEnds({ ways }: Graph): WaysByEnds {
  const found = new Map<string, Map<string, Way>>();
  for (const way of ways) {
    const from = found.get(way.from) ?? new Map<string, Way>();
    found.set(way.from, from.set(way.to, way));
  }
  return found;
}

/** Each of the lines begins on its own. */
const block = (parts: readonly (readonly Span[])[], width: number, at: { readonly x: number; readonly y: number }) => ({
  ...at,
  lines: parts.flatMap((spans) => flowed(spans, width)),
});

const within = ({ least, most }: { readonly least: number; readonly most: number }, wanted: readonly number[]) =>
  Math.ceil(Math.min(most, Math.max(least, ...wanted)));
