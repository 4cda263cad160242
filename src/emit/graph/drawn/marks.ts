/** The small signs at the ends of lines: each is a form of its own, so that nobody needs to tell colours apart. */
import { element, type Markup } from '../markup.ts';

/** @param x where its point is */
export const rightArrow = (x: number, y: number, kind: string): Markup =>
  element('path', { class: `arrow ${kind}`.trim(), d: `M${n(x)} ${n(y)}l-8 -4v8z` });

export const leftArrow = (x: number, y: number, kind: string): Markup =>
  element('path', { class: `arrow ${kind}`.trim(), d: `M${n(x)} ${n(y)}l8 -4v8z` });

export const cross = (x: number, y: number): Markup =>
  element('path', { class: 'cross', d: `M${n(x - 3.5)} ${n(y - 3.5)}l7 7m0 -7l-7 7` });

export const questionMark = (x: number, y: number): Markup => ({
  markup:
    element('circle', { class: 'unsure', cx: x, cy: y, r: 5.5 }).markup +
    element('text', { class: 'unsure', x, y: y + 3.3 }, '?').markup,
});

/** A coordinate within a path. */
export const n = (value: number): number => Math.round(value * 10) / 10;
