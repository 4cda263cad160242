/**
 * What the page does in a browser: one service's ways by pointer and keyboard, a filter, a search. Nothing is fetched;
 * without it the picture and the table are still there.
 */
import type { Answer, PageData } from '../page-data.ts';

const svg = document.querySelector<SVGSVGElement>('svg.netcompose')!;
const aside = document.querySelector<HTMLElement>('#chosen')!;
const search = document.querySelector<HTMLInputElement>('#search')!;
const count = document.querySelector<HTMLOutputElement>('#count')!;
const modes = [...document.querySelectorAll<HTMLInputElement>('input[name="netmode"]')];
const rows = [...document.querySelectorAll<HTMLTableRowElement>('tbody tr')];
const cards = [...svg.querySelectorAll<SVGGElement>('.service')];
const lines = [...svg.querySelectorAll<SVGGElement>('.line')];
const data = JSON.parse(document.querySelector('#data')!.textContent) as PageData;
const hint = [...aside.childNodes];

let pinned: number | undefined;

const indexOf = (element: Element) => Number(element.getAttribute('data-service'));
const sayOf = (from: number, to: number) => data.says[data.pairs[from]![to]!];
const reaches = (from: number, to: number) => sayOf(from, to)?.[0] === 'yes';

const badges = cards.map((card) => {
  const box = card.querySelector('.card')!;
  const badge = document.createElementNS(svg.namespaceURI, 'text');
  const number = (name: string) => Number(box.getAttribute(name));
  badge.setAttribute('class', 'badge');
  badge.setAttribute('x', String(number('x') + number('width') - 6));
  badge.setAttribute('y', String(number('y') + 13));
  badge.setAttribute('aria-hidden', 'true');
  card.append(badge);
  return badge;
});

/** Shows the ways of a service, and dims what has no part in them; of none: everything as it was. */
function show(chosen: number | undefined): void {
  svg.classList.toggle('choosing', chosen !== undefined);
  for (const card of cards) {
    const index = indexOf(card);
    const [there, back] = chosen === undefined ? [false, false] : [reaches(chosen, index), reaches(index, chosen)];
    card.classList.toggle('chosen', index === chosen);
    card.classList.toggle('near', index === chosen || there || back);
    badges[cards.indexOf(card)]!.textContent =
      index === chosen ? '' : there && back ? '⇄' : there ? '←' : back ? '→' : '';
  }
  for (const line of lines) {
    const stubs = [...line.querySelectorAll('.stub')];
    const own = stubs.find((stub) => indexOf(stub) === chosen && stub.hasAttribute('data-service'));
    const all = own?.hasAttribute('data-target') || line.classList.contains('network');
    line.classList.toggle('near', own !== undefined);
    for (const stub of stubs)
      stub.classList.toggle('near', own !== undefined && (all || stub === own || stub.hasAttribute('data-target')));
  }
  aside.replaceChildren(...(chosen === undefined ? hint : waysOf(chosen)));
}

const titles: Readonly<Record<Answer, readonly [there: string, back: string]>> = {
  yes: ['Reaches', 'Is reached by'],
  no: ['Does not reach', 'Is not reached by'],
  unknown: ['May reach', 'May be reached by'],
};

function waysOf(chosen: number): readonly Node[] {
  const { name, about, outside } = data.services[chosen]!;
  const others = data.services.map((_, index) => index).filter((index) => index !== chosen);
  const lists = (Object.keys(titles) as readonly Answer[]).flatMap((answer) =>
    titles[answer].flatMap((title, back) =>
      listOf(
        title,
        answer,
        others.map((other) => [other, back === 1 ? sayOf(other, chosen)! : sayOf(chosen, other)!]),
      ),
    ),
  );
  return [
    made('h2', name),
    made('p', about),
    made(
      'ul',
      ...outside.map(([title, say]) => {
        const [, text] = data.says[say]!;
        return made('li', made('b', `${title}: `), made('span', text));
      }),
    ),
    made('p', `In the picture: ⇄ both ways, → reaches ${name}, ← is reached by ${name}.`),
    ...lists,
  ];
}

/** Services of which the same is to be said stand together. */
function listOf(title: string, wanted: Answer, ways: readonly (readonly [number, PageData['says'][number]])[]) {
  const names = new Map<string, string[]>();
  for (const [other, [answer, text]] of ways) {
    if (answer !== wanted) continue;
    const same = names.get(text) ?? [];
    names.set(text, [...same, data.services[other]!.name]);
  }
  if (names.size === 0) return [];
  const items = [...names].map(([text, all]) => made('li', made('b', `${all.join(', ')}: `), made('span', text)));
  return [made('h3', title), made('ul', ...items)];
}

function made(name: string, ...children: readonly (Node | string)[]): HTMLElement {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

/** Fades services that are not asked for, and takes them out of the table and the order of the keyboard. */
function filter(): void {
  const shown = new Set(modes.filter(({ checked }) => checked).map(({ value }) => value));
  const words = search.value.toLowerCase().split(/\s+/);
  const isShown = data.services.map(
    ({ netmode, words: text }) => shown.has(netmode) && words.every((word) => text.includes(word)),
  );
  const hides = (element: Element) => {
    const index = element.getAttribute('data-service');
    return index !== null && !isShown[Number(index)];
  };
  for (const card of cards) {
    card.classList.toggle('out', hides(card));
    card.setAttribute('tabindex', hides(card) ? '-1' : '0');
    card.setAttribute('aria-hidden', String(hides(card)));
  }
  for (const stub of svg.querySelectorAll('.stub')) stub.classList.toggle('out', hides(stub));
  for (const row of rows) row.hidden = hides(row);
  const all = isShown.length;
  count.textContent = `${isShown.filter(Boolean).length} of ${all} service${all === 1 ? '' : 's'}`;
  if (pinned !== undefined && !isShown[pinned]) pin(undefined);
}

function pin(index: number | undefined): void {
  pinned = index;
  for (const card of cards) card.setAttribute('aria-pressed', String(indexOf(card) === index));
  show(index);
}

for (const card of cards) {
  const index = indexOf(card);
  card.addEventListener('pointerenter', () => show(index));
  card.addEventListener('pointerleave', () => show(pinned));
  card.addEventListener('focus', () => show(index));
  card.addEventListener('blur', () => show(pinned));
  card.addEventListener('click', () => pin(pinned === index ? undefined : index));
  card.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter' || event.key === ' ') pin(pinned === index ? undefined : index);
    else if (step !== 0) neighbour(card, step)?.focus();
    else return;
    event.preventDefault();
  });
}

/** The next service that is asked for, above or below. */
function neighbour(card: SVGGElement, step: number): SVGGElement | undefined {
  const shown = cards.filter(({ classList }) => !classList.contains('out'));
  return shown[shown.indexOf(card) + step];
}

document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  search.value = '';
  filter();
  pin(undefined);
});
search.addEventListener('input', filter);
search.addEventListener('keydown', ({ key }) => {
  if (key === 'Enter') cards.find(({ classList }) => !classList.contains('out'))?.focus();
});
for (const mode of modes) mode.addEventListener('change', filter);
filter();
