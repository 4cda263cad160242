/**
 * The graph as one page that needs nothing else: the picture, what a pointer or the keyboard chooses in it, and the
 * same as a table. Its policy lets it fetch nothing and run nothing but its own program.
 */
import type { Graph, Way } from '../../../plan/graph/graph.ts';
import { headingOf } from '../drawn/arrange.ts';
import { drawn } from '../drawn/svg.ts';
import { placeTexts, shownWays } from '../labels.ts';
import { element, lines, type Markup } from '../markup.ts';
import { pageScript, pageScriptHash, pageStyle, pageStyleHash } from '../styles.generated.js';
import { pageDataOf } from './page-data.ts';

const policy = [
  "default-src 'none'",
  `style-src '${pageStyleHash}'`,
  `script-src '${pageScriptHash}'`,
  // The empty icon, without which browsers ask for one.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** @returns a file's text, that ends with a line break */
export function pageOf(graph: Graph): string {
  const heading = headingOf(graph);
  const head = [
    { markup: '<meta charset="utf-8">' },
    { markup: `<meta http-equiv="Content-Security-Policy" content="${policy}">` },
    { markup: '<meta name="viewport" content="width=device-width, initial-scale=1">' },
    { markup: '<meta name="color-scheme" content="light dark">' },
    { markup: '<link rel="icon" href="data:,">' },
    element('title', {}, heading),
    element('style', {}, { markup: pageStyle }),
  ];
  const body = [
    element('h1', {}, heading),
    controls(graph),
    element(
      'main',
      {},
      element('figure', {}, drawn(graph, true)),
      element(
        'aside',
        { id: 'chosen', 'aria-live': 'polite', 'aria-label': 'The ways of one service' },
        element('p', {}, 'Point at a service, or reach it with the Tab key, to see its ways alone; Enter keeps them.'),
      ),
    ),
    table(graph),
    element('script', { type: 'application/json', id: 'data' }, { markup: jsonOf(pageDataOf(graph)) }),
    element('script', {}, { markup: pageScript }),
  ];
  const html = element('html', { lang: 'en' }, element('head', {}, lines(head)), element('body', {}, lines(body)));
  return `<!doctype html>\n${html.markup}\n`;
}

function controls({ services }: Graph): Markup {
  const counts = new Map<string, number>();
  for (const { netmode } of services) counts.set(netmode, (counts.get(netmode) ?? 0) + 1);
  return element(
    'div',
    { class: 'controls', role: 'search' },
    element('label', { for: 'search' }, 'Search'),
    { markup: '<input id="search" type="search" autocomplete="off" spellcheck="false">' },
    element(
      'fieldset',
      {},
      element('legend', {}, 'Netmodes'),
      ...[...counts].map(([netmode, count]) =>
        element(
          'label',
          {},
          { markup: `<input type="checkbox" name="netmode" value="${netmode}" checked>` },
          `${netmode} (${count})`,
        ),
      ),
    ),
    element(
      'output',
      { id: 'count', role: 'status' },
      `${services.length} of ${services.length} service${services.length === 1 ? '' : 's'}`,
    ),
  );
}

const answers: Readonly<Record<Way['answer'], string>> = { yes: 'yes', no: 'no', unknown: 'not known' };

/** All ways of the picture: in, out, and what is needed. */
function table(graph: Graph): Markup {
  const nodes = [...graph.lans, graph.host].map(({ id, title }) => [id, title] as const);
  const titles = new Map([...nodes, ...graph.services.map(({ id, name }) => [id, name] as const)]);
  const indexes = new Map(graph.services.map(({ id }, index) => [id, index]));
  const shown = new Set(shownWays(graph));
  const rows = graph.ways
    .filter((way) => shown.has(way) || indexes.has(way.from))
    .map((way) =>
      element(
        'tr',
        { 'data-service': indexes.get(way.from) ?? indexes.get(way.to) },
        element('th', { scope: 'row' }, titles.get(way.from)!),
        element('td', {}, titles.get(way.to)!),
        element('td', { class: way.answer }, answers[way.answer]),
        element('td', {}, placeTexts(way.places).join('; ')),
        element('td', {}, [way.by, way.reason].filter((text) => text !== undefined).join('; ')),
      ),
    );
  const heads = ['From', 'To', 'Reaches', 'Where', 'How, or why not'];
  return element(
    'section',
    {},
    element('h2', {}, 'The same as a table'),
    element(
      'table',
      {},
      element('caption', {}, 'Between this host, the LANs and each service; and what services need of one another'),
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element('tbody', {}, lines(rows)),
    ),
  );
}

/** As a script's text: nothing in it ends the element. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
