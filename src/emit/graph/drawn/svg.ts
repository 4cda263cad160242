/** The graph as an SVG. */
import type { Graph } from '../../../plan/graph/graph.ts';
import { element, lines, type Markup } from '../markup.ts';
import { pictureStyle } from '../styles.generated.js';
import { arrange, headingOf, lineHeight } from './arrange.ts';
import { legendOf } from './legend.ts';
import { cross, leftArrow, n, questionMark, rightArrow } from './marks.ts';
import type { Bus, Card, Edge, Frame, Picture, Rail, Stop, TextBlock } from './picture.ts';
import { sentencesOf } from './sentences.ts';

const left = 18;
const turn = 4;

/** @returns a file's text, that ends with a line break */
export const svgOf = (graph: Graph): string => `${drawn(graph).markup}\n`;

/**
 * The picture as an element.
 *
 * @param isPart whether it is part of a page, which has the style itself and lets services be chosen
 */
export function drawn(graph: Graph, isPart = false): Markup {
  const picture = arrange(graph);
  const legend = legendOf(picture, left);
  const width = Math.ceil(picture.width);
  const height = Math.ceil(picture.bottom + legend.height);
  const indexes = new Map(graph.services.map((service, index) => [service, index]));
  const indexOf = (service: Stop['service']) => (service ? indexes.get(service) : undefined);
  const parts = [
    element('title', { id: 'picture-title' }, headingOf(graph)),
    element('desc', { id: 'picture-description' }, descriptionOf(graph)),
    ...(isPart ? [] : [element('style', {}, { markup: pictureStyle })]),
    element('rect', { class: 'paper', width, height }),
    // A page has the heading itself.
    ...(isPart ? [] : [element('text', { class: 'heading', x: left, y: left + 14 }, headingOf(graph))]),
    element('g', { class: 'rails' }, lines(picture.rails.map(railMarkup))),
    element('g', { class: 'frames' }, lines(picture.frames.map(frameMarkup))),
    element('g', { class: 'buses' }, lines(picture.buses.map((bus) => busMarkup(bus, indexOf)))),
    element('g', { class: 'services' }, lines(picture.cards.map((card) => cardMarkup(card, picture, isPart, indexOf)))),
    legend.markup,
  ];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'netcompose',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      // In a page, its parts can be focused; alone it is one picture.
      role: isPart ? 'group' : 'img',
      'aria-labelledby': isPart ? 'picture-title' : 'picture-title picture-description',
    },
    lines(parts),
    { markup: '\n' },
  );
}

function descriptionOf(graph: Graph): string {
  if (graph.services.length === 0) return 'No service is started.';
  return graph.services.map((service) => sentencesOf(service, graph)).join(' ');
}

const kindOf = ({ rails }: Picture, index: number): string =>
  rails[index]!.kind === 'host' ? 'host' : `lan r${index % 3}`;

function railMarkup({ node, kind, x, from, to, label, reminders }: Rail, index: number): Markup {
  const name = kind === 'host' ? 'host' : `lan r${index % 3}`;
  const path = `M${x} ${n(from)}V${n(to)}`;
  return element(
    'g',
    {},
    element('path', { class: `rail ${name}`, d: path }),
    // A rail of two lines: no colour is needed to tell it from a LAN's.
    ...(kind === 'host' ? [element('path', { class: 'rail inner', d: path })] : []),
    element('circle', { class: `station ${name}`, cx: x, cy: from, r: 5 }),
    textMarkup(label),
    ...reminders.map((at) =>
      element('text', { class: 'short', transform: `translate(${n(at.x)} ${n(at.y)}) rotate(-90)` }, node.short),
    ),
  );
}

function frameMarkup({ network, x, y, width, height, label }: Frame): Markup {
  return element(
    'g',
    {},
    element('rect', { class: `frame ${network.kind}`, x, y, width, height, rx: 7 }),
    textMarkup(label),
  );
}

function cardMarkup(
  { service, x, y, width, height, label, edges }: Card,
  picture: Picture,
  isPart: boolean,
  indexOf: (service: Stop['service']) => number | undefined,
): Markup {
  const said = sentencesOf(service, picture.graph);
  return element(
    'g',
    {
      class: 'service',
      'data-service': indexOf(service),
      ...(isPart && { tabindex: 0, role: 'button', 'aria-pressed': 'false', 'aria-label': said }),
    },
    // A pointer finds all of the row, and not only what is drawn in it.
    ...(isPart ? [element('rect', { class: 'hit', x: left, y, width: x + width - left, height })] : []),
    ...(isPart ? [] : [element('title', {}, said)]),
    ...edges.map((edge) => edgeMarkup(edge, picture)),
    element('rect', { class: 'card', x, y, width, height, rx: 4 }),
    textMarkup(label),
  );
}

function edgeMarkup({ answer, stations, y, from, to, label }: Edge, picture: Picture): Markup {
  // What is the same for several has no colour of one.
  const kind = answer === 'yes' && stations.length === 1 ? kindOf(picture, stations[0]!.rail) : '';
  return element(
    'g',
    { class: 'way' },
    // Over the rails that it passes.
    element('path', { class: 'halo', d: `M${from} ${n(y)}H${picture.rails.at(-1)!.x + 7}` }),
    element('path', { class: `edge ${answer} ${kind}`.trim(), d: `M${from} ${n(y)}H${to}` }),
    ...stations.flatMap(({ rail, out }) => {
      const { x } = picture.rails[rail]!;
      const name = kindOf(picture, rail);
      return [
        element('circle', { class: `station ${name}`, cx: x, cy: y, r: 3.5 }),
        ...(out === 'yes' ? [leftArrow(x + 5, y, name)] : out === 'no' ? [cross(x + 10, y)] : []),
      ];
    }),
    answer === 'yes' ? rightArrow(to, y, kind) : answer === 'no' ? cross(to - 8, y) : questionMark(to - 9, y),
    textMarkup(label),
  );
}

function busMarkup(
  { kind, track, x, from, to, stops }: Bus,
  indexOf: (service: Stop['service']) => number | undefined,
): Markup {
  // Where nobody reaches what is needed, nothing of the bus looks as if somebody did.
  const isReached = stops.some(({ isTarget, answer }) => !isTarget && answer === 'yes');
  const colour = isReached ? `c${track % 4}` : '';
  const look = kind === 'network' ? 'cable' : isReached ? `bus ${colour} d${track % 3}` : 'bus no';
  const stubs = stops.flatMap((stop) => {
    const start = kind === 'needs' && stop.isTarget ? stop.x + 6 : stop.x;
    const y = n(stop.y);
    const end =
      stop.y === from
        ? `H${x - turn}Q${x} ${y} ${x} ${n(y + turn)}`
        : stop.y === to
          ? `H${x - turn}Q${x} ${y} ${x} ${n(y - turn)}`
          : `H${x}`;
    const answer = stop.answer === 'yes' || !isReached ? '' : ` ${stop.answer}`;
    return [
      element('path', { class: 'halo', d: `M${stop.x + 13} ${y}H${x - turn - 2}` }),
      element(
        'g',
        { class: 'stub', 'data-service': indexOf(stop.service), 'data-target': stop.isTarget ? '' : undefined },
        element('path', { class: `${look}${answer}`, d: `M${start} ${y}${end}` }),
        stopMark(stop, kind, colour),
      ),
    ];
  });
  const trunk = element('path', { class: `${look} trunk`, d: `M${x} ${n(from + turn)}V${n(to - turn)}` });
  return element('g', { class: `line ${kind}` }, trunk, ...stubs);
}

function stopMark({ x, y, isTarget, answer }: Stop, kind: Bus['kind'], colour: string): Markup {
  if (kind === 'network') return element('circle', { class: 'socket', cx: x, cy: y, r: 3 });
  if (isTarget) return leftArrow(x, y, colour);
  if (answer === 'yes') return element('circle', { class: `stop ${colour}`, cx: x, cy: y, r: 2.5 });
  return answer === 'no' ? cross(x + 7, y) : questionMark(x + 8, y);
}

/** Lines of a text are `<text>`s of their own; what is set in several fonts has parts. */
function textMarkup({ x, y, lines: texts }: TextBlock): Markup {
  const markup = texts.map((spans, at) => {
    const place = { x, y: y + at * lineHeight };
    if (spans.length === 1) return element('text', { class: spans[0]!.font, ...place }, spans[0]!.text);
    const parts = spans.flatMap(({ text, font }, index) => [
      ...(index > 0 ? [' '] : []),
      element('tspan', { class: font }, text),
    ]);
    return element('text', place, ...parts);
  });
  return { markup: markup.map((each) => each.markup).join('') };
}
