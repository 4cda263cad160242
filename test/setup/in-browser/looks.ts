/** What tests look at in a browser; `test/setup/browser.ts` puts it into each page before the page's own programs. */
import type { Looks } from './look-types.ts';

const texts = () =>
  [...document.querySelectorAll('svg.netcompose text')].filter(({ textContent }) => textContent !== '');

/** Half a pixel is no overlap; a line's box is higher than its letters. */
const slack = { x: 0.5, y: 2 };

const meet = (a: DOMRect, b: DOMRect) =>
  a.left < b.right - slack.x &&
  b.left < a.right - slack.x &&
  a.top + slack.y < b.bottom - slack.y &&
  b.top + slack.y < a.bottom - slack.y;

function overlaps(): readonly string[] {
  const boxes = texts().map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
  return boxes.flatMap((a, at) =>
    boxes.slice(at + 1).flatMap((b) => (meet(a.box, b.box) ? [`${a.text} | ${b.text}`] : [])),
  );
}

function outside(): readonly string[] {
  const whole = document.querySelector('svg.netcompose')!;
  return texts().flatMap((text) => {
    const card = text.parentElement!.classList.contains('service') ? text.parentElement!.querySelector('.card') : null;
    const [box, around] = [text.getBoundingClientRect(), (card ?? whole).getBoundingClientRect()];
    const isIn =
      box.left >= around.left - slack.x && box.right <= around.right + slack.x && box.bottom <= around.bottom + slack.x;
    return isIn ? [] : [text.textContent];
  });
}

const textCount = (): number => texts().length;

function leastContrast(): number {
  const below = ['.paper', '.frame', '.card'].map((selector) => luminance(document.querySelector(selector)!));
  const own = [...document.querySelectorAll('svg.netcompose text, svg.netcompose tspan')].map(luminance);
  return Math.min(...own.flatMap((a) => below.map((b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05))));
}

function luminance(element: Element): number {
  const [r = 0, g = 0, b = 0] = [...getComputedStyle(element).fill.matchAll(/[\d.]+/g)]
    .map(([value]) => Number(value) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const styleOf = (selector: string, property: string): string =>
  getComputedStyle(document.querySelector(selector)!).getPropertyValue(property);

const focused = (): string | undefined => document.activeElement?.querySelector('.name')?.textContent ?? undefined;

const blur = (): void => (document.activeElement as SVGElement).blur();

function state() {
  const namesOf = (cards: readonly Element[]) => cards.map((card) => card.querySelector('.name')!.textContent).sort();
  const names = (selector: string) => namesOf([...document.querySelectorAll(selector)]);
  const rows = [...document.querySelectorAll<HTMLTableRowElement>('tbody tr')];
  return {
    chosen: names('.service.chosen'),
    near: names('.service.near'),
    pressed: names('.service[aria-pressed="true"]'),
    faint: namesOf(
      [...document.querySelectorAll('.service')].filter((card) => Number(getComputedStyle(card).opacity) < 0.5),
    ),
    heading: document.querySelector('#chosen h2')?.textContent ?? undefined,
    panel: document.querySelector('#chosen')!.textContent,
    count: document.querySelector('#count')!.textContent,
    rows: rows.filter(({ hidden }) => !hidden).length,
  };
}

async function whatGetsThrough(): Promise<readonly string[]> {
  document.body.insertAdjacentHTML('beforeend', '<p onclick="document.title = `ran`">x</p>');
  (document.body.lastElementChild as HTMLElement).click();
  const fetched = await fetch('data:,x').then(
    () => ['fetched'],
    () => [],
  );
  return [...(document.title === 'ran' ? ['a handler'] : []), ...fetched];
}

async function readByMermaid(text: string) {
  mermaid.initialize({ startOnLoad: false });
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  return {
    nodes: db.getVertices().size,
    frames: db.getSubGraphs().length,
    arrows: db.getEdges().flatMap(({ type }) => (type === 'arrow_open' ? [] : [type])),
  };
}

async function drawnByMermaid(text: string): Promise<string> {
  mermaid.initialize({ startOnLoad: false });
  return (await mermaid.render('drawn', text)).svg;
}

const looks: Looks = {
  overlaps,
  outside,
  textCount,
  leastContrast,
  styleOf,
  focused,
  blur,
  state,
  whatGetsThrough,
  readByMermaid,
  drawnByMermaid,
};
Object.assign(globalThis, { looks });

declare const mermaid: {
  readonly mermaidAPI: {
    getDiagramFromText(text: string): Promise<{
      readonly db: {
        getVertices(): ReadonlyMap<string, unknown>;
        getSubGraphs(): readonly unknown[];
        getEdges(): readonly { readonly type: string }[];
      };
    }>;
  };
  initialize(options: object): void;
  render(id: string, text: string): Promise<{ readonly svg: string }>;
};
