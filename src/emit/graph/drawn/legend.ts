/** What the signs of a picture mean; only those that are in it. */
import { element, lines, type Markup } from '../markup.ts';
import { cross, leftArrow, n, questionMark, rightArrow } from './marks.ts';
import type { Picture } from './picture.ts';
import { textWidth } from './text-box.ts';

interface Entry {
  readonly isUsed: boolean;
  readonly text: string;
  /** Drawn from x to x + 34, at y. */
  readonly sample: (x: number, y: number) => readonly Markup[];
}

const sampleWidth = 42;
const entryGap = 26;
const rowHeight = 19;

/** @returns the height that it takes, too */
export function legendOf({ cards, buses, bottom, width }: Picture, left: number) {
  const edges = cards.flatMap((card) => card.edges);
  const outs = edges.flatMap(({ stations }) => stations.map(({ out }) => out));
  const stops = buses.filter(({ kind }) => kind === 'needs').flatMap((bus) => bus.stops);
  const line = (kind: string) => (x: number, y: number) =>
    element('path', { class: kind === 'yes' ? 'edge lan r0 yes' : `edge ${kind}`, d: `M${n(x)} ${y}H${n(x + 34)}` });
  const bus = (x: number, y: number) => element('path', { class: 'bus c0 d0', d: `M${n(x)} ${y}H${n(x + 34)}` });
  const entries: readonly Entry[] = [
    {
      isUsed: edges.some(({ answer }) => answer === 'yes'),
      text: 'reaches the service, at the place above the line',
      sample: (x, y) => [line('yes')(x, y), rightArrow(x + 34, y, 'lan r0')],
    },
    {
      isUsed: outs.includes('yes'),
      text: 'the service reaches it',
      sample: (x, y) => [line('yes')(x, y), leftArrow(x, y, 'lan r0')],
    },
    {
      isUsed: edges.some(({ answer }) => answer === 'no') || outs.includes('no'),
      text: 'does not reach',
      sample: (x, y) => [line('no')(x, y), cross(x + 28, y)],
    },
    {
      isUsed: edges.some(({ answer }) => answer === 'unknown'),
      text: 'not known',
      sample: (x, y) => [line('unknown')(x, y), questionMark(x + 28, y)],
    },
    {
      isUsed: stops.length > 0,
      text: 'depends on the service at the arrow, and reaches it',
      sample: (x, y) => [
        bus(x, y),
        element('circle', { class: 'stop c0', cx: x, cy: y, r: 2.5 }),
        rightArrow(x + 34, y, 'c0'),
      ],
    },
    {
      isUsed: stops.some(({ answer }) => answer !== 'yes'),
      text: 'depends on it, and does not reach it',
      sample: (x, y) => [element('path', { class: 'bus c0 no', d: `M${n(x)} ${y}H${n(x + 34)}` }), cross(x + 7, y)],
    },
    {
      isUsed: buses.some(({ kind }) => kind === 'network'),
      text: 'is on this network too',
      sample: (x, y) => [
        element('path', { class: 'cable', d: `M${n(x)} ${y}H${n(x + 34)}` }),
        element('circle', { class: 'socket', cx: x + 34, cy: y, r: 3 }),
      ],
    },
  ];
  let [x, y] = [left, bottom + 16];
  const drawn = entries
    .filter(({ isUsed }) => isUsed)
    .flatMap(({ text, sample }) => {
      const taken = sampleWidth + textWidth(text, 'detail');
      if (x > left && x + taken > width - left) [x, y] = [left, y + rowHeight];
      const at = [...sample(x, y - 4), element('text', { class: 'detail', x: x + sampleWidth, y }, text)];
      x += taken + entryGap;
      return at;
    });
  return { markup: element('g', { class: 'legend' }, lines(drawn)), height: y - bottom + 16 };
}
